"""Whatever a scanner puts around a code, and by whichever door it comes, the text is the same."""

import numpy as np
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from contract.scan_kind import ScanKind, classify
from device_drivers.scanners.code_text import CodeText, of_bytes, of_text
from device_drivers.scanners.decoding import Task, decode
from device_drivers.scanners.interface import CODE_LENGTH_MAX
from tests.device_drivers.scanners.pictures import qr_image, qr_picture

BILL = "https://pay.example/b/1"
MARK = "\ufeff"


def turned(code, quarters=0):
    return np.ascontiguousarray(np.rot90(qr_image(code), quarters))


def test_text_is_utf8_or_gb18030_and_never_control_characters():
    assert of_bytes("翠湖花园".encode()) == CodeText("翠湖花园")
    assert of_bytes("翠湖花园".encode("gb18030")) == CodeText("翠湖花园")
    assert of_bytes(b"\x00\x01\xff\xfe") is None
    assert of_bytes(b"ok\x1bcode") is None
    assert of_bytes(b"x" * (CODE_LENGTH_MAX + 1)) is None


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"]Q0", "QRCODE"),
        (b"]Q1", "QRCODE"),
        (b"]Q2\\000026", "QRCODE"),
        (b"]Q1\\000026", "QRCODE"),
        (b"\\000026", "UNKNOWN"),
        (b"]Q3", "QRCODE"),
        (b"]C0", "CODE128"),
        (b"]C1", "CODE128"),
        (b"]d2", "UNKNOWN"),
        (b"\xef\xbb\xbf", "UNKNOWN"),
        (b"]Q1\xef\xbb\xbf", "QRCODE"),
        (b"]Q2\\000026\xef\xbb\xbf", "QRCODE"),
    ],
)
@pytest.mark.parametrize("end", [b"", b"\r", b"\n", b"\r\n", b" \r\n"])
def test_what_stands_around_a_code_is_taken_off(sent, kind, end):
    assert of_bytes(sent + BILL.encode() + end) == CodeText(BILL, kind)


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (b"\\000026" + "湖".encode(), "湖"),
        (b"]Q2\\000029" + "湖".encode("gb18030"), "湖"),
        (b"]Q2\\000003caf\xe9", "café"),
        (b"]Q2\\000026a\\\\b", "a\\b"),
        (b"]Q2a\\000026" + "湖".encode() + b"\\000029" + "园".encode("gb18030"), "a湖园"),
        (b"]Q1a\\b", "a\\b"),  # no ECI: a backslash is a backslash
    ],
)
def test_each_part_is_in_the_character_set_that_it_names(sent, text):
    found = of_bytes(sent)
    assert found is not None and found.text == text


def test_a_character_set_that_is_not_known_is_noise():
    assert of_bytes(b"]Q2\\000899abc") is None
    assert of_bytes(b"]Q2\\000026\xff\xfe") is None


@given(st.binary(max_size=80))
def test_nothing_raises_and_what_comes_out_stays_as_it_is(raw):
    found = of_bytes(raw)
    if found is not None:
        assert of_text(found.text, found.kind) == found
        assert of_bytes(found.text.encode()) is not None


@given(
    st.sampled_from([BILL, "3-2-1201", "134567890123456789"]),
    st.sampled_from(["", "]Q1", "]Q2\\000026", "\\000026"]),
    st.sampled_from(["", MARK]),
    st.sampled_from(["", "\r", "\r\n", "\n"]),
)
def test_the_classifier_sees_the_same_by_every_door(text, before, mark, end):
    line = of_bytes((before + mark + text + end).encode())
    camera = of_text(mark + text + end)
    assert line is not None and camera is not None
    assert line.text == camera.text == text
    assert classify(line.text).kind is not ScanKind.OTHER or text == BILL


@pytest.mark.parametrize("end", ["\n", "\r\n", "\t", " \r\n ", "\u2028"])
def test_a_code_of_several_lines_is_read_as_one_line(end):
    text = end.join(["BEGIN:VCARD", "FN:Wang Fang", "END:VCARD"])
    found = decode(qr_picture(text), Task(("QRCODE",), ("zxing-cpp",)))
    assert [code.text for code in found] == ["BEGIN:VCARD FN:Wang Fang END:VCARD"]
    assert classify(found[0].text).kind is ScanKind.OTHER


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "\n", "a\ud800b"])
def test_control_characters_and_halves_of_characters_are_noise(text):
    assert of_text(text) is None


@pytest.mark.parametrize("text", [MARK + "3-2-1201", "3-2-1201\r\n", MARK + "3-2-1201\n"])
def test_a_camera_reads_what_the_other_scanners_read(text):
    found = decode(qr_picture(text), Task(("QRCODE",), ("zxing-cpp", "pyzbar")))
    assert [code.text for code in found] == ["3-2-1201"]


@pytest.mark.parametrize("readers", [("zxing-cpp",), ("pyzbar",), ("zxing-cpp", "pyzbar")])
def test_a_part_of_a_code_does_not_pass_for_the_whole(readers):
    """Structured append: the first part alone says another thing than all of them."""
    parts = segno.make_sequence(BILL + "?x=" + "y" * 60, symbol_count=3)
    for part in parts:
        for turns in range(4):
            assert decode(turned(part, turns), Task(("QRCODE",), readers)) == []


@pytest.mark.parametrize("mask", range(8))
@pytest.mark.parametrize("text", [BILL, "628812345678901234", "A-2-1201", "湖畔花园"])
def test_a_whole_code_is_read_with_every_mask(mask, text):
    made = segno.make(text, micro=False, mask=mask)
    found = decode(turned(made), Task(("QRCODE",), ("zxing-cpp",)))
    assert [code.text for code in found] == [text]
