"""Draws a laid-out receipt as a black-and-white picture, for printers and for PNG receipts.

Measures are in dots of the printer's head (203 dpi: 8 dots a millimetre). It never knows a device.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

from device_drivers.printers.interface import Align, Block, Document, Feed, QrCode, Rule, TextLine
from device_drivers.printers.typefaces import runs
from device_drivers.printers.wrapping import printable, widest_word, wrap

BUILT_FONTS = {
    "font_regular": "LobbySans-Regular.otf",
    "font_bold": "LobbySans-Bold.otf",
    "font_other_regular": "LobbyOther-Regular.ttf",
    "font_other_bold": "LobbyOther-Bold.ttf",
}  # by the setting that names it
WIDTHS_DOTS = {58: 384, 80: 576}  # printable width by paper width in millimetres
HEIGHT_DOTS_MAX = 16_000  # two metres of paper: nothing of ours is longer
INK_BELOW = 165  # greys darker than this are printed: keeps thin strokes of small characters
QR_QUIET_MODULES = 4
QR_MODULE_DOTS_MAX = 8


@dataclass(frozen=True)
class Fonts:
    """Font files; with Simplified Chinese glyph forms for a Chinese receipt.

    The other two are asked for what the first two lack: further scripts.
    """

    regular: Path
    bold: Path
    other_regular: Path | None = None
    other_bold: Path | None = None

    def faces(self, *, bold: bool) -> tuple[Path, ...]:
        first, other = (self.bold, self.other_bold) if bold else (self.regular, self.other_regular)
        return (first, other) if other else (first,)

    @classmethod
    def in_folder(cls, folder: Path) -> "Fonts":
        """The four files that tools/build_fonts.py makes."""
        return cls(*(folder / name for name in BUILT_FONTS.values()))


@dataclass(frozen=True)
class Measures:
    """Sizes that belong to a paper width, in dots."""

    width: int
    margin: int
    body: int
    large: int
    gap: int  # at least this between a text and what stands right of it

    @classmethod
    def of(cls, width_dots: int) -> "Measures":
        body = 26 if width_dots < 500 else 30
        return cls(width_dots, 8 if width_dots < 500 else 12, body, round(body * 1.7), body)

    @property
    def inner(self) -> int:
        return self.width - 2 * self.margin


def render(document: Document, width_dots: int, fonts: Fonts) -> Image.Image:
    """The whole receipt, mode "1" (0 is ink). Raises ValueError if it would be too long."""
    return render_blocks(document.blocks, width_dots, fonts)


def render_blocks(blocks: Sequence[Block], width_dots: int, fonts: Fonts) -> Image.Image:
    """Some blocks of a receipt, as ``render`` does."""
    measures = Measures.of(width_dots)
    strips = [_strip(block, measures, fonts) for block in blocks]
    height = sum(strip.height for strip in strips)
    if height > HEIGHT_DOTS_MAX:
        raise ValueError(f"a receipt of {height} dots is longer than {HEIGHT_DOTS_MAX}")
    page = Image.new("L", (width_dots, max(height, 1)), 255)
    top = 0
    for strip in strips:
        page.paste(strip, (0, top))
        top += strip.height
    return page.point([0] * INK_BELOW + [255] * (256 - INK_BELOW), "1")


def _strip(block: Block, measures: Measures, fonts: Fonts) -> Image.Image:
    match block:
        case TextLine():
            return _text(block, measures, fonts)
        case Rule():
            strip = _blank(measures, 20)
            left, right = measures.margin, measures.width - measures.margin - 1
            ImageDraw.Draw(strip).rectangle((left, 9, right, 10), fill=0)
            return strip
        case QrCode():
            return _qr(block, measures, fonts)
        case Feed():
            return _blank(measures, max(1, round(block.lines * measures.body * 1.3)))


def _blank(measures: Measures, height: int) -> Image.Image:
    return Image.new("L", (measures.width, height), 255)


@lru_cache(maxsize=16)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


@dataclass(frozen=True)
class _Face:
    """One size of a typeface and of the one that is asked for what it lacks."""

    faces: tuple[Path, ...]
    size: int

    def getlength(self, text: str) -> float:
        return sum(_font(run.face, self.size).getlength(run.text) for run in runs(text, self.faces))

    def draw(self, draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str) -> None:
        x, baseline = at
        for run in runs(text, self.faces):
            font = _font(run.face, self.size)
            draw.text((round(x), baseline), run.text, font=font, fill=0, anchor="ls")
            x += font.getlength(run.text)


def _text(line: TextLine, measures: Measures, fonts: Fonts) -> Image.Image:
    size = measures.large if line.large else measures.body
    font = _Face(fonts.faces(bold=line.bold), size)
    pitch = round(size * 1.36)
    text, right = printable(line.text), printable(line.right)
    rights = wrap(right, measures.inner, font.getlength) if right else []
    # An amount stands beside the last line of its text; too wide for that, it gets its own line. A
    # text is not broken to make room if that leaves it less than half of the paper.
    beside = (font.getlength(rights[0]) if rights else 0) + measures.gap
    rows = wrap(text, measures.inner, font.getlength) if text else []
    own_line = bool(rights and rows) and font.getlength(rows[-1]) + beside > measures.inner
    narrow = measures.inner - beside
    if (
        own_line
        and len(rows) == 1
        and narrow >= measures.inner / 2
        and widest_word(text, font.getlength) <= narrow
    ):
        rows = wrap(text, int(narrow), font.getlength)
        own_line = False
    first_right = len(rows) if own_line else max(0, len(rows) - 1)
    strip = _blank(measures, pitch * max(len(rows), first_right + len(rights), 1))
    draw = ImageDraw.Draw(strip)
    baseline = round(pitch * 0.5 + size * 0.36)
    for number, row in enumerate(rows):
        x = float(measures.margin)
        if line.align is Align.CENTER and not rights:
            x = (measures.width - font.getlength(row)) / 2
        font.draw(draw, (x, baseline + number * pitch), row)
    for number, row in enumerate(rights, first_right):
        x = measures.width - measures.margin - font.getlength(row)
        font.draw(draw, (x, baseline + number * pitch), row)
    return strip


def qr_matrix(text: str) -> list[list[bool]]:
    """Rows of modules, dark is true, without the quiet zone. Level M: paper gets crumpled."""
    code = segno.make_qr(text, error="m", boost_error=False)
    return [[bool(module) for module in row] for row in code.matrix]


def qr_modules(text: str) -> int:
    """How many modules wide the code is with its quiet zone; any mask has the same size, one is quick."""
    code = segno.make_qr(text, error="m", boost_error=False, mask=0)
    return len(code.matrix) + 2 * QR_QUIET_MODULES


def qr_module_dots(modules: int, width: int) -> int:
    """How large a code's modules are on paper of that width: 60 % of it, if that can be read."""
    wanted = round(width * 0.6 / modules)
    return max(1, min(QR_MODULE_DOTS_MAX, max(wanted, 3), width // modules))


def _qr(block: QrCode, measures: Measures, fonts: Fonts) -> Image.Image:
    matrix = qr_matrix(block.text)
    modules = len(matrix) + 2 * QR_QUIET_MODULES
    module = qr_module_dots(modules, measures.width)
    side = modules * module
    code = Image.new("L", (modules, modules), 255)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                code.putpixel((x + QR_QUIET_MODULES, y + QR_QUIET_MODULES), 0)
    code = code.resize((side, side), Image.Resampling.NEAREST)
    below = None
    if block.caption:
        below = _text(TextLine(block.caption, align=Align.CENTER), measures, fonts)
    strip = _blank(measures, side + (below.height if below else 0))
    strip.paste(code, ((measures.width - side) // 2, 0))
    if below:
        strip.paste(below, (0, side - QR_QUIET_MODULES * module // 2))
    return strip
