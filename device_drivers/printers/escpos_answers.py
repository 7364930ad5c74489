"""Takes apart what an ESC/POS printer says, byte by byte, and names what is wrong.

Sources: Epson ESC/POS reference, DLE EOT, GS a, GS r, GS I and GS ( H; Custom KPM and Pyramid Reliance
manuals, DLE EOT 20. An answer that did not come is never taken for "no paper".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from device_drivers.printers import conditions
from device_drivers.status import Condition

TEXT_LENGTH_MAX = 80
AUTOMATIC_LENGTH = 4
FULL_LENGTH = 6
TEXT_HEADERS = (0x5F, 0x37)


class AnswerKind(Enum):
    REAL_TIME = auto()  # DLE EOT n: one byte, xxx1xx10 with bit 7 clear
    AUTOMATIC = auto()  # GS a: four bytes, the first xxx1xx00 with bit 7 clear
    FULL = auto()  # DLE EOT 20, GS E0: six bytes, 10 0F and four of status
    IN_ORDER = auto()  # GS r n: one byte with bits 4 and 7 clear; sent after all before it was done
    IDENTITY = auto()  # GS I n: "_", text, NUL
    BLOCK = auto()  # GS ( H and others: "7", identifier, data, NUL


@dataclass(frozen=True)
class Answer:
    kind: AnswerKind
    data: bytes


@dataclass(frozen=True)
class Reading:
    """What one status says. ``ticket``: whether a receipt is in the presenter; None without one."""

    conditions: tuple[Condition, ...]
    ticket: bool | None = None


class AnswerStream:
    """Splits the bytes into answers; what fits none (noise, XON, XOFF) is dropped.

    ``full``: the printer's status is that of DLE EOT 20, whose bytes may be any. It begins like an
    automatic status, so a printer gives either one or the other.
    """

    def __init__(self, full: bool = False) -> None:
        self._full = full
        self._status = b""
        self._text: tuple[int, bytes] | None = None

    def feed(self, data: bytes) -> list[Answer]:
        return [answer for byte in data if (answer := self._take(byte)) is not None]

    def reset(self) -> None:
        """Forgets half an answer: the rest of it is not coming any more."""
        self._status, self._text = b"", None

    def _take(self, byte: int) -> Answer | None:
        if self._text is not None:
            return self._take_text(byte)
        if self._full:
            if self._status or byte == 0x10:
                return self._take_full(byte)
        elif self._status and byte & 0x90 == 0:
            self._status += bytes((byte,))
            if len(self._status) < AUTOMATIC_LENGTH:
                return None
            whole, self._status = self._status, b""
            return Answer(AnswerKind.AUTOMATIC, whole)
        if byte & 0x93 == 0x12:
            # A real-time answer may come in the middle of an automatic one.
            return Answer(AnswerKind.REAL_TIME, bytes((byte,)))
        self._status = b""
        if byte & 0x93 == 0x10 and not self._full:
            self._status = bytes((byte,))
        elif byte in TEXT_HEADERS:
            self._text = (byte, b"")
        elif byte & 0x90 == 0:
            return Answer(AnswerKind.IN_ORDER, bytes((byte,)))
        return None

    def _take_full(self, byte: int) -> Answer | None:
        if len(self._status) == 1 and byte != 0x0F:
            self._status = b""
            return self._take(byte)
        self._status += bytes((byte,))
        if len(self._status) < FULL_LENGTH:
            return None
        whole, self._status = self._status, b""
        return Answer(AnswerKind.FULL, whole)

    def _take_text(self, byte: int) -> Answer | None:
        assert self._text is not None
        header, text = self._text
        if byte == 0:
            self._text = None
            kind = AnswerKind.IDENTITY if header == 0x5F else AnswerKind.BLOCK
            return Answer(kind, text)
        if len(text) >= TEXT_LENGTH_MAX or byte < 0x20:
            self._text = None
        else:
            self._text = (header, text + bytes((byte,)))
        return None


def real_time_reading(printer: int, offline: int, error: int, paper: int) -> Reading:
    """What the answers to DLE EOT 1, 2, 3 and 4 mean."""
    return _reading(
        paper_out=bool(paper & 0x60) or bool(offline & 0x20),
        near_end=bool(paper & 0x0C),
        cover=bool(offline & 0x04),
        cutter=bool(error & 0x08),
        hot=bool(error & 0x40),
        fault=bool(error & 0x20) or (bool(offline & 0x40) and not error & 0x48),
        offline=bool(printer & 0x08),
    )


def automatic_reading(status: bytes) -> Reading:
    """What the four bytes of an automatic status mean."""
    first, second, third = status[0], status[1], status[2]
    return _reading(
        paper_out=bool(third & 0x0C),
        near_end=bool(third & 0x03),
        cover=bool(first & 0x20),
        cutter=bool(second & 0x08),
        hot=bool(second & 0x40),
        fault=bool(second & 0x20),
        offline=bool(first & 0x08),
    )


def full_reading(status: bytes) -> Reading:
    """What the six bytes of a kiosk printer's full status mean: 10 0F, paper, user, recoverable and
    unrecoverable errors. A virtual paper end (the printer's own count) is only near the end."""
    paper, user, passing, lasting = status[2:6]
    return _reading(
        paper_out=bool(paper & 0x01),
        near_end=bool(paper & 0x44),
        cover=bool(user & 0x03),
        cutter=bool(lasting & 0x01),
        hot=bool(passing & 0x01),
        jam=bool(passing & 0x40),
        fault=bool(lasting & 0xFE) or bool(passing & 0x08),
        ticket=bool(paper & 0x20),
    )


def paper_ended(in_order: int) -> bool:
    """What the answer to GS r 1 means."""
    return bool(in_order & 0x0C)


def _reading(
    *,
    paper_out: bool,
    near_end: bool,
    cover: bool,
    cutter: bool,
    hot: bool,
    fault: bool,
    offline: bool = False,
    jam: bool = False,
    ticket: bool | None = None,
) -> Reading:
    found = []
    if paper_out:
        found.append(conditions.PAPER_OUT)
    elif near_end:
        found.append(conditions.PAPER_NEAR_END)
    if cover:
        found.append(conditions.COVER_OPEN)
    if cutter:
        found.append(conditions.CUTTER)
    if jam:
        found.append(conditions.JAM)
    if hot:
        found.append(conditions.OVERHEATED)
    if fault and not cutter:
        found.append(conditions.ERROR)
    if offline and not blocking(found):
        found.append(conditions.OFFLINE)
    return Reading(tuple(found), ticket)


def blocking(found: Iterable[Condition]) -> list[Condition]:
    """Those with which nothing can be printed."""
    return [c for c in found if c.level is conditions.PAPER_OUT.level]
