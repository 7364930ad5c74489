"""Compiles every gettext catalogue of the kiosk and the server whose .mo is missing or old."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "server"
FOLDERS = (ROOT / "assets" / "locale", SERVER / "locale", *sorted(SERVER.glob("*/locale")))


def main() -> None:
    for source in sorted(po for f in FOLDERS for po in f.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as po:
            catalogue = read_po(po, locale=source.parts[-3])
        with compiled.open("wb") as mo:
            write_mo(mo, catalogue)


if __name__ == "__main__":
    main()
