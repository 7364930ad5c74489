"""Turns the kernel's key events into the bytes that a scanner typed. Pure: no device, no clock.

A key that stands for nothing here, and events that the kernel lost, leave a NUL in the line, so that
a code with a hole in it is noise and never passes for another code.
"""

import struct

EVENT = struct.Struct("@llHHi")  # struct input_event (linux/input.h): time, type, code, value
HOLE = b"\0"

_EV_SYN, _EV_KEY = 0x00, 0x01
_SYN_REPORT, _SYN_DROPPED = 0, 3
_DOWN = 1  # 0 is up, 2 is the kernel's own repeat of a key that is held: a scanner holds none

# linux/input-event-codes.h; what the keys mean on a US keyboard, without and with Shift.
_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),  # the number pad
    (98, "/", "/"),
    (55, "*", "*"),
)
PLAIN = {first + n: low for first, row, _ in _ROWS for n, low in enumerate(row)}
SHIFTED = {first + n: high for first, _, row in _ROWS for n, high in enumerate(row)}
_ENTERS = {28: b"\r", 96: b"\r", 15: b"\t"}  # Enter, Enter on the number pad, Tab
_SHIFTS = {42, 54}
_CONTROLS = {29, 97}
_CAPS_LOCK, _NUM_LOCK = 58, 69
_SILENT = {_NUM_LOCK, 56, 100, 125, 126}  # NumLock, Alt and Meta say nothing by themselves


class KeyDecoder:
    """Holds half an event and which modifiers are down; ``feed`` it whatever was read."""

    def __init__(self) -> None:
        self._rest = b""
        self._held: set[int] = set()
        self._caps = False
        self._lost = False

    def feed(self, data: bytes) -> bytes:
        """The bytes typed by these events: ASCII, CR for Enter, NUL for what cannot be known."""
        data = self._rest + data
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        typed = b""
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == _EV_SYN:
                typed += self._synchronise(code)
            elif kind == _EV_KEY and not self._lost:
                typed += self._key(code, value)
        return typed

    def _synchronise(self, code: int) -> bytes:
        """After SYN_DROPPED, everything up to the next report is worthless."""
        if code == _SYN_DROPPED:
            self._lost = True
            self._held.clear()
            return HOLE
        if code == _SYN_REPORT:
            self._lost = False
        return b""

    def _key(self, code: int, value: int) -> bytes:
        if code in _SHIFTS | _CONTROLS:
            (self._held.add if value else self._held.discard)(code)
            return b""
        if value != _DOWN or code in _SILENT:
            return b""
        if code == _CAPS_LOCK:
            self._caps = not self._caps
            return b""
        if code in _ENTERS:
            return _ENTERS[code]
        plain = PLAIN.get(code)
        if plain is None:
            return HOLE
        if self._held & _CONTROLS:
            # Ctrl+letter is how a keyboard types a control character.
            return bytes((ord(plain.upper()) & 0x1F,)) if plain.isalpha() else HOLE
        shifted = bool(self._held & _SHIFTS) != (self._caps and plain.isalpha())
        return (SHIFTED[code] if shifted else plain).encode("ascii")
