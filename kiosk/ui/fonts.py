"""The kiosk's typefaces, regular and bold: the Simplified Chinese face of Noto Sans CJK cut to what is
nearly always shown, the whole of it for rare characters, and one with further scripts. SDL looks into one
font only, so a text of several is set in runs."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kivy.core.text import Label as CoreLabel
from kivy.core.text import LabelBase
from kivy.utils import escape_markup

from device_drivers.printers.typefaces import Run, runs
from kiosk.asset_paths import FONTS
from kiosk.ui.characters import HAN

FAMILY = "LobbyScreen"
WHOLE = "LobbySans"
OTHER = "LobbyOther"
SUFFIXES = {FAMILY: "otf", WHOLE: "otf", OTHER: "ttf"}  # in the order in which they are asked


class FontsMissing(FileNotFoundError):
    """The font files are built from the system's Noto fonts; they are not there."""


def font_file(weight: str, family: str = FAMILY) -> Path:
    """Where the cut typeface was not built, the whole one shows the same and takes more memory."""
    path = FONTS / f"{family}-{weight}.{SUFFIXES[family]}"
    if not path.exists() and family == FAMILY:
        return font_file(weight, WHOLE)
    if not path.exists():
        raise FontsMissing(f"{path} is missing: run tools/build_fonts.py (or: make setup)")
    return path


def register() -> None:
    """Files are opened by Kivy when a size is first drawn, about 7 ms each; nothing is read here."""
    for family in SUFFIXES:
        regular, bold = (str(font_file(weight, family)) for weight in ("Regular", "Bold"))
        LabelBase.register(family, fn_regular=regular, fn_bold=bold)


# Nearly all that is shown; the font is not asked about these.
_SIGNS = " -~\n·×—‘’“”…\u3000-\u301f\uff01-\uff5e\uffe5"
COMMON = re.compile(f"[{_SIGNS}{''.join(sorted(HAN))}]*")


@dataclass(frozen=True)
class Air:
    """As shares of the font size: how far letters may reach out of their line at its sides, and how much
    of a line is empty at its top."""

    side: float
    top: float


COMMON_AIR = Air(side=0.08, top=0.18)
OTHER_AIR = Air(side=0.3, top=0.0)


def air(text: str) -> Air:
    return COMMON_AIR if COMMON.fullmatch(text) else OTHER_AIR


def set_runs(text: str, *, bold: bool) -> tuple[Run, ...]:
    """One line in runs of one typeface each. What neither has is a geta mark in them."""
    weight = "Bold" if bold else "Regular"
    return runs(text, tuple(font_file(weight, family) for family in SUFFIXES))


def plain(text: str, *, bold: bool) -> bool:
    """Whether the first typeface alone shows the text as it stands."""
    if COMMON.fullmatch(text):
        return True
    weight = "Bold" if bold else "Regular"
    return all(
        run.text == line and run.face == font_file(weight)
        for line in text.split("\n")
        for run in set_runs(line, bold=bold)[:1]
    )


def marked_up(text: str, *, bold: bool) -> str:
    """Kivy's markup of a text that is not ``plain``."""
    return "\n".join(
        "".join(
            f"[font={_family(run)}]{escape_markup(run.text)}[/font]"
            for run in set_runs(line, bold=bold)
        )
        for line in text.split("\n")
    )


def _family(run: Run) -> str:
    return run.face.name.split("-")[0]


MEASURES_KEPT_MAX = 20_000  # setting a paragraph asks for the same pieces again and again

_measures: dict[tuple[float, bool, str], CoreLabel] = {}


@lru_cache(maxsize=MEASURES_KEPT_MAX)
def text_width(text: str, font_size: float, *, bold: bool) -> float:
    """The width in pixels of ``text`` on one line."""
    if plain(text, bold=bold):
        return _measure(font_size, bold).get_extents(text)[0]
    return sum(
        _measure(font_size, bold, _family(run)).get_extents(run.text)[0]
        for run in set_runs(text, bold=bold)
    )


def forget() -> None:
    """Drops every text that was measured: names, amounts and numbers of whoever was here."""
    text_width.cache_clear()
    _measures.clear()


def text_height(font_size: float, *, bold: bool) -> float:
    """The height in pixels of one line."""
    return _measure(font_size, bold).get_extents("\N{CJK UNIFIED IDEOGRAPH-56FD}")[1]


def _measure(font_size: float, bold: bool, family: str = FAMILY) -> CoreLabel:
    key = (font_size, bold, family)
    if key not in _measures:
        _measures[key] = CoreLabel(font_name=family, font_size=font_size, bold=bold)
    return _measures[key]
