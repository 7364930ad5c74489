"""A receipt as it looks on paper: drawn by the printer's own code, with the paper's edges."""

from PIL import Image

from device_drivers.printers.raster import WIDTHS_DOTS, Fonts, render
from kiosk.asset_paths import FONTS
from kiosk.core.receipt import Receipt
from kiosk.runtime.receipts import document

DOTS_PER_MM = 8
DPI = DOTS_PER_MM * 25.4
EDGE_DOTS = 24  # of white paper above and below


def on_paper(receipt: Receipt, paper_mm: int) -> Image.Image:
    """Drawn as the printer does, on paper of that width; mode "1", 8 dots a millimetre."""
    fonts = Fonts.in_folder(FONTS)
    printed = render(document(receipt, ""), WIDTHS_DOTS[paper_mm], fonts)
    width = paper_mm * DOTS_PER_MM
    page = Image.new("1", (width, printed.height + 2 * EDGE_DOTS), 1)
    page.paste(printed, ((width - printed.width) // 2, EDGE_DOTS))
    return page
