"""Turns a laid-out receipt into ESC/POS bytes with python-escpos. Never touches a device.

Chinese goes as a picture by default: it looks the same on every printer. Where the printer's own
characters are wanted (GB18030), the yen sign is always U+FFE5: U+00A5 prints as two digits there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from escpos.printer import Dummy

from device_drivers.printers.interface import Align, Block, Document, Feed, QrCode, Rule, TextLine
from device_drivers.printers.raster import Fonts, render_blocks
from device_drivers.printers.wrapping import printable, wrap

KANJI_ON = b"\x1c&"
ASK_PAPER_IN_ORDER = b"\x1dr\x01"
CELL_DOTS = 12  # one column of font A
NATIVE_QR_MODULE_DOTS = 6


@dataclass(frozen=True)
class Paper:
    """How a model prints. ``chinese``: raster or gb18030. ``qr``: raster or native."""

    width_dots: int = 384
    chinese: str = "raster"
    qr: str = "raster"
    band_dots: int = 256  # height of one GS v 0; small printers have little memory
    cut: str = "full"  # full, partial or none


def encode(document: Document, paper: Paper, fonts: Fonts) -> bytes:
    """The whole job: reset, receipt, feed, cut. Raises ValueError if it would be too long."""
    printer = _dummy(paper.width_dots)
    printer.hw("INIT")
    if paper.chinese == "gb18030":
        printer._raw(KANJI_ON)
        for block in document.blocks:
            _native(printer, block, paper, fonts)
    else:
        for blocks in _runs(document.blocks, split_at_qr=paper.qr == "native"):
            if paper.qr == "native" and isinstance(blocks[0], QrCode):
                _native_qr(printer, blocks[0].text)
                caption = TextLine(blocks[0].caption, align=Align.CENTER)
                blocks = (caption,) if caption.text else ()
            if blocks:
                _picture(printer, blocks, paper, fonts)
    if paper.cut == "none":
        printer.print_and_feed(6)
    else:
        printer.cut(mode="PART" if paper.cut == "partial" else "FULL")
    return printer.output


def _dummy(width_dots: int) -> Any:
    printer = Dummy()
    # The default profile knows no width, and python-escpos would say so on the terminal each time.
    data = dict(printer.profile.profile_data)
    data["media"] = {"width": {"mm": 80, "pixels": width_dots}}
    printer.profile.profile_data = data
    return printer


def _runs(blocks: Sequence[Block], split_at_qr: bool) -> list[Sequence[Block]]:
    """Blocks that go together into one picture; a QR code that the printer draws stands alone."""
    if not split_at_qr:
        return [blocks] if blocks else []
    runs: list[list[Block]] = []
    joinable = False
    for block in blocks:
        alone = isinstance(block, QrCode)
        if joinable and not alone:
            runs[-1].append(block)
        else:
            runs.append([block])
        joinable = not alone
    return [tuple(run) for run in runs]


def _picture(printer: Any, blocks: Sequence[Block], paper: Paper, fonts: Fonts) -> None:
    picture = render_blocks(blocks, paper.width_dots, fonts)
    printer.image(picture, impl="bitImageRaster", fragment_height=paper.band_dots)


def _native_qr(printer: Any, text: str) -> None:
    printer.set(align="center")
    printer.qr(text, ec=1, size=NATIVE_QR_MODULE_DOTS, model=2, native=True)
    printer.set(align="left")


def gb18030(text: str) -> bytes:
    """Text as a Chinese printer takes it; the yen sign made the one that it has."""
    return text.replace("\u00a5", "\uffe5").encode("gb18030", errors="replace")


def cells(text: str) -> int:
    """Columns that a text takes on the printer: one a single byte, two a Chinese character."""
    return sum(1 if len(gb18030(character)) == 1 else 2 for character in text)


def _native(printer: Any, block: Block, paper: Paper, fonts: Fonts) -> None:
    columns = paper.width_dots // CELL_DOTS
    match block:
        case TextLine():
            _native_text(printer, block, columns)
        case Rule():
            printer._raw(b"-" * columns + b"\n")
        case Feed():
            printer.print_and_feed(max(0, min(block.lines, 255)))
        case QrCode() if paper.qr == "native":
            _native_qr(printer, block.text)
            _native_text(printer, TextLine(block.caption, align=Align.CENTER), columns)
        case QrCode():
            _picture(printer, (QrCode(block.text),), paper, fonts)
            _native_text(printer, TextLine(block.caption, align=Align.CENTER), columns)


def _native_text(printer: Any, line: TextLine, columns: int) -> None:
    if line.large:
        columns //= 2
    # A control character in a name or a note would be a command to the printer.
    text, amount = printable(line.text), printable(line.right)
    right = cells(amount) + 1 if amount else 0
    rows = wrap(text, columns, cells)
    if right and cells(rows[-1]) + right > columns:
        if right <= columns * 0.6 and len(rows) == 1:
            rows = wrap(text, columns - right, cells)
        else:
            rows.append("")
    if amount:
        rows[-1] += " " * (columns - cells(rows[-1]) - cells(amount)) + amount
    centred = line.align is Align.CENTER and not amount
    # GS ! enlarges Chinese characters too; the older ESC ! does not on many printers.
    size = 2 if line.large else 1
    align = "center" if centred else "left"
    printer.set(align=align, bold=line.bold, custom_size=True, width=size, height=size)
    for row in rows:
        printer._raw(gb18030(row) + b"\n")
    printer.set(align="left", bold=False, custom_size=True, width=1, height=1)
