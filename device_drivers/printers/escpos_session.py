"""One conversation with a connected ESC/POS printer: ask, listen, send. Decides nothing.

Each question has a deadline, and silence is silence: it is never read as an answer.
"""

import time
from collections import deque
from dataclasses import dataclass

from device_drivers.printers.escpos_answers import (
    Answer,
    AnswerKind,
    AnswerStream,
    automatic_conditions,
    real_time_conditions,
)
from device_drivers.printers.escpos_links import Link
from device_drivers.status import Condition

REAL_TIME_STATUS = b"\x10\x04"
ASK_IDENTITY = b"\x1dI"
MAKER, MODEL = 66, 67
LISTEN_S = 0.05
LATE_ANSWER_S = 0.2
KEPT_MAX = 64


@dataclass(frozen=True)
class Identity:
    maker: str = ""
    model: str = ""


class Session:
    def __init__(self, link: Link) -> None:
        self._link = link
        self._stream = AnswerStream()
        self._owed = False
        self._answers: deque[Answer] = deque(maxlen=KEPT_MAX)

    def ask_status(self, timeout_s: float) -> list[Condition] | None:
        """DLE EOT 1 to 4; None if one was not answered. Raises NotReachable, SendStopped."""
        # An answer that comes late must not be taken for the answer to another question.
        self._listen(LATE_ANSWER_S if self._owed else 0)
        end = time.monotonic() + timeout_s
        self._forget(AnswerKind.REAL_TIME)
        said = []
        for number in (1, 2, 3, 4):
            self._link.send(REAL_TIME_STATUS + bytes((number,)), max(0.0, end - time.monotonic()))
            answer = self._wait(AnswerKind.REAL_TIME, end)
            self._owed = answer is None
            if answer is None:
                return None
            said.append(answer.data[0])
        return real_time_conditions(*said)

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
        """Raises SendStopped with what was taken."""
        self._link.send(data, timeout_s)

    def in_order_answer(self, timeout_s: float) -> int | None:
        """The answer to a GS r sent before, once all before it is done; None if not in time."""
        answer = self._wait(AnswerKind.IN_ORDER, time.monotonic() + timeout_s)
        return answer.data[0] if answer else None

    def forget_answers(self) -> None:
        """Drops what was said before, so that the next answer belongs to the next question."""
        self._listen(0)
        self._answers.clear()

    def automatic_conditions(self) -> list[Condition] | None:
        """The newest automatic status, if the printer has sent one since the last call."""
        newest = None
        for answer in list(self._answers):
            if answer.kind is AnswerKind.AUTOMATIC:
                newest = automatic_conditions(answer.data)
        self._forget(AnswerKind.AUTOMATIC)
        return newest

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
