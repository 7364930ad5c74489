"""No dots of a picture are a real-time request, for printers that look for them everywhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from device_drivers.printers.escpos_raster import REAL_TIME, raster
from device_drivers.printers.escpos_receipt import encode
from device_drivers.printers.interface import Document, PrintOutcome, TextLine
from simulators.receipt_printer.tokens import RealTimeScanner, Tokenizer
from tests.device_drivers.printers.bench import Bench
from tests.device_drivers.printers.receipts import FONTS, needs_fonts, profile, receipt
from tests.device_drivers.waiting import wait_until

COLUMNS, BAND = 6, 24
STATUS, CLEAR, DRAWER = b"\x10\x04\x01", b"\x10\x05\x02", b"\x10\x14\x01"


def picture(*rows: bytes) -> Image.Image:
    """Mode "1", 0 is ink, of rows of dots (a bit set is ink)."""
    ink = Image.frombytes("1", (8 * COLUMNS, len(rows)), b"".join(rows))
    return ImageChops.invert(ink)


def printed(data: bytes) -> Image.Image:
    """What a printer puts on paper."""
    bands = []
    for token in Tokenizer().feed(data):
        assert token.name == "GS v 0"
        columns, height = token.args[1], token.args[3]
        assert (columns, height <= BAND) == (COLUMNS, True)
        bands.append((height, token.args[5:]))
    page = Image.frombytes(
        "1", (8 * COLUMNS, sum(height for height, _ in bands)), b"".join(dots for _, dots in bands)
    )
    return ImageChops.invert(page)


def ink_of(image: Image.Image) -> Image.Image:
    """The part with ink, wherever it stands on the paper."""
    ink = ImageChops.invert(image)
    return ink.crop(ink.getbbox())


def requests(data: bytes) -> int:
    return len(RealTimeScanner().feed(data + 5 * b"\x1b@")[0])  # what follows a picture


@pytest.mark.parametrize("request_", [STATUS, CLEAR, DRAWER, b"\x10\x04\x14"])
def test_dots_in_one_row_that_are_a_request_stand_a_little_to_the_side(request_: bytes) -> None:
    asked = picture(bytes(COLUMNS), b"\0" + request_ + b"\0\0", bytes(COLUMNS))
    data = raster(asked, BAND)
    assert requests(data) == 0
    assert ink_of(printed(data)).tobytes() == ink_of(asked).tobytes()


@pytest.mark.parametrize("split", [1, 2])
def test_dots_from_one_row_to_the_next_that_are_a_request_are_parted_by_a_band(split: int) -> None:
    above = bytes(COLUMNS - split) + STATUS[:split]
    below = STATUS[split:] + bytes(COLUMNS - 3 + split)
    asked = picture(bytes(COLUMNS), above, below, bytes(COLUMNS))
    data = raster(asked, BAND)
    assert data.count(b"\x1dv0\x00") == 2
    assert requests(data) == 0
    assert printed(data).tobytes() == asked.tobytes()


def test_a_picture_without_margins_gets_one_dot_more() -> None:
    row = b"\x81" + STATUS + b"\0\x81"
    data = raster(picture(row), BAND)
    assert requests(data) == 0
    changed = ImageChops.logical_xor(printed(data), picture(row))
    assert changed.histogram()[255] == 1


def test_a_picture_without_requests_is_left_as_it_is() -> None:
    rows = [bytes([n, 0, n, 0x10, 0x04, 0x1D]) for n in range(60)]
    data = raster(picture(*rows), BAND)
    assert data.count(b"\x1dv0\x00") == 3
    assert printed(data).tobytes() == picture(*rows).tobytes()


BYTES = st.one_of(
    st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x01, 0x02, 0x00, 0xFF]), st.integers(0, 255)
)
ROWS = st.lists(
    st.lists(BYTES, min_size=COLUMNS, max_size=COLUMNS).map(bytes), min_size=1, max_size=40
)


@settings(max_examples=400)
@given(ROWS, st.integers(1, BAND))
def test_whatever_is_printed_no_request_is_in_it(rows: list[bytes], band: int) -> None:
    asked = picture(*rows)
    data = raster(asked, band)
    assert requests(data) == 0
    assert REAL_TIME.search(data) is None
    assert printed(data).size == asked.size


# Of rare characters, so that dots of all kinds come together.
RARE = st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), min_size=8, max_size=60)


@needs_fonts
@settings(max_examples=40, deadline=None)
@given(RARE)
def test_no_receipt_contains_a_request(text: str) -> None:
    job = encode(Document("x", (TextLine(text), TextLine(text, large=True))), profile(), FONTS)
    assert REAL_TIME.search(job.data) is None


@needs_fonts
@pytest.mark.parametrize("dots", [STATUS, CLEAR])
def test_a_printer_that_looks_inside_prints_the_whole_receipt(tmp_path, monkeypatch, dots) -> None:
    """With a request among its dots, which the printer would take out, and answer or obey."""
    from device_drivers.printers import escpos_receipt

    drawn = escpos_receipt.render_blocks

    def with_request(*args) -> Image.Image:
        page = drawn(*args)
        ink = Image.frombytes("1", (24, 1), bytes(255 - byte for byte in dots))
        page.paste(ink, (104, 40))
        return page

    monkeypatch.setattr(escpos_receipt, "render_blocks", with_request)
    bench = Bench(tmp_path, "tcp")
    bench.device.faults.set("looks_inside")
    result = bench.driver.print(receipt("job-inside"))
    assert result.outcome is PrintOutcome.PRINTED
    paper = tmp_path / "receipts" / "receipt-001.png"
    assert wait_until(paper.exists)
    assert not bench.device.engine.unknown
    expected = with_request(receipt().blocks, 384, FONTS)
    with Image.open(paper) as shown:
        ink = ink_of(shown.convert("1").crop((0, 0, shown.width, expected.height)))
        assert ink.tobytes() == ink_of(expected).tobytes()
    bench.driver.close()
