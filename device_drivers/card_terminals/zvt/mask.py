"""Hides card numbers and card data as they are read, so that nothing behind can show them.

At most the first six and the last four digits of a card number stay. Nothing here keeps the rest.
"""

import re

# By number: card data that nobody behind the parser needs. BMP first, then TLV tag.
SECRET_BMPS = frozenset({0x23, 0x24, 0x2D, 0x2E, 0x3A, 0x3D, 0x9A, 0xD1})
SECRET_TAGS = frozenset(
    {
        *(0x1F08, 0x1F09, 0x1F0A, 0x1F2A, 0x1F31, 0x1F3E, 0x1F5C, 0x1F5D, 0x1F5E),  # ZVT
        *(0x1F66, 0x1F74, 0x1F75, 0x9F5B, 0x4C, 0x1F45, 0x1F46, 0x80, 0x1C),
        *(0x1F0D, 0x1F1A, 0x1F33),
        *(0x56, 0x57, 0x9F6B, 0x5F20, 0x9F1F, 0x9F20, 0x99),  # EMV: tracks, holder, PIN
    }
)
PAN_BMPS = frozenset({0x22})
PAN_TAGS = frozenset({0x5A})
HIDDEN = "(hidden)"

PAN_MAX = 19
_KEPT_HEAD, _KEPT_TAIL = 6, 4
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){11,18}(?![0-9])")


def masked_pan(digits: str) -> str:
    """The number as ``^[0-9*]{4,19}$``; whatever is not a digit becomes ``*``."""
    shown = re.sub(r"[^0-9]", "*", digits)[:PAN_MAX].rjust(_KEPT_TAIL, "*")
    head = _KEPT_HEAD if len(shown) > _KEPT_HEAD + _KEPT_TAIL + 1 else 0
    tail = _KEPT_TAIL if len(shown) > 2 * _KEPT_TAIL else 0
    middle = "*" * (len(shown) - head - tail)
    return shown[:head] + middle + shown[len(shown) - tail :]


def masked_bcd_pan(raw: bytes) -> str:
    """A card number in BCD: E is a masked digit, F fills up the end; what follows D is track data."""
    return masked_pan(raw.hex().split("d", 1)[0].rstrip("f"))


def without_pans(text: str) -> str:
    """Text without numbers that could be a card's: 16 to 19 digits, or 12 to 15 that pass Luhn."""
    return _LONG_NUMBER.sub(_masked_if_card, text)


def _masked_if_card(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    return masked_pan(digits) if len(digits) >= 16 or _luhn(digits) else found[0]


def _luhn(digits: str) -> bool:
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(d // 10 + d % 10 for d in doubled)) % 10 == 0
