"""Turns a laid-out receipt into ESC/POS bytes with python-escpos. Never touches a device.

Chinese goes as a picture by default: it looks the same on every printer. Where the printer's own
characters are wanted (GB18030), the yen sign is always U+FFE5: U+00A5 prints as two digits there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from escpos.printer import Dummy

from device_drivers.printers.escpos_raster import HEADER_BYTES, raster
from device_drivers.printers.interface import Align, Block, Document, Feed, QrCode, Rule, TextLine
from device_drivers.printers.profiles import Profile
from device_drivers.printers.raster import (
    Fonts,
    Measures,
    qr_module_dots,
    qr_modules,
    render_blocks,
)
from device_drivers.printers.wrapping import JOINER, printable, wrap

KANJI_ON = b"\x1c&"
CELL_DOTS = 12  # one column of font A
FEED_BEFORE_CUT_LINES = 6
DOTS_PER_MM = 8


@dataclass(frozen=True)
class Job:
    """The bytes of a receipt, and how much paper they use."""

    data: bytes
    length_mm: float


def encode(document: Document, profile: Profile, fonts: Fonts) -> Job:
    """The whole job: reset, receipt, feed, cut, present. Raises ValueError if it would be too long."""
    printer = _Page(profile, fonts)
    printer.raw.hw("INIT")
    printer.pitch(printer.measures.body)
    if profile.chinese == "gb18030":
        printer.raw._raw(KANJI_ON)
        for block in document.blocks:
            _native(printer, block)
    else:
        for blocks in _runs(document.blocks, split_at_qr=profile.qr == "native"):
            if profile.qr == "native" and isinstance(blocks[0], QrCode):
                _native_qr(printer, blocks[0].text)
                caption = TextLine(blocks[0].caption, align=Align.CENTER)
                blocks = (caption,) if caption.text else ()
            if blocks:
                printer.picture(blocks)
    printer.pitch(printer.measures.body)
    printer.feed(FEED_BEFORE_CUT_LINES)
    data = printer.raw.output + cut(profile)
    if profile.presenter:
        data += profile.presenter.present
    return Job(data, printer.dots / DOTS_PER_MM)


def cut(profile: Profile) -> bytes:
    """GS V, as the profile has it."""
    return {"full": b"\x1dV\x00", "partial": b"\x1dV\x01", "none": b""}[profile.cut]


def rest_of_a_command(profile: Profile) -> bytes:
    """Completes a picture that was cut off in the sending: zeros are white in it, and nothing outside.

    Without them the printer would take the next questions for dots.
    """
    return bytes(profile.band_dots * profile.width_dots // 8 + HEADER_BYTES)


def after_interruption(profile: Profile) -> bytes:
    """What goes before the next job when one was interrupted: parts the torn receipt from it."""
    torn = b"\x1b@" + bytes((0x1B, 0x64, FEED_BEFORE_CUT_LINES)) + cut(profile)
    return torn + (profile.presenter.retract if profile.presenter else b"")


class _Page:
    """python-escpos's bytes so far, and the dots of paper that they use."""

    def __init__(self, profile: Profile, fonts: Fonts) -> None:
        self.profile, self._fonts = profile, fonts
        self.raw = _dummy(profile.width_dots)
        self.measures = Measures.of(profile.width_dots)
        self.dots = 0
        self._pitch = 0

    def pitch(self, size: int) -> None:
        """Line spacing as in the picture of a receipt, for characters of that height (ESC 3)."""
        wanted = round(size * 1.36)
        if wanted != self._pitch:
            self.raw._raw(bytes((0x1B, 0x33, wanted)))
            self._pitch = wanted

    def rows(self, rows: Sequence[bytes]) -> None:
        for row in rows:
            self.raw._raw(row + b"\n")
        self.dots += self._pitch * len(rows)

    def feed(self, lines: int) -> None:
        lines = max(0, min(lines, 255))
        self.raw._raw(bytes((0x1B, 0x64, lines)))
        self.dots += self._pitch * lines

    def picture(self, blocks: Sequence[Block]) -> None:
        picture = render_blocks(blocks, self.profile.width_dots, self._fonts)
        self.raw._raw(raster(picture, self.profile.band_dots))
        self.dots += picture.height


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


def _native_qr(page: _Page, text: str) -> None:
    modules = qr_modules(text)
    module = qr_module_dots(modules, page.profile.width_dots)
    page.raw.set(align="center")
    page.raw.qr(text, ec=1, size=module, model=2, native=True)
    page.raw.set(align="left")
    page.dots += modules * module


def gb18030(text: str) -> bytes:
    """Text as a Chinese printer takes it; the yen sign made the one that it has."""
    return text.replace("\u00a5", "\uffe5").encode("gb18030", errors="replace")


def cells(text: str) -> int:
    """Columns that a text takes on the printer: one a single byte, two a Chinese character."""
    return sum(1 if len(gb18030(character)) == 1 else 2 for character in text)


def _native(page: _Page, block: Block) -> None:
    columns = page.profile.width_dots // CELL_DOTS
    match block:
        case TextLine():
            _native_text(page, block, columns)
        case Rule():
            page.rows([b"-" * columns])
        case Feed():
            page.feed(block.lines)
        case QrCode():
            if page.profile.qr == "native":
                _native_qr(page, block.text)
            else:
                page.picture((QrCode(block.text),))
            if block.caption:
                _native_text(page, TextLine(block.caption, align=Align.CENTER), columns)


def _native_text(page: _Page, line: TextLine, columns: int) -> None:
    if line.large:
        columns //= 2
    # A control character in a name or a note would be a command to the printer.
    text, amount = printable(line.text), printable(line.right).replace(JOINER, "")
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
    page.raw.set(align=align, bold=line.bold, custom_size=True, width=size, height=size)
    page.pitch(page.measures.large if line.large else page.measures.body)
    page.rows([gb18030(row) for row in rows])
    page.raw.set(align="left", bold=False, custom_size=True, width=1, height=1)
    page.pitch(page.measures.body)
