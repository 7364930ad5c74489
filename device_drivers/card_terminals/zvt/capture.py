"""Captured bytes to messages: serial frames or bare messages, one or many, whole or not. Never guesses
over a gap: what is no message is told with its place, and reading goes on behind it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from device_drivers.card_terminals.zvt import vendors
from device_drivers.card_terminals.zvt.apdu import NEGATIVE_CLASS, Apdu
from device_drivers.card_terminals.zvt.framing import ACK, ETX, NAK, crc
from device_drivers.card_terminals.zvt.tables import COMMANDS

_FRAME = re.compile(rb"\x10\x02((?:[^\x10]|\x10\x10)*)\x10\x03(..)", re.DOTALL)
_FRAME_BEGINS = b"\x10\x02"
_SIGNALS = {ACK[0]: "ACK", NAK[0]: "NAK"}
_RESERVED = "reserved"
_CERTAIN = (b"\x80\x00\x00", b"\x06\x0f\x00")  # whole messages that hardly anything else looks like
_ANSWER_BYTES_MAX = 16


@dataclass(frozen=True, repr=False)
class Piece:
    """``at`` is its first byte in the capture. Whole: only ``message``. Broken off: both."""

    at: int
    message: Apdu | None = None
    signal: str = ""
    problem: str = ""


def pieces(raw: bytes) -> Iterator[Piece]:
    """Everything in the capture, in its order."""
    framed = any(_is_intact(found) for found in _FRAME.finditer(raw))
    starts_as_frame = raw.lstrip(ACK + NAK).startswith(_FRAME_BEGINS)
    yield from _frames(raw) if framed or starts_as_frame else _messages(raw)


def _message_of(found: re.Match[bytes]) -> bytes:
    return found[1].replace(b"\x10\x10", b"\x10")


def _is_intact(found: re.Match[bytes]) -> bool:
    return crc(_message_of(found) + bytes([ETX])).to_bytes(2, "little") == found[2]


def _frames(raw: bytes) -> Iterator[Piece]:
    at = 0
    for found in _FRAME.finditer(raw):
        yield from _between(raw[at : found.start()], at)
        if _is_intact(found):
            yield _framed(_message_of(found), found.start())
        else:
            yield Piece(found.start(), problem="a frame whose check value is wrong")
        at = found.end()
    yield from _between(raw[at:], at)


def _framed(raw: bytes, at: int) -> Piece:
    head = _head_at(raw, 0)
    if head is None or head.end != len(raw):
        told = f"its length is not that of the {len(raw)} bytes in the frame"
        return Piece(at, _cut(raw, head) if head else None, problem=told)
    return Piece(at, _cut(raw, head))


def _between(gap: bytes, at: int) -> Iterator[Piece]:
    """What is between two frames: acknowledgements, noise, a frame that broke off."""
    broken = gap.find(_FRAME_BEGINS)
    loose = gap if broken < 0 else gap[:broken]
    noise = loose.strip(ACK + NAK)
    for offset, byte in enumerate(loose[: len(loose) - len(loose.lstrip(ACK + NAK))]):
        yield Piece(at + offset, signal=_SIGNALS[byte])
    if noise:
        begin = loose.index(noise)
        yield Piece(at + begin, problem=f"{len(noise)} bytes that belong to no frame")
        for offset, byte in enumerate(loose[begin + len(noise) :], begin + len(noise)):
            yield Piece(at + offset, signal=_SIGNALS[byte])
    if broken >= 0:
        yield Piece(at + broken, problem=f"a frame broke off after {len(gap) - broken} bytes")


def _messages(raw: bytes) -> Iterator[Piece]:
    """Bare messages one after the other, as on TCP; ACK and NAK may lie between."""
    at = 0
    while at < len(raw):
        head = _head_at(raw, at)
        if head is not None and head.is_known and head.end <= len(raw):
            piece, at = _whole(raw, at, head)
            yield piece
        elif (behind := _signals_end(raw, at)) > at:
            yield from (Piece(n, signal=_SIGNALS[raw[n]]) for n in range(at, behind))
            at = behind
        else:
            piece, at = _lost(raw, at, head)
            yield piece


def _whole(raw: bytes, at: int, head: "_Head") -> tuple[Piece, int]:
    """A message as long as it says, and where the next begins. If nothing begins behind it, its length
    is wrong or something else lies there: no command is made of that."""
    message = _cut(raw, head)
    if _may_follow(raw, head.end):
        return Piece(at, message), head.end
    begins = _swallowed(raw, head)
    if begins is not None:  # it says that it is longer than it is
        told = f"the message says that it has {head.end - at} bytes, {begins - at} are there"
        return Piece(at, _cut(raw[:begins], head), problem=told), begins
    if head.start == head.end:
        return Piece(at, message), head.end
    following = next((n for n in range(head.end, len(raw)) if _begins(raw, n)), len(raw))
    told = f"its length does not fit: {following - head.end} bytes behind it begin no message"
    return Piece(at, message, problem=told), following


def _lost(raw: bytes, at: int, head: "_Head | None") -> tuple[Piece, int]:
    """Bytes that are no whole known message, up to where one begins."""
    if head is not None and head.end == len(raw):
        return Piece(at, _cut(raw, head)), len(raw)  # only its command is not in the tables
    following = next((n for n in range(at + 1, len(raw)) if _begins(raw, n)), len(raw))
    if head is not None and _is_plausible(raw, at):
        told = f"the message says that it has {head.end - at} bytes, {following - at} are there"
        return Piece(at, _cut(raw[:following], head), problem=told), following
    return Piece(at, problem=f"{following - at} bytes that are no message"), following


@dataclass(frozen=True)
class _Head:
    """Of a message: where its data begins and where it should end."""

    command: int
    start: int
    end: int

    @property
    def is_known(self) -> bool:
        return self.command in COMMANDS or self.command >> 8 in (NEGATIVE_CLASS, vendors.CLASS)


def _head_at(raw: bytes, at: int) -> _Head | None:
    start = at + 3
    if len(raw) < start:
        return None
    length = raw[at + 2]
    if length == 0xFF:
        start += 2
        if len(raw) < start:
            return None
        length = int.from_bytes(raw[at + 3 : at + 5], "little")
    return _Head(int.from_bytes(raw[at : at + 2], "big"), start, start + length)


def _cut(raw: bytes, head: _Head) -> Apdu:
    """The message, as far as its bytes go."""
    return Apdu(head.command, raw[head.start : head.end])


def _is_plausible(raw: bytes, at: int) -> bool:
    """The head of a message of the tables."""
    head = _head_at(raw, at)
    if head is None:
        return False
    if head.command >> 8 == NEGATIVE_CLASS:
        return head.end - head.start <= _ANSWER_BYTES_MAX
    return head.command in COMMANDS and COMMANDS[head.command].name != _RESERVED


def _signals_end(raw: bytes, at: int) -> int:
    """The end of a run of acknowledgements if there a message begins or the capture ends, else ``at``."""
    behind = at
    while behind < len(raw) and raw[behind] in _SIGNALS and not _is_plausible(raw, behind):
        behind += 1
    return behind if behind == len(raw) or _is_plausible(raw, behind) else at


def _may_follow(raw: bytes, at: int) -> bool:
    """The capture ends here, or something that may come between two messages or is one begins."""
    if at == len(raw) or _signals_end(raw, at) > at or _is_plausible(raw, at):
        return True
    head = _head_at(raw, at)
    return head is not None and head.is_known and head.end <= len(raw)


def _swallowed(raw: bytes, message: _Head) -> int | None:
    """Where in a message's data whole messages begin that follow each other beyond its end."""
    beyond: set[int] = set()
    for at in range(message.end, message.start - 1, -1):
        head = _head_at(raw, at) if _is_plausible(raw, at) else None
        if head is None or head.end > len(raw):
            continue
        behind = _signals_end(raw, head.end)
        if behind > message.end or behind in beyond:
            beyond.add(at)
    return min(beyond - {message.end}, default=None)


def _begins(raw: bytes, at: int) -> bool:
    """A whole message begins here that another follows, or the end of the capture."""
    if raw[at : at + 3] in _CERTAIN:
        return True
    head = _head_at(raw, at)
    if head is None or not _is_plausible(raw, at) or head.end > len(raw):
        return False
    behind = head.end
    return behind == len(raw) or _is_plausible(raw, behind) or _signals_end(raw, behind) > behind
