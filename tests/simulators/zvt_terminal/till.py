"""A till of another maker, byte by byte: it knows the simulated terminal by the protocol alone."""

import queue
import threading
from pathlib import Path

from simulators.zvt_terminal.bank import Bank
from simulators.zvt_terminal.desk import Desk
from simulators.zvt_terminal.faults import Faults
from simulators.zvt_terminal.terminal import Terminal

YES = bytes.fromhex("800000")
ENDS = ("060f", "061e")
PASSWORD, CNY = "000000", "490156"
REGISTER = "06000e" + PASSWORD + "be0156" + "0300" + "0604260206d3"
WAIT_S = 10.0


class Till:
    """A line that acknowledges all it is told, at once, and may send its next command with it."""

    def __init__(self, folder: Path, *faults: str) -> None:
        self.faults, self.bank = Faults(), Bank(folder / "bank.sqlite")
        for name in faults:
            self.faults.set(name)
        self.desk = Desk(self.bank, self.faults, 0.0, lambda seconds: None)
        self.terminal = Terminal(self.desk)
        self._heard: queue.Queue[bytes] = queue.Queue()
        self._sent: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._speak, daemon=True).start()

    def send(self, raw: bytes) -> bool:
        """The terminal speaks."""
        if raw[0] not in (0x80, 0x84):
            self._sent.put(YES)
        self._heard.put(raw)
        return True

    def send_noise(self, noise: bytes) -> None: ...

    def close(self) -> None: ...

    def _speak(self) -> None:
        """In the order of the line, as a terminal hears it."""
        while True:
            self.terminal.hear(self, self._sent.get())

    def ask(self, command: str) -> list[str]:
        """Everything that comes for a command: its answer, and all to its end."""
        self._sent.put(bytes.fromhex(command.replace(" ", "")))
        told = [self.hear()]
        while told[-1][:4] not in ENDS and not told[0].startswith("84"):
            told.append(self.hear())
        return told

    def hear(self) -> str:
        return self._heard.get(timeout=WAIT_S).hex()

    def tell(self, command: str) -> str:
        """A command that ends with its answer."""
        self._sent.put(bytes.fromhex(command))
        return self.hear()


def command(code: str, data: str = "") -> str:
    raw = bytes.fromhex(data.replace(" ", ""))
    return code + f"{len(raw):02x}" + raw.hex()


def pay(minor: int, currency: str = CNY) -> str:
    return command("0601", f"04{minor:012d}" + currency)
