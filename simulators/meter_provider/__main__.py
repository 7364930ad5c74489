"""``python -m simulators.meter_provider --to URL --key KEY --meter W1=117 ...``: reads its meters and
sends what they show to the server's API of remote meters, as a provider does.

Its first line says in JSON where it is steered: ``POST /use {"meter", "amount"}``, ``POST /exchange
{"meter", "first"}``, ``POST /read {"at", "hold"?}`` (all meters, or ``"meters": [...]``), ``POST /misread
{"meter", "counter", "at"}``, ``POST /told {"meter"}``, ``POST /release``, ``POST /lose {"answers"}``,
``POST /send {"order"?, "times"?}``, ``GET /state``. Counters are texts or numbers, ``at`` is a time
with offset."""

import argparse
import os
import signal
from decimal import Decimal, InvalidOperation
from typing import Any

from simulators import control
from simulators.meter_provider.meters import SimulatedMeter
from simulators.meter_provider.outbox import Outbox


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.meter_provider", description=__doc__
    )
    parser.add_argument("--to", required=True, metavar="URL", help="of the server")
    parser.add_argument("--key", default=os.environ.get("METER_KEY", ""), help="or METER_KEY")
    parser.add_argument("--meter", action="append", default=[], metavar="CODE=COUNTER[/DIGITS]")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    parser.add_argument("--seed", type=int, default=0, help="of the order in which it shuffles")
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, control.ENDINGS)
    provider = Provider(Outbox(options.to, options.key, options.seed), options.meter)
    ready = {"simulator": "meter_provider", "meters": sorted(provider.meters)}
    control.serve(options.control, provider.actions(), provider.state, ready)


class Provider:
    """The meters and the outbox, steered by actions."""

    def __init__(self, outbox: Outbox, meters: list[str]) -> None:
        self._outbox = outbox
        self.meters = {one.code: one for one in map(_meter, meters)}

    def actions(self) -> dict[str, control.Action]:
        return {
            "use": self._use,
            "exchange": self._exchange,
            "told": self._told,
            "read": self._read,
            "misread": self._misread,
            "release": self._release,
            "lose": self._lose,
            "send": self._send,
        }

    def state(self) -> dict[str, Any]:
        box = self._outbox
        return {
            "meters": {code: f"{one.counter}" for code, one in self.meters.items()},
            "waiting": len(box.waiting),
            "held": len(box.held),
            "outcomes": dict(box.outcomes),
            "refused": box.refused[-20:],
            "failures": box.failures,
        }

    def _use(self, body: dict[str, Any]) -> None:
        self._one(body).use(_number(body["amount"]))

    def _exchange(self, body: dict[str, Any]) -> None:
        self._one(body).exchange(_number(body["first"]))

    def _told(self, body: dict[str, Any]) -> None:
        self._one(body).told()

    def _read(self, body: dict[str, Any]) -> None:
        for code in body.get("meters", sorted(self.meters)):
            reading = self._one({"meter": code}).read(str(body["at"]))
            self._outbox.put(reading, hold=bool(body.get("hold")))

    def _misread(self, body: dict[str, Any]) -> None:
        wrong = self._one(body).misread(str(body["at"]), _number(body["counter"]))
        self._outbox.put(wrong, hold=bool(body.get("hold")))

    def _release(self, _body: dict[str, Any]) -> None:
        self._outbox.release()

    def _lose(self, body: dict[str, Any]) -> None:
        self._outbox.lose_answers = int(body["answers"])

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        times = int(body.get("times", 1))
        sent = self._outbox.send(order=str(body.get("order", "read")), times=times)
        return {"sent": sent, **self.state()}

    def _one(self, body: dict[str, Any]) -> SimulatedMeter:
        code = str(body["meter"])
        if code not in self.meters:
            raise ValueError(f"no meter {code}; there are: {', '.join(sorted(self.meters))}")
        return self.meters[code]


def _meter(text: str) -> SimulatedMeter:
    code, _equals, rest = text.partition("=")
    counter, _slash, digits = rest.partition("/")
    return SimulatedMeter(code, _number(counter or "0"), int(digits or "6"))


def _number(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as wrong:
        raise ValueError(f"{value!r} is no number") from wrong


if __name__ == "__main__":
    main()
