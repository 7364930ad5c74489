"""The bytes of a receipt: raster in bands, or the printer's own characters in GB18030."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.printers.escpos_receipt import cells, encode, gb18030
from device_drivers.printers.interface import Document, TextLine
from tests.device_drivers.printers.receipts import FONTS, RECEIPT_URL, needs_fonts, profile, receipt


def test_the_yen_sign_is_always_the_one_that_chinese_printers_have():
    assert gb18030("¥1") == gb18030("￥1") == b"\xa3\xa41"


def test_a_chinese_character_takes_two_columns():
    assert cells("合计 1.00") == 9
    assert cells("￥·—") == 6


@given(st.text())
def test_no_text_breaks_the_encoding(text):
    assert cells(text) <= 2 * len(text)


@needs_fonts
def test_a_raster_job_resets_prints_in_bands_and_cuts():
    job = encode(receipt(), profile(band_dots=256), FONTS).data
    assert job.startswith(b"\x1b@")
    assert job.count(b"\x1dv0\x00\x30\x00") >= 3
    assert b"\x1dv0\x00\x30\x00\x00\x01" in job
    assert b"\x1dV" in job[-6:]


@needs_fonts
def test_a_native_job_sets_amounts_flush_right_in_columns():
    document = Document("x", (TextLine("物业费", right="￥260.28"),))
    job = encode(document, profile(chinese="gb18030"), FONTS).data
    line = "物业费" + " " * (32 - 6 - 8) + "￥260.28\n"
    assert b"\x1c&" in job
    assert gb18030(line) in job


@needs_fonts
def test_a_name_cannot_carry_commands_to_the_printer():
    document = Document("x", (TextLine("张\x1bp\x00\x19\xfa", right="\x1dV\x00"),))
    job = encode(document, profile(chinese="gb18030", cut="none"), FONTS).data
    assert b"\x1bp" not in job
    assert b"\x1dV" not in job


@needs_fonts
def test_no_native_job_contains_what_prints_as_two_digits():
    assert b"\x81\x30\x84\x36" not in encode(receipt(), profile(chinese="gb18030"), FONTS).data


@needs_fonts
@pytest.mark.parametrize("chinese", ["raster", "gb18030"])
def test_a_native_code_is_a_command_with_the_text(chinese):
    job = encode(receipt(), profile(chinese=chinese, qr="native"), FONTS).data
    assert RECEIPT_URL.encode() in job
    assert b"\x1d(k" in job


@needs_fonts
@pytest.mark.parametrize(("cut", "command"), [("full", b"\x1dV\x00"), ("partial", b"\x1dV\x01")])
def test_the_cut_is_as_configured(cut, command):
    assert encode(receipt(), profile(cut=cut), FONTS).data.endswith(command)


@needs_fonts
def test_nothing_is_said_on_the_terminal(capfd):
    encode(receipt(), profile(), FONTS)
    assert capfd.readouterr() == ("", "")
