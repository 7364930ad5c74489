"""The simulated printer as a whole: bytes in, answers out, whatever cable it hangs on."""

import threading
from collections.abc import Callable
from pathlib import Path

from simulators.receipt_printer.engine import Engine
from simulators.receipt_printer.faults import Faults
from simulators.receipt_printer.paper import Paper
from simulators.receipt_printer.receipts import Receipts
from simulators.receipt_printer.tokens import Tokenizer


class Printer:
    """``answer`` is set by the cable: it takes bytes to whoever is connected."""

    def __init__(
        self,
        out: Path,
        *,
        width: int = 384,
        font: Path | None = None,
        dots_per_second: float = 0,
        charset: str = "gb18030",
    ) -> None:
        self.faults = Faults()
        self.receipts = Receipts(out)
        self.answer: Callable[[bytes], None] = lambda data: None
        self._tokenizer = Tokenizer()
        self._paper = Paper(width, font)
        self.engine = Engine(
            self._paper, self.receipts, self.faults, self._reply, dots_per_second, charset
        )

    def start(self) -> None:
        self.engine.start()
        threading.Thread(target=self._report_changes, name="asb", daemon=True).start()

    def receive(self, data: bytes) -> None:
        """Bytes from the cable, in any pieces."""
        for token in self._tokenizer.feed(data):
            if token.name == "DLE EOT":
                self._reply(self.faults.real_time(token.args[0]))
            elif token.name == "DLE ENQ" and token.args[0] == 2:
                self.engine.drop_waiting()
            elif not token.real_time:
                self.engine.tokens.put(token)

    def state(self) -> dict:
        return {
            "faults": self.faults.names(),
            "receipts": self.receipts.count,
            "unknown_commands": self.engine.unknown,
            "dots_printed": self._paper.length,
        }

    def _reply(self, data: bytes) -> None:
        if data and "silent" not in self.faults:
            self.answer(data)

    def _report_changes(self) -> None:
        said = self.faults.automatic()
        while True:
            with self.faults.changed:
                while self.faults.automatic() == said:
                    self.faults.changed.wait()
                said = self.faults.automatic()
            if self.engine.automatic_status:
                self._reply(said)
