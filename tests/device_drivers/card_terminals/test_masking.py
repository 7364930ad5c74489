"""No card number comes out of the parser, wherever the terminal put it."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.card_terminals import masking
from device_drivers.card_terminals.zvt import answers, apdu, fields, mask, tables, tlv
from device_drivers.card_terminals.zvt.describe import describe
from device_drivers.card_terminals.zvt.receipts import printed_block, printed_line

PAN = "6225880137706868"
TRACK2 = PAN + "d3012" + "2010000000001f"
SHAPE = re.compile(r"^[0-9*]{4,19}$")


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        (PAN, "622588******6868"),
        ("559883EEEEEE8074", "559883******8074"),
        ("6225880137706868123", "622588*********8123"),
        ("12345678", "********"),
        ("123456789", "*****6789"),
        ("12345678901", "*******8901"),
        ("", "****"),
    ],
)
def test_at_most_six_and_four(digits: str, shown: str) -> None:
    assert masking.masked_pan(digits) == shown


@given(st.text(max_size=40))
def test_the_shape_is_always_right(digits: str) -> None:
    shown = masking.masked_pan(digits)
    assert SHAPE.match(shown)
    assert sum(c != "*" for c in shown) <= 10


@given(st.binary(max_size=60))
def test_any_bytes_have_the_right_shape(raw: bytes) -> None:
    assert SHAPE.match(mask.masked_bcd_pan(raw))


def test_text_loses_card_numbers_only() -> None:
    line = f"Card {PAN[:4]} {PAN[4:8]} {PAN[8:12]} {PAN[12:]} VU 804011926 AID A0000000041010"
    assert masking.without_pans(line) == "Card 622588******6868 VU 804011926 AID A0000000041010"


CLEAR = apdu.Apdu(
    apdu.STATUS_INFORMATION,
    bytes.fromhex("2700" + "22f0f8" + PAN)
    + b"\x23\xf1\xf8"
    + bytes.fromhex(TRACK2.ljust(36, "f"))
    + b"\x2d\xf1\xf7"
    + b"B"
    + PAN.encode()
    + b"\x3c\xf0\xf2\xf1"
    + b"Card "
    + PAN.encode()
    + b"\x06\x1d"
    + tlv.encode(0x1F09, bytes.fromhex(PAN))
    + tlv.encode(0x5A, bytes.fromhex(PAN))
    + tlv.encode(0x57, bytes.fromhex(PAN)[:6]),
)


def test_no_clear_number_in_result_or_json() -> None:
    read = fields.read(CLEAR.data)
    assert read.problem == ""
    shown = [
        repr(CLEAR),
        repr(read),
        repr(answers.card_result(read)),
        json.dumps(describe(CLEAR)),
    ]
    for one in shown:
        assert PAN not in one
        assert PAN[6:12] not in one.replace(" ", "")
    result = answers.card_result(read)
    assert result is not None
    assert result.masked_pan == "622588******6868"


@pytest.mark.parametrize("number", sorted(mask.SECRET_BMPS), ids=lambda n: f"{n:02X}")
def test_fields_that_are_secret_whatever_they_hold(number: int) -> None:
    length = tables.BMPS[number].length
    counter = {"LLVAR": b"\xf0\xf4", "LLLVAR": b"\xf0\xf0\xf4"}.get(str(length), b"")
    value = b"CHEN" if counter else b"CHEN"[: int(length)]
    read = fields.read(bytes([number]) + counter + value)
    assert read.values == {number: masking.HIDDEN}


@pytest.mark.parametrize("tag", sorted(mask.SECRET_TAGS), ids=lambda t: f"{t:02X}")
def test_tags_that_are_secret_whatever_they_hold(tag: int) -> None:
    nodes, problem = tlv.parse(tlv.encode(tag, b"CHEN"))
    assert (problem, nodes[0].value, nodes[0].children) == ("", masking.HIDDEN, ())


def test_no_clear_number_in_receipt_lines() -> None:
    line = f"\0Karte {PAN}".encode()
    assert printed_line(line).lines == ("Karte 622588******6868",)
    block = tlv.encode(0x25, tlv.encode(0x07, line[1:]))
    assert printed_block(b"\x06" + bytes([len(block)]) + block).lines == ("Karte 622588******6868",)
