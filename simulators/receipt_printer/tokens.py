"""Splits the bytes sent to an ESC/POS printer into commands and text. Draws nothing.

Written from the Epson ESC/POS command reference and the GB18030 supplements of Chinese makers, on
purpose without any library that also makes such bytes.
"""

from dataclasses import dataclass

DLE, ESC, FS, GS = 0x10, 0x1B, 0x1C, 0x1D
PLAIN = {0x00: "NUL", 0x0A: "LF", 0x0D: "CR", 0x09: "HT", 0x0C: "FF", 0x18: "CAN"}

# How many argument bytes follow each two-byte command.
FIXED = {
    ESC: {
        **dict.fromkeys("@2imSL", 0),
        **dict.fromkeys("aE!dJ3MG-tRV{ rTeK=%?", 1),
        **dict.fromkeys("$\\cB", 2),
        "p": 3,
        "W": 8,
    },
    GS: {
        **dict.fromkeys("!BHhwfaEr/IbT\xe0", 1),
        **dict.fromkeys("LWP$\\", 2),
        ":": 0,
    },
    FS: {
        **dict.fromkeys("&.", 0),
        **dict.fromkeys("!-WC", 1),
        **dict.fromkeys("Sp", 2),
    },
}
DLE_LENGTHS = {0x04: 3, 0x05: 3}  # EOT n, ENQ n
TEXT_RUN_MAX = 4096
REQUEST_MAX = 10  # bytes of the longest real-time request


@dataclass(frozen=True)
class Token:
    """``name`` like "GS v 0"; ``args`` what follows the command; ``raw`` all its bytes."""

    name: str
    args: bytes
    raw: bytes

    @property
    def real_time(self) -> bool:
        """Answered when it arrives, even while the printer is stopped."""
        return self.name.startswith("DLE")


class Tokenizer:
    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Token]:
        """The commands that are complete by now."""
        self._pending += data
        tokens = []
        while self._pending:
            token = self._next(self._pending)
            if token is None:
                break
            del self._pending[: len(token.raw)]
            tokens.append(token)
        return tokens

    def _next(self, data: bytearray) -> Token | None:
        first = data[0]
        if first in PLAIN:
            return Token(PLAIN[first], b"", bytes(data[:1]))
        if first in (ESC, GS, FS, DLE):
            if len(data) < 2:
                return None
            if first == DLE:
                return _real_time(data)
            return _command(data, first)
        if first < 0x20:
            return Token(f"unknown {first:02X}", b"", bytes(data[:1]))
        end = 1
        while end < min(len(data), TEXT_RUN_MAX) and data[end] >= 0x20:
            end += 1
        if end == len(data) and _splits_character(data):
            return None
        return Token("text", bytes(data[:end]), bytes(data[:end]))


class RealTimeScanner:
    """As a printer whose receiver knows nothing of commands: it takes requests out of whatever comes."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> tuple[list[Token], bytes]:
        """The requests that are complete by now, and the bytes without them."""
        data, self._held = self._held + data, b""
        tokens, rest, at = [], bytearray(), 0
        while at < len(data):
            if data[at] != DLE:
                rest.append(data[at])
                at += 1
                continue
            left = bytearray(data[at : at + REQUEST_MAX])
            token = _real_time(left) if len(left) > 1 else None
            if token is None:
                self._held = data[at:]
                break
            if _is_request(token):
                tokens.append(token)
                at += len(token.raw)
            else:
                rest.append(DLE)
                at += 1
        return tokens, bytes(rest)


def _is_request(token: Token) -> bool:
    valid = {"DLE EOT": {*range(1, 9), 18, 20}, "DLE ENQ": {*range(4)}, "DLE DC4": {*range(9)}}
    return token.name in valid and token.args[0] in valid[token.name]


def _splits_character(text: bytearray) -> bool:
    """Whether a run of text ends in the middle of a GB18030 character."""
    try:
        bytes(text).decode("gb18030")
    except UnicodeDecodeError as problem:
        return problem.end == len(text) and len(text) - problem.start < 4
    return False


def _real_time(data: bytearray) -> Token | None:
    if data[1] == 0x14:  # DC4 fn a b; fn 8 has seven bytes
        if len(data) < 3:
            return None
        length = 10 if data[2] == 8 else 5
    else:
        length = DLE_LENGTHS.get(data[1], 2)
    if len(data) < length:
        return None
    name = {0x04: "DLE EOT", 0x05: "DLE ENQ", 0x14: "DLE DC4"}.get(data[1], f"DLE {data[1]:02X}")
    return Token(name, bytes(data[2:length]), bytes(data[:length]))


def _command(data: bytearray, prefix: int) -> Token | None:
    letter = chr(data[1])
    length = _length(data, prefix, letter)
    if length is None or len(data) < length:
        return None
    prefix_name = {ESC: "ESC", GS: "GS", FS: "FS"}[prefix]
    if length < 0 or (letter not in FIXED[prefix] and letter not in VARIABLE[prefix]):
        return Token(f"unknown {prefix_name} {data[1]:02X}", b"", bytes(data[:2]))
    name, start = f"{prefix_name} {letter}", 2
    if prefix == GS and letter in "(v":
        name, start = f"{name} {chr(data[2])}", 3
    return Token(name, bytes(data[start:length]), bytes(data[:length]))


VARIABLE = {ESC: "*D", GS: "vV(k*e", FS: "2"}


def _length(data: bytearray, prefix: int, letter: str) -> int | None:
    """Bytes of the whole command; None while that cannot be known yet."""
    if letter in FIXED[prefix]:
        return 2 + FIXED[prefix][letter]
    if prefix == ESC:
        return _esc_length(data, letter)
    if prefix == GS:
        return _gs_length(data, letter)
    return 2 + 2 + 72 if letter == "2" else 2


def _esc_length(data: bytearray, letter: str) -> int | None:
    if letter == "*":
        if len(data) < 5:
            return None
        columns = data[3] + 256 * data[4]
        return 5 + columns * (3 if data[2] in (32, 33) else 1)
    if letter == "D":
        end = data.find(0, 2)
        return end + 1 if end >= 0 else None
    return 2


def _gs_length(data: bytearray, letter: str) -> int | None:
    if len(data) < 3:
        return None
    if letter == "e":
        return 3 + {3: 1, 0x20: 2}.get(data[2], 0)
    if letter == "V":
        return 4 if data[2] >= 65 else 3
    if letter == "v":
        if len(data) < 8:
            return None
        return 8 + (data[4] + 256 * data[5]) * (data[6] + 256 * data[7])
    if letter == "(":
        if len(data) < 5:
            return None
        return 5 + data[3] + 256 * data[4]
    if letter == "k":
        return _barcode_length(data)
    if letter == "*":
        return 4 + data[2] * data[3] * 8 if len(data) >= 4 else None
    return 2


def _barcode_length(data: bytearray) -> int | None:
    if data[2] <= 6:
        end = data.find(0, 3)
        return end + 1 if end >= 0 else None
    return 4 + data[3] if len(data) >= 4 else None
