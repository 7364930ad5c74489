"""Single values of ZVT fields: BCD, text, numbers. Raises Unreadable, never guesses."""

from collections.abc import Iterator

from device_drivers.card_terminals.masking import HIDDEN, holds_pan, without_pans

Value = int | str
CP437 = "cp437"  # what terminals send unless another set was agreed (ch. 9, tag 14)
_NO_CONTROL = {code: " " for code in (*range(0x20), 0x7F) if code != 0x0A}


class Unreadable(ValueError):
    """Bytes that do not fit their field; the message never quotes them."""


def bcd(digits: str, length: int) -> bytes:
    """Digits as ``length`` bytes of BCD, zeros in front. Raises ValueError if they do not fit."""
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 2 * length:
        raise ValueError(f"not a number of at most {2 * length} digits")
    return bytes.fromhex(digits.rjust(2 * length, "0"))


def number_of_bcd(raw: bytes) -> int:
    digits = raw.hex()
    if not (digits.isascii() and digits.isdigit()):
        raise Unreadable("digits expected")
    return int(digits)


def counted(raw: bytes, start: int, digits: int) -> tuple[bytes, int]:
    """LLVAR and LLLVAR: the bytes after ``digits`` counter bytes F0..F9, and where they end."""
    length = 0
    counter = raw[start : start + digits]
    for byte in counter:
        if byte >> 4 != 0xF or byte & 0xF > 9:
            raise Unreadable("counter expected")
        length = length * 10 + (byte & 0xF)
    begin = start + digits
    if len(counter) < digits or begin + length > len(raw):
        raise Unreadable("field longer than the message")
    return raw[begin : begin + length], begin + length


def text(raw: bytes, characters: str = CP437) -> str:
    """Readable text in a codec of Python; lines end with a line feed. Card numbers are masked."""
    said = raw.strip(b"\0").decode(characters, errors="replace")
    said = said.replace("\r\n", "\n").replace("\r", "\n")
    return without_pans(said.translate(_NO_CONTROL))


def decoded(raw: bytes, encoding: str, characters: str = CP437) -> Value:
    """A value by the encoding of the tables; what has none is given as hex, unless it holds a card
    number."""
    match encoding:
        case "ASCII" | "text":
            return text(raw, characters)
        case "uint" | "uint16" | "uint32 big-endian" if len(raw) <= 4:
            return int.from_bytes(raw, "big")
        case "binary" | "bits" if len(raw) == 1:
            return raw[0]
        case _:
            return HIDDEN if holds_pan(raw) else raw.hex()


_TOTALS = (
    "girocard",
    "jcb",
    "eurocard",
    "amex",
    "visa",
    "diners",
    "other",
)


def totals(raw: bytes) -> dict[str, int]:
    """BMP 60: receipt range, then count and sum (minor units) of each kind of card."""
    if len(raw) != 4 + 7 * len(_TOTALS):
        raise Unreadable("53 bytes of totals expected")
    return dict(_totals(raw))


def _totals(raw: bytes) -> Iterator[tuple[str, int]]:
    yield "receipt_from", number_of_bcd(raw[0:2])
    yield "receipt_to", number_of_bcd(raw[2:4])
    for index, name in enumerate(_TOTALS):
        start = 4 + 7 * index
        yield f"{name}_count", raw[start]
        yield f"{name}_total", number_of_bcd(raw[start + 1 : start + 7])
