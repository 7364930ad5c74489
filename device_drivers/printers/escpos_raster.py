"""A picture as ESC/POS raster (GS v 0) in which no printer finds a real-time request. Touches no device.

Some printers look for DLE EOT, DLE ENQ and DLE DC4 in whatever arrives, inside pictures too (Epson's
reference warns of it): they would answer what nobody asked, clear their memory or open a drawer.
"""

import re
from collections.abc import Iterator

from PIL import Image, ImageChops

HEADER_BYTES = 8
# DLE EOT 1 to 8, 18 and 20 (status), DLE ENQ 0 to 3 (recover, clear), DLE DC4 0 to 8 (pulse, off, clear).
REAL_TIME = re.compile(rb"\x10(?:\x04[\x01-\x08\x12\x14]|\x05[\x00-\x03]|\x14[\x00-\x08])")
_REQUEST_BYTES = 3
_SHIFT_DOTS_MAX = 8
_BESIDE = 0x02  # the dot beside that of 04, 05 and 14; with it they are no requests


def raster(picture: Image.Image, band_dots: int) -> bytes:
    """GS v 0 for a picture of mode "1" (0 is ink), in bands. Not by python-escpos, whose way over other
    colours takes as long as all the rest of a receipt.

    Dots that read as a request from one row to the next are parted by a new band; where they are in one
    row, the picture stands a dot or two to the side, as far as its margins are white. If nothing else
    helps, a single dot is added.
    """
    columns = (picture.width + 7) // 8
    rows = _without_requests(ImageChops.invert(picture.convert("1")), columns)
    return b"".join(_bands(rows, columns, band_dots))


def _without_requests(ink: Image.Image, columns: int) -> bytes:
    """The rows; requests are left at most between two of them."""
    for shift in _shifts(ink):
        rows = (ImageChops.offset(ink, shift, 0) if shift else ink).tobytes()
        if not any(_is_in_one_row(found.start(), columns) for found in REAL_TIME.finditer(rows)):
            return rows
    dots = bytearray(ink.tobytes())
    for found in REAL_TIME.finditer(bytes(dots)):
        if _is_in_one_row(found.start(), columns):
            dots[found.start() + 1] |= _BESIDE
    return bytes(dots)


def _shifts(ink: Image.Image) -> Iterator[int]:
    """To the right and to the left, the smallest first, as far as no ink leaves the paper."""
    yield 0
    edges = ink.getbbox()
    if edges is None:
        return
    left, right = edges[0], ink.width - edges[2]
    for dots in range(1, _SHIFT_DOTS_MAX + 1):
        if dots <= right:
            yield dots
        if dots <= left:
            yield -dots


def _is_in_one_row(start: int, columns: int) -> bool:
    return start // columns == (start + _REQUEST_BYTES - 1) // columns


def _bands(rows: bytes, columns: int, band_dots: int) -> Iterator[bytes]:
    height = len(rows) // columns
    parted = {  # before which rows a new band begins
        row
        for found in REAL_TIME.finditer(rows)
        for row in range(found.start() // columns + 1, (found.end() - 1) // columns + 1)
    }
    top = 0
    while top < height:
        last = min(top + band_dots, height)
        bottom = next((row for row in range(top + 1, last) if row in parted), last)
        head = b"\x1dv0\x00" + columns.to_bytes(2, "little") + (bottom - top).to_bytes(2, "little")
        yield head + rows[top * columns : bottom * columns]
        top = bottom
