"""Cuts the bytes of a serial scanner into codes. Pure: no port, no clock; time comes with each call.

A code ends with CR or LF, or with a pause. What is too long or cannot be text is dropped whole.
"""

import re
from dataclasses import dataclass

from device_drivers.scanners.interface import CODE_LENGTH_MAX

BUFFER_MAX = 4 * CODE_LENGTH_MAX + 64  # bytes; up to four bytes a character
# AIM identifiers (ISO/IEC 15424): what was read, by the letter after the bracket.
AIM_KINDS = {"Q": "QRCODE", "C": "CODE128", "A": "CODE39", "E": "EAN13", "L": "PDF417"}
_AIM = re.compile(r"\]([A-Za-z])[0-9A-Za-z]")


@dataclass(frozen=True)
class LineShape:
    prefix: bytes = b""  # a code without it is noise; what stands before it is noise too
    suffix: bytes = b""  # taken off if there
    idle_s: float = 0.15
    answer: re.Pattern[bytes] | None = None


class CodeLines:
    def __init__(self, shape: LineShape) -> None:
        self._shape = shape
        self._buffer = b""
        self._overflowing = False
        self._last_at = 0.0

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """Codes that are complete by now, as bytes, without terminators, prefix and suffix."""
        done = self.idle(now)
        self._last_at = now
        *lines, rest = re.split(rb"[\r\n]", self._buffer + data)
        for line in lines:
            if self._overflowing:
                self._overflowing = False
            else:
                done += self._code(line)
        if len(rest) > BUFFER_MAX:
            self._overflowing = True
        self._buffer = b"" if self._overflowing else rest
        return done

    def idle(self, now: float) -> list[bytes]:
        """Takes a pause for the end of a code. Call it when nothing came."""
        if now - self._last_at < self._shape.idle_s:
            return []
        line, self._buffer = self._buffer, b""
        overflowed, self._overflowing = self._overflowing, False
        return [] if overflowed else self._code(line)

    def clear(self) -> None:
        self._buffer = b""
        self._overflowing = False

    def _code(self, line: bytes) -> list[bytes]:
        if self._shape.answer:
            line = self._shape.answer.sub(b"", line)
        if self._shape.prefix:
            _, found, line = line.rpartition(self._shape.prefix)
            if not found:
                return []
        if self._shape.suffix:
            line = line.removesuffix(self._shape.suffix)
        return [line] if line and len(line) <= BUFFER_MAX else []


def text_and_kind(code: bytes) -> tuple[str, str] | None:
    """The text (UTF-8 or GB18030) and its kind, "UNKNOWN" without an AIM identifier; None for noise."""
    for charset in ("utf-8", "gb18030"):
        try:
            text = code.decode(charset)
            break
        except UnicodeDecodeError:
            continue
    else:
        return None
    kind = "UNKNOWN"
    aim = _AIM.match(text)
    if aim and aim[1] in AIM_KINDS:
        kind, text = AIM_KINDS[aim[1]], text[aim.end() :]
    text = text.strip()
    if not text or len(text) > CODE_LENGTH_MAX or not text.isprintable():
        return None
    return text, kind
