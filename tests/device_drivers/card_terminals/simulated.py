"""The simulated terminal as its own process, reached by TCP or by a pseudo terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from device_drivers.card_terminals.zvt import ZvtTerminal, create
from simulators.control import call
from tests.device_drivers.card_terminals.terminal_process import terminal_process


class Simulator:
    def __init__(self, ready: dict[str, Any], link: Path) -> None:
        self._ready, self._link = ready, link

    def driver(self, transport: str, **settings: Any) -> ZvtTerminal:
        place = (
            {"host": self._ready["host"], "port": self._ready["port"]}
            if transport == "tcp"
            else {"device": str(self._link), "byte_timeout_s": 1.0}
        )
        usual = {"transport": transport, "busy_pause_s": 0.1, "no_transaction_codes": "64"}
        return create({**usual, **place, **settings})

    def next(self, behaviour: str) -> None:
        call(self._ready["control"] + "/next", {"behaviour": behaviour})

    def fault(self, name: str) -> None:
        call(self._ready["control"] + "/fault", {"name": name})

    def clear(self) -> None:
        call(self._ready["control"] + "/clear", {})

    @property
    def state(self) -> dict[str, Any]:
        return call(self._ready["control"] + "/state")

    def configure(self, **settings: Any) -> None:
        call(self._ready["control"] + "/config", settings)

    def press(self, key: str) -> None:
        call(self._ready["control"] + "/press", {"key": key})

    @property
    def states(self) -> list[str]:
        """Of every transaction that the bank knows."""
        return [transaction["state"] for transaction in self.state["transactions"]]


@contextmanager
def simulator(folder: Path, *options: str) -> Iterator[Simulator]:
    link = folder / "terminal"
    where = ("--tcp", "127.0.0.1:0", "--pty", str(link), "--state", str(folder / "bank.sqlite"))
    with terminal_process("zvt_terminal", *where, *options) as ready:
        yield Simulator(ready, link)
