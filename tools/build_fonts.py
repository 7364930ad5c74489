"""Takes the Simplified Chinese faces out of Debian's Noto Sans CJK collections (OFL 1.1).

The first face of each collection is Japanese; a kiosk that used it would show Japanese forms of
characters such as 直, 骨 and 角. Every glyph is kept, so that rare characters of names are there.
"""

import sys
from pathlib import Path

from fontTools.ttLib import TTCollection

SOURCES = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/noto-cjk"))
TARGET = Path(__file__).resolve().parent.parent / "assets" / "fonts" / "built"
FAMILY = "Noto Sans CJK SC"


def source_file(name: str) -> Path:
    for folder in SOURCES:
        if (folder / name).exists():
            return folder / name
    sys.exit(f"{name} was not found in {', '.join(map(str, SOURCES))}: install fonts-noto-cjk")


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for weight in ("Regular", "Bold"):
        collection = TTCollection(str(source_file(f"NotoSansCJK-{weight}.ttc")), lazy=True)
        face = next(f for f in collection.fonts if f["name"].getDebugName(1) == FAMILY)
        partial = TARGET / f"LobbySans-{weight}.partial"
        face.save(str(partial))
        partial.replace(TARGET / f"LobbySans-{weight}.otf")


if __name__ == "__main__":
    main()
