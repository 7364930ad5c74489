"""``python -m simulators.tencent_sms --key-id ID --secret SECRET --app-id APP``: the gateway on a
port of this machine.

Its first line says in JSON where it is reached (``endpoint``) and steered (``control``): ``POST /set``
with ``arrives_after_s``, ``delay_s``, ``fail``, ``refuse``, ``cut``; ``GET /state`` shows
what was sent."""

import argparse
import signal
from typing import Any

from simulators import control
from simulators.http_door import HttpDoor
from simulators.tencent_sms.gateway import Gateway

_NUMBERS = ("arrives_after_s", "delay_s")
_TEXTS = ("fail", "refuse")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.tencent_sms", description=__doc__)
    parser.add_argument("--key-id", default="test-key")
    parser.add_argument("--secret", default="test-secret")
    parser.add_argument("--app-id", default="1400000000")
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port of the gateway")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, control.ENDINGS)
    gateway = Gateway(options.key_id, options.secret, options.app_id)
    host, port = control.host_and_port(options.listen)
    door = HttpDoor(host, port, gateway.respond)
    door.start()
    ready = {"simulator": "tencent_sms", "endpoint": f"http://{host}:{door.port}"}
    control.serve(
        options.control, {"set": lambda body: _set(gateway, body)}, _state(gateway), ready
    )


def _set(gateway: Gateway, body: dict[str, Any]) -> None:
    """Raises ValueError for what cannot be set."""
    for name, value in body.items():
        if name in _NUMBERS:
            setattr(gateway, name, float(value))
        elif name in _TEXTS:
            setattr(gateway, name, str(value))
        elif name == "cut":
            gateway.cut = int(value)
        else:
            raise ValueError(f"{name} cannot be set")


def _state(gateway: Gateway) -> Any:
    def state() -> dict[str, Any]:
        sent = [
            {"to": s.number, "serial": s.serial, "template": s.template, "values": s.values}
            for s in gateway.sent
        ]
        return {"sent": sent, "fail": gateway.fail, "refuse": gateway.refuse}

    return state


if __name__ == "__main__":
    main()
