"""Cuts the bytes of a serial scanner into codes. Pure: no port, no clock; time comes with each call.

A code ends with CR or LF, or with a pause. What is too long or cannot be text is dropped whole.
"""

import re
from dataclasses import dataclass

from device_drivers.scanners.interface import CODE_LENGTH_MAX

BUFFER_MAX = 4 * CODE_LENGTH_MAX + 64  # bytes; up to four bytes a character


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
