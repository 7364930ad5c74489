"""The paper of the simulated printer: takes dots and characters, gives pictures. Knows no bytes."""

from dataclasses import dataclass
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

CELL = 12  # dots of one column; a Chinese character takes two
LINE = 24
GAP = 6
TALLEST = 64_000  # dots; a roll is not endless


@dataclass(frozen=True)
class Style:
    bold: bool = False
    wide: int = 1
    high: int = 1
    align: int = 0  # 0 left, 1 centre, 2 right


class Paper:
    """A strip ``width`` dots wide, longer with every print, until it is cut off."""

    def __init__(self, width: int, font: Path | None) -> None:
        self.width = width
        self._font_path = font
        self._fonts: dict[int, ImageFont.FreeTypeFont | ImageFont.ImageFont] = {}
        self._strip = Image.new("1", (width, 1024), 1)
        self.length = 0

    def feed(self, dots: int) -> None:
        self.length = min(self.length + dots, TALLEST)
        if self.length > self._strip.height:
            longer = Image.new("1", (self.width, min(TALLEST, self.length * 2)), 1)
            longer.paste(self._strip, (0, 0))
            self._strip = longer

    def line(self, pieces: list[tuple[str, Style]], line_height: int | None) -> None:
        """One printed line; the first piece's alignment counts, as on a real printer."""
        drawn = [(_cells(text) * CELL * style.wide, text, style) for text, style in pieces]
        height = LINE * max((style.high for _, style in pieces), default=1)
        top = self.length
        self.feed(max(height + GAP, line_height or 0))
        total = sum(width for width, _, _ in drawn)
        align = pieces[0][1].align if pieces else 0
        x = max(0, self.width - total) * align // 2
        for width, text, style in drawn:
            self._text(x, top + height - LINE * style.high, text, style)
            x += width

    def picture(self, dots: Image.Image, align: int) -> None:
        """``dots`` in mode "1", 0 is ink; what is wider than the paper is lost."""
        top = self.length
        self.feed(dots.height)
        self._strip.paste(dots, (max(0, self.width - dots.width) * align // 2, top))

    def qr(self, text: bytes, module: int, level: str, align: int) -> None:
        code = segno.make_qr(text, error=level, boost_error=False)
        side = len(code.matrix) + 8
        dots = Image.new("1", (side, side), 1)
        for y, row in enumerate(code.matrix):
            for x, dark in enumerate(row):
                if dark:
                    dots.putpixel((x + 4, y + 4), 0)
        self.picture(dots.resize((side * module, side * module)), align)

    def cut(self) -> Image.Image:
        """The piece printed since the last cut."""
        piece = self._strip.crop((0, 0, self.width, max(self.length, 1)))
        self._strip = Image.new("1", (self.width, 1024), 1)
        self.length = 0
        return piece

    def _text(self, x: int, top: int, text: str, style: Style) -> None:
        font = self._font(LINE)
        for character in text:
            cells = _cells(character)
            needed = max(CELL * cells, round(font.getlength(character)))
            cell = Image.new("1", (needed, LINE), 1)
            draw = ImageDraw.Draw(cell)
            middle = (needed / 2, LINE * 0.82)
            draw.text(middle, character, font=font, fill=0, anchor="ms")
            if style.bold:
                draw.text((middle[0] + 1, middle[1]), character, font=font, fill=0, anchor="ms")
            # A real printer's characters are as wide as their cell.
            cell = cell.resize((CELL * cells, LINE))
            size = (cell.width * style.wide, cell.height * style.high)
            self._strip.paste(cell.resize(size), (x, top))
            x += size[0]

    def _font(self, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        if size not in self._fonts:
            if self._font_path is not None and self._font_path.exists():
                self._fonts[size] = ImageFont.truetype(str(self._font_path), size - 2)
            else:
                self._fonts[size] = ImageFont.load_default(size - 4)
        return self._fonts[size]


def _cells(text: str) -> int:
    """Columns as the printer counts them: by the bytes of the character."""
    return sum(1 if len(c.encode("gb18030", "replace")) == 1 else 2 for c in text)
