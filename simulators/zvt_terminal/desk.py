"""What the parts of the simulated terminal share: the talk with the ECR, the keys, the display."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from simulators.zvt_terminal import responses
from simulators.zvt_terminal.bank import Bank, Transaction
from simulators.zvt_terminal.faults import Faults
from simulators.zvt_terminal.lines import Line

ANSWER_S = 5.0  # T3
SENDS_STEPS, PRINTS_ON_ECR = 0x08, 0x82  # of the registration's configuration
_ENDS = (b"\x06\x0f", b"\x06\x1e")


class _Talk:
    """The answers that come over one line, and whose turn it is to wait for one."""

    def __init__(self) -> None:
        self.answers: queue.Queue[bytes] = queue.Queue()
        self.turn = threading.Lock()
        self.ends = False  # what was told last ends the command that is carried out


@dataclass
class Desk:
    """``close_port``: the line goes away for so many seconds. ``job``: the thread that carries out a
    command; ``ended`` once the till has acknowledged its end, from when on the till has the rights and
    may send the next (PA00P016 ch. 5)."""

    bank: Bank
    faults: Faults
    step_delay_s: float
    close_port: Callable[[float], None]
    wait_for_card: bool = False
    late_s: float = 3.0
    config: int = 0x00
    currency: int = 156
    registered: bool = False
    display: str = "ready"
    shown: list[str] = field(default_factory=list)  # by 06 E0
    password: str = "000000"
    job: threading.Thread | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    _keys: queue.Queue[str] = field(default_factory=queue.Queue)
    _talks: dict[Line, _Talk] = field(default_factory=dict)

    def answered(self, line: Line, raw: bytes) -> None:
        """An answer of the ECR; empty when the line has ended."""
        talk = self._talk(line)
        if talk.ends and raw:
            self.ended.set()
        talk.answers.put(raw)

    def lost(self, line: Line) -> None:
        talk = self._talks.pop(line, None)
        if talk:
            talk.answers.put(b"")

    def _talk(self, line: Line) -> _Talk:
        return self._talks.setdefault(line, _Talk())

    def tell(self, line: Line, raw: bytes) -> bytes | None:
        """Sends and waits for the ECR's answer; None when there is none in time."""
        talk = self._talk(line)
        with talk.turn:
            while not talk.answers.empty():
                talk.answers.get()
            talk.ends = raw[:2] in _ENDS and threading.current_thread() is self.job
            if not line.send(raw):
                return None
            answer = self._next_answer(talk)
            if answer and "duplicates" in self.faults:
                self._next_answer(talk)  # to the second of the two, so that it answers nothing else
            return answer

    def _next_answer(self, talk: _Talk) -> bytes | None:
        try:
            return talk.answers.get(timeout=ANSWER_S) or None
        except queue.Empty:
            return None

    def step(self, line: Line, code: int, text: str = "") -> None:
        self.display = f"{code:02X}"
        if self.config & SENDS_STEPS:
            self.tell(line, responses.step(code, text))

    def print_receipts(
        self, line: Line, done: Transaction, *, clear: bool = False, by_line: bool = False
    ) -> None:
        """Both receipts, if the till asked for them with its registration."""
        if self.config & PRINTS_ON_ECR == PRINTS_ON_ECR:
            for kind in (responses.MERCHANT, responses.CUSTOMER):
                for raw in responses.receipt(done, kind, clear=clear, by_line=by_line):
                    self.tell(line, raw)

    def press(self, key: str) -> None:
        self._keys.put(key)

    def forget_keys(self) -> None:
        while not self._keys.empty():
            self._keys.get()

    def pause(self) -> str:
        return self.wait(self.step_delay_s)

    def wait(self, seconds: float) -> str:
        """Until a key is pressed, or the time is over ("")."""
        try:
            return self._keys.get(timeout=seconds)
        except queue.Empty:
            return ""
