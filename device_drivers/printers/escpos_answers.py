"""Takes apart what an ESC/POS printer says, byte by byte, and names what is wrong.

Sources: Epson ESC/POS reference, DLE EOT, GS a, GS r and GS I. An answer that did not come is never
taken for "no paper".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from device_drivers.printers import conditions
from device_drivers.status import Condition

IDENTITY_LENGTH_MAX = 80
ASB_LENGTH = 4


class AnswerKind(Enum):
    REAL_TIME = auto()  # DLE EOT n: one byte, xxx1xx10 with bit 7 clear
    AUTOMATIC = auto()  # GS a: four bytes, the first xxx1xx00 with bit 7 clear
    IN_ORDER = auto()  # GS r n: one byte with bits 4 and 7 clear; sent after all before it was done
    IDENTITY = auto()  # GS I n: "_", text, NUL


@dataclass(frozen=True)
class Answer:
    kind: AnswerKind
    data: bytes


class AnswerStream:
    """Splits the bytes into answers; what fits none (noise, XON, XOFF) is dropped."""

    def __init__(self) -> None:
        self._automatic = b""
        self._identity: bytes | None = None

    def feed(self, data: bytes) -> list[Answer]:
        return [answer for byte in data if (answer := self._take(byte)) is not None]

    def _take(self, byte: int) -> Answer | None:
        if self._identity is not None:
            return self._take_identity(byte)
        if self._automatic and byte & 0x90 == 0:
            self._automatic += bytes((byte,))
            if len(self._automatic) < ASB_LENGTH:
                return None
            whole, self._automatic = self._automatic, b""
            return Answer(AnswerKind.AUTOMATIC, whole)
        if byte & 0x93 == 0x12:
            # A real-time answer may come in the middle of an automatic one.
            return Answer(AnswerKind.REAL_TIME, bytes((byte,)))
        self._automatic = b""
        if byte & 0x93 == 0x10:
            self._automatic = bytes((byte,))
        elif byte == 0x5F:
            self._identity = b""
        elif byte & 0x90 == 0:
            return Answer(AnswerKind.IN_ORDER, bytes((byte,)))
        return None

    def _take_identity(self, byte: int) -> Answer | None:
        assert self._identity is not None
        if byte == 0:
            whole, self._identity = self._identity, None
            return Answer(AnswerKind.IDENTITY, whole)
        if len(self._identity) >= IDENTITY_LENGTH_MAX or byte < 0x20:
            self._identity = None
        else:
            self._identity += bytes((byte,))
        return None


def real_time_conditions(printer: int, offline: int, error: int, paper: int) -> list[Condition]:
    """What the answers to DLE EOT 1, 2, 3 and 4 mean."""
    return _named(
        paper_out=bool(paper & 0x60) or bool(offline & 0x20),
        near_end=bool(paper & 0x0C),
        cover=bool(offline & 0x04),
        cutter=bool(error & 0x08),
        fault=bool(error & 0x60) or bool(offline & 0x40),
        offline=bool(printer & 0x08),
    )


def automatic_conditions(status: bytes) -> list[Condition]:
    """What the four bytes of an automatic status mean."""
    first, second, third = status[0], status[1], status[2]
    return _named(
        paper_out=bool(third & 0x0C),
        near_end=bool(third & 0x03),
        cover=bool(first & 0x20),
        cutter=bool(second & 0x08),
        fault=bool(second & 0x60),
        offline=bool(first & 0x08),
    )


def paper_ended(in_order: int) -> bool:
    """Whether an answer to GS r 1 says that the paper has ended."""
    return bool(in_order & 0x0C)


def _named(
    *, paper_out: bool, near_end: bool, cover: bool, cutter: bool, fault: bool, offline: bool
) -> list[Condition]:
    found = []
    if paper_out:
        found.append(conditions.PAPER_OUT)
    elif near_end:
        found.append(conditions.PAPER_NEAR_END)
    if cover:
        found.append(conditions.COVER_OPEN)
    if cutter:
        found.append(conditions.CUTTER)
    elif fault:
        found.append(conditions.ERROR)
    if offline and not blocking(found):
        found.append(conditions.OFFLINE)
    return found


def blocking(found: Iterable[Condition]) -> list[Condition]:
    """Those with which nothing can be printed."""
    return [c for c in found if c.level is conditions.PAPER_OUT.level]
