"""Registers the kiosk's typeface: the Simplified Chinese face of Noto Sans CJK, regular and bold."""

from functools import lru_cache
from pathlib import Path

from kivy.core.text import Label as CoreLabel
from kivy.core.text import LabelBase

FAMILY = "LobbySans"
BUILT = Path(__file__).resolve().parent.parent.parent / "assets" / "fonts" / "built"


class FontsMissing(FileNotFoundError):
    """The font files are built from the system's Noto Sans CJK; they are not there."""


def font_file(weight: str) -> Path:
    path = BUILT / f"{FAMILY}-{weight}.otf"
    if not path.exists():
        raise FontsMissing(f"{path} is missing: run tools/build_fonts.py (or: make setup)")
    return path


def register() -> None:
    """Files are opened by Kivy when a size is first drawn, about 7 ms each; nothing is read here."""
    LabelBase.register(FAMILY, fn_regular=str(font_file("Regular")), fn_bold=str(font_file("Bold")))


MEASURES_KEPT_MAX = 20_000  # setting a paragraph asks for the same pieces again and again

_measures: dict[tuple[float, bool], CoreLabel] = {}


@lru_cache(maxsize=MEASURES_KEPT_MAX)
def text_width(text: str, font_size: float, *, bold: bool) -> float:
    """The width in pixels of ``text`` on one line."""
    return _measure(font_size, bold).get_extents(text)[0]


def text_height(font_size: float, *, bold: bool) -> float:
    """The height in pixels of one line."""
    return _measure(font_size, bold).get_extents("国")[1]


def _measure(font_size: float, bold: bool) -> CoreLabel:
    key = (font_size, bold)
    if key not in _measures:
        _measures[key] = CoreLabel(font_name=FAMILY, font_size=font_size, bold=bold)
    return _measures[key]
