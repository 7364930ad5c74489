"""The numbered fields (BMPs, ch. 13) of a message, read by the table. Never keeps card data.

A field that is not in the table has no known length: reading ends there, ``problem`` says so, and
what was read before stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from device_drivers.card_terminals.masking import HIDDEN
from device_drivers.card_terminals.zvt import mask, tlv
from device_drivers.card_terminals.zvt.tables import BMPS, Field
from device_drivers.card_terminals.zvt.values import (
    CP437,
    Unreadable,
    Value,
    counted,
    decoded,
    number_of_bcd,
    totals,
)

AMOUNT, TLV, TRACE, TIME, DATE = 0x04, 0x06, 0x0B, 0x0C, 0x0D
STATUS_BYTE, CARD_NUMBER, RESULT, TERMINAL_ID = 0x19, 0x22, 0x27, 0x29
ORIGINAL_TRACE, AUTHORISATION, ADDITIONAL_TEXT, CURRENCY = 0x37, 0x3B, 0x3C, 0x49
TOTALS, RECEIPT_NO, CARD_TYPE, CARD_NAME = 0x60, 0x87, 0x8A, 0x8B


@dataclass(frozen=True)
class Fields:
    """``values`` by number: digits as text, single bytes as numbers, the card number masked."""

    values: Mapping[int, Value] = field(default_factory=dict)
    nodes: tuple[tlv.Node, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""

    def text(self, number: int) -> str:
        return str(self.values.get(number, "")).strip()

    def number(self, number: int) -> int | None:
        """A whole number, from BCD or binary."""
        value = self.values.get(number)
        if isinstance(value, str):
            return int(value) if value.isascii() and value.isdigit() else None
        return value

    def tag(self, tag: int) -> tlv.Node | None:
        return tlv.first(self.nodes, tag)


def read(raw: bytes, characters: str = CP437) -> Fields:
    """Never raises: what cannot be read is told in ``problem``."""
    values: dict[int, Value] = {}
    nodes: tuple[tlv.Node, ...] = ()
    sums: dict[str, int] = {}
    at, problem = 0, ""
    try:
        while at < len(raw):
            number, known = raw[at], BMPS.get(raw[at])
            if known is None:
                raise Unreadable(f"field {number:02X} is unknown")
            value, at = _bytes_of(known, raw, at + 1)
            try:
                if number == TLV:
                    more, inside = tlv.parse(value, characters)
                    nodes += more
                    if inside:
                        raise Unreadable(inside)
                elif number == TOTALS:
                    sums = totals(value)
                else:
                    values.setdefault(number, _value(number, value, known, characters))
            except Unreadable as inside:
                problem = (
                    f"field {number:02X}: {inside}"  # its length is known: what follows is read
                )
    except Unreadable as end:
        problem = f"reading ended at byte {at}: {end}"
    return Fields(values, nodes, sums, problem)


def _bytes_of(known: Field, raw: bytes, start: int) -> tuple[bytes, int]:
    match known.length:
        case "LLVAR":
            return counted(raw, start, 2)
        case "LLLVAR":
            return counted(raw, start, 3)
        case int(length):
            end = start + length
        case _:
            length, start = tlv.length_at(raw, start)
            end = start + length
    if end > len(raw):
        raise Unreadable("field longer than the message")
    return raw[start:end], end


def _value(number: int, raw: bytes, known: Field, characters: str) -> Value:
    if number in mask.SECRET_BMPS:
        return HIDDEN
    if number in mask.PAN_BMPS:
        return mask.masked_bcd_pan(raw)
    if number == AMOUNT:
        number_of_bcd(raw)
    return decoded(raw, known.encoding, characters)
