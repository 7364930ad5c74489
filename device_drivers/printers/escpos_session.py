"""One conversation with a connected ESC/POS printer: ask, listen, send. Decides nothing.

Each question has a deadline, and silence is silence: it is never read as an answer.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from device_drivers.printers.escpos_answers import (
    Answer,
    AnswerKind,
    AnswerStream,
    Reading,
    automatic_reading,
    blocking,
    full_reading,
    paper_ended,
    real_time_reading,
)
from device_drivers.printers.escpos_links import Link, SendStopped
from device_drivers.printers.profiles import Profile

REAL_TIME_STATUS = b"\x10\x04"
FULL_STATUS = b"\x10\x04\x14"
ASK_PAPER_IN_ORDER = b"\x1dr\x01"
ASK_IDENTITY = b"\x1dI"
MAKER, MODEL = 66, 67
PROCESS_DONE = b"\x22"  # identifier of the block that answers GS ( H fn 48
LISTEN_S = 0.05
LATE_ANSWER_S = 0.2
SLICE_S = 0.5  # so often it is looked why nothing is taken, and whether to go on
KEPT_MAX = 64


@dataclass(frozen=True)
class Identity:
    maker: str = ""
    model: str = ""


class Session:
    def __init__(self, link: Link, profile: Profile) -> None:
        self._link, self._profile = link, profile
        self._stream = AnswerStream(full=profile.status == "full")
        self._owed = False
        self._answers: deque[Answer] = deque(maxlen=KEPT_MAX)
        self._process = 0
        self._reports = False
        self.stopped_by: Reading | None = (
            None  # why the last job was not taken whole, if it said so
        )

    def report_changes(self, timeout_s: float) -> None:
        """Switches automatic status on, where the model has it and it is not on."""
        if self._profile.automatic and not self._reports:
            self._link.send(self._profile.automatic, timeout_s)
            self._reports = True

    def ask_status(self, timeout_s: float) -> Reading | None:
        """DLE EOT 1 to 4, or 20; None if one was not answered. Raises NotReachable, SendStopped."""
        reading = self._ask_status(timeout_s)
        if reading is None:
            self._reports = False  # it may have been switched off and on
        return reading

    def _ask_status(self, timeout_s: float) -> Reading | None:
        # An answer that comes late must not be taken for the answer to another question.
        if self._owed:
            self._listen(LATE_ANSWER_S)
            self._stream.reset()
        else:
            self._listen(0)
        end = time.monotonic() + timeout_s
        if self._profile.status == "full":
            answer = self._ask(FULL_STATUS, AnswerKind.FULL, end)
            return None if answer is None else full_reading(answer)
        said = []
        self._forget(AnswerKind.AUTOMATIC)
        for number in (1, 2, 3, 4):
            answer = self._ask(REAL_TIME_STATUS + bytes((number,)), AnswerKind.REAL_TIME, end)
            if answer is None:
                return None
            said.append(answer[0])
        # One that came meanwhile is newer than the first answers, and the state of one moment.
        return self.newest() or real_time_reading(*said)

    def ask_identity(self, timeout_s: float) -> Identity:
        """GS I 66 and 67; what is not answered stays empty."""
        end = time.monotonic() + timeout_s
        said = []
        for number in (MAKER, MODEL):
            self._link.send(ASK_IDENTITY + bytes((number,)), max(0.0, end - time.monotonic()))
            answer = self._wait(AnswerKind.IDENTITY, end)
            if answer is None:
                break
            said.append(answer.data.decode("ascii", "replace").strip())
        return Identity(*said)

    def send(self, data: bytes, timeout_s: float) -> None:
        """A few bytes. Raises SendStopped with what was taken."""
        self._link.send(data, timeout_s)

    def send_job(self, data: bytes, timeout_s: float, give_up: Callable[[], bool]) -> None:
        """A whole job. Ends early when the printer takes nothing and says why, or at ``give_up``.

        Raises SendStopped with what was taken.
        """
        end, sent, self.stopped_by = time.monotonic() + timeout_s, 0, None
        while sent < len(data):
            left = end - time.monotonic()
            try:
                self._link.send(data[sent:], min(left, SLICE_S))
                return
            except SendStopped as stopped:
                sent += stopped.sent
                why = not stopped.gone and not stopped.sent and self._told_why()
                if stopped.gone or why or left <= SLICE_S or give_up():
                    raise SendStopped(stopped.detail, sent, gone=stopped.gone) from stopped

    def ask_done(self) -> bytes:
        """What goes after a job so that the printer says when it is done; empty if it cannot."""
        if self._profile.status == "none" or self._profile.confirm == "status":
            return b""
        if self._profile.confirm == "gs_r":
            return ASK_PAPER_IN_ORDER
        self._process = (self._process + 1) % 10_000
        return b"\x1d(H\x06\x00\x30\x30" + self._process_id

    def done(self, timeout_s: float) -> bool | None:
        """Whether the job before ``ask_done`` is done; False: it says so, and that paper is out. None
        if it has not said."""
        end = time.monotonic() + timeout_s
        if self._profile.confirm == "gs_r":
            answer = self._wait(AnswerKind.IN_ORDER, end)
            return None if answer is None else not paper_ended(answer.data[0])
        while (answer := self._wait(AnswerKind.BLOCK, end)) is not None:
            if answer.data == PROCESS_DONE + self._process_id:
                return True
        return None

    def forget_answers(self) -> None:
        """Drops what was said before, so that the next answer belongs to the next question."""
        self._listen(0)
        self._answers.clear()

    def newest(self, timeout_s: float = 0.0) -> Reading | None:
        """The newest status that the printer sent by itself since the last call."""
        self._listen(timeout_s)
        kind = AnswerKind.FULL if self._profile.status == "full" else AnswerKind.AUTOMATIC
        told = [answer for answer in self._answers if answer.kind is kind]
        self._forget(kind)
        if not told:
            return None
        meaning = full_reading if kind is AnswerKind.FULL else automatic_reading
        return meaning(told[-1].data)

    @property
    def _process_id(self) -> bytes:
        return f"{self._process:04d}".encode()

    def _told_why(self) -> bool:
        told = self.newest()
        if told is not None and blocking(told.conditions):
            self.stopped_by = told
        return self.stopped_by is not None

    def _ask(self, question: bytes, kind: AnswerKind, end: float) -> bytes | None:
        self._forget(kind)
        self._link.send(question, max(0.0, end - time.monotonic()))
        answer = self._wait(kind, end)
        self._owed = answer is None
        return None if answer is None else answer.data

    def _wait(self, kind: AnswerKind, end: float) -> Answer | None:
        while True:
            for answer in self._answers:
                if answer.kind is kind:
                    self._answers.remove(answer)
                    return answer
            left = end - time.monotonic()
            if left <= 0:
                return None
            self._listen(min(left, LISTEN_S))

    def _listen(self, timeout_s: float) -> None:
        data = self._link.receive(timeout_s)
        if data:
            self._answers.extend(self._stream.feed(data))

    def _forget(self, kind: AnswerKind) -> None:
        kept = [answer for answer in self._answers if answer.kind is not kind]
        self._answers.clear()
        self._answers.extend(kept)
