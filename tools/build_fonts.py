"""Builds the kiosk's typefaces from Debian's Noto fonts (OFL 1.1).

LobbySans is the Simplified Chinese face of Noto Sans CJK: the first face of each collection is
Japanese; a kiosk that used it would show Japanese forms of characters such as 直, 骨 and 角. Every
glyph is kept, so that rare characters of names are there; it is as full as a font file can be.
LobbyScreen is cut from it to the characters of ``kiosk.ui.characters``, for the screens.
LobbyOther holds the scripts that it lacks, merged from the faces of Noto Sans that share its measures.
"""

import logging
import sys
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger, Options
from fontTools.ttLib import TTCollection

from kiosk.ui.characters import CHARACTERS

SOURCES = (
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/noto-cjk"),
    Path("/usr/share/fonts/truetype/noto"),
    Path("/usr/share/fonts/noto"),
)
TARGET = Path(__file__).resolve().parent.parent / "assets" / "fonts" / "built"
FAMILY = "Noto Sans CJK SC"
# Latin, Greek, Cyrillic and Devanagari are in the first.
OTHER_SCRIPTS = ["", "Hebrew", "Arabic", "Thai", "Lao", "Khmer", "Myanmar", "Armenian"]
OTHER_SCRIPTS += ["Georgian", "Ethiopic", "Symbols"]


def source_file(name: str, package: str) -> Path:
    for folder in SOURCES:
        if (folder / name).exists():
            return folder / name
    sys.exit(f"{name} was not found in {', '.join(map(str, SOURCES))}: install {package}")


def put(font, path: Path) -> None:
    """Whole or not at all: setup looks whether the file is there."""
    partial = path.with_suffix(".partial")
    font.save(str(partial))
    partial.replace(path)


def same_lines(font, model) -> None:
    """Gives the font the line of the other, so that runs of both stand on one baseline."""
    for name in ("ascent", "descent", "lineGap"):
        setattr(font["hhea"], name, getattr(model["hhea"], name))
    for name in ("sTypoAscender", "sTypoDescender", "sTypoLineGap", "usWinAscent", "usWinDescent"):
        setattr(font["OS/2"], name, getattr(model["OS/2"], name))


def cut(whole: Path, target: Path) -> None:
    """Only the characters of the screens, without what sets vertical lines or chooses other forms."""
    options = subset.Options(layout_features=[], notdef_outline=True)
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "BASE", "VORG", "vhea", "vmtx"]
    font = subset.load_font(str(whole), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, CHARACTERS))
    subsetter.subset(font)
    put(font, target)


def main() -> None:
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    TARGET.mkdir(parents=True, exist_ok=True)
    for weight in ("Regular", "Bold"):
        collection = TTCollection(
            str(source_file(f"NotoSansCJK-{weight}.ttc", "fonts-noto-cjk")), lazy=True
        )
        face = next(f for f in collection.fonts if f["name"].getDebugName(1) == FAMILY)
        put(face, TARGET / f"LobbySans-{weight}.otf")
        cut(TARGET / f"LobbySans-{weight}.otf", TARGET / f"LobbyScreen-{weight}.otf")
        parts = [
            str(source_file(f"NotoSans{script}-{weight}.ttf", "fonts-noto-core"))
            for script in OTHER_SCRIPTS
        ]
        merged = Merger(options=Options(drop_tables=["meta", "vhea", "vmtx"])).merge(parts)
        same_lines(merged, face)
        put(merged, TARGET / f"LobbyOther-{weight}.ttf")


if __name__ == "__main__":
    main()
