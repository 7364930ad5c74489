"""The simulated printer as a whole: bytes in, answers out, whatever cable it hangs on."""

import queue
import random
import threading
from collections.abc import Callable
from pathlib import Path

from simulators.receipt_printer import status
from simulators.receipt_printer.engine import Engine
from simulators.receipt_printer.faults import Faults
from simulators.receipt_printer.paper import Paper
from simulators.receipt_printer.presenter import Presenter
from simulators.receipt_printer.receipts import Receipts
from simulators.receipt_printer.tokens import RealTimeScanner, Token, Tokenizer

FULL = 20  # DLE EOT 20
CLEAR = b"\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4, function 8
NOISE_MAX = 8
BACK_PRESSURE_S = 0.02


class Printer:
    """``answer`` is set by the cable: it takes bytes to whoever is connected.

    ``presenter``: a kiosk printer, which speaks DLE EOT 20. ``buffer_bytes``: so much it takes before
    it has printed some; 0 is without end.
    """

    def __init__(
        self,
        out: Path,
        *,
        width: int = 384,
        font: Path | None = None,
        dots_per_second: float = 0,
        charset: str = "gb18030",
        presenter: bool = False,
        take_after_s: float = 1.0,
        buffer_bytes: int = 0,
    ) -> None:
        self.faults = Faults()
        self.receipts = Receipts(out)
        self.presenter = Presenter(self.faults, take_after_s) if presenter else None
        self.answer: Callable[[bytes], None] = lambda data: None
        self._buffer_bytes = buffer_bytes
        self._tokenizer, self._scanner = Tokenizer(), RealTimeScanner()
        self._noise = random.Random(1)
        self._paper = Paper(width, font)
        self.engine = Engine(
            self._paper,
            self.receipts,
            self.faults,
            self._reply,
            dots_per_second,
            charset,
            self.presenter,
        )
        self._last_status = self.engine.newest_status()
        self._statuses: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.faults.on_change = self._note_status

    def start(self) -> None:
        self.engine.start()
        threading.Thread(target=self._report_changes, name="asb", daemon=True).start()

    def receive(self, data: bytes) -> None:
        """Bytes from the cable, in any pieces; returns when there is room for more."""
        if "off" in self.faults:
            return
        if "looks_inside" in self.faults:
            requests, data = self._scanner.feed(data)
            for request in requests:
                self._at_once(request)
        for token in self._tokenizer.feed(data):
            if token.real_time:
                self._at_once(token)
            elif token.name != "NUL":
                self.engine.take(token)
        while self._buffer_bytes and self.engine.waiting_bytes > self._buffer_bytes:
            with self.faults.changed:
                self.faults.changed.wait(BACK_PRESSURE_S)

    def switch_off(self, seconds: float) -> None:
        """Loses what it holds, and is on again after a while."""
        self.faults.set("off")
        self._tokenizer, self._scanner = Tokenizer(), RealTimeScanner()
        self.engine.switched_off()
        timer = threading.Timer(seconds, self.faults.clear, ("off",))
        timer.daemon = True
        timer.start()

    def state(self) -> dict:
        return {
            "faults": self.faults.names(),
            "receipts": self.receipts.count,
            "unknown_commands": self.engine.unknown,
            "dots_printed": self._paper.length,
            **(
                {"ticket_at_exit": self.presenter.ticket, **self.presenter.counts}
                if self.presenter
                else {}
            ),
        }

    def _at_once(self, token: Token) -> None:
        if token.name == "DLE EOT":
            if token.args[0] == FULL and self.presenter:
                self._reply(status.full(self.faults, self.presenter.ticket))
            else:
                self._reply(status.real_time(self.faults, token.args[0]))
        elif (token.name == "DLE ENQ" and token.args[0] == 2) or token.args == CLEAR:
            self.engine.drop_waiting()
            if token.args == CLEAR:
                self._reply(b"\x37\x25\0")

    def _reply(self, data: bytes) -> None:
        if not data or "silent" in self.faults or "off" in self.faults:
            return
        if "garbage" in self.faults:
            data = self._noise.randbytes(self._noise.randint(1, NOISE_MAX))
        if "late" in self.faults:
            timer = threading.Timer(self.faults.setting("late_s"), lambda: self.answer(data))
            timer.daemon = True
            timer.start()
        else:
            self.answer(data)

    def _note_status(self) -> None:
        """Each change is kept, though a fault may come and go before the reporting thread runs."""
        status_now = self.engine.newest_status()
        if status_now != self._last_status:
            self._last_status = status_now
            self._statuses.put(status_now)

    def _report_changes(self) -> None:
        while True:
            changed = self._statuses.get()
            if self.engine.automatic_status:
                self._reply(changed)
