"""Text that every part can keep: without NUL (PostgreSQL has no place for it) and without lone halves of
surrogate pairs (UTF-8 has none). Names in one spelling, and numbers that are written in plain digits."""

import re
import unicodedata
from typing import Any

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
NUL_IN_JSON = r"\u0000"  # as JSON writes it; a text may mean these six characters too
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")

# Drawn as nothing, though Unicode counts them among letters, marks and symbols.
_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x034F, *range(0x180B, 0x1810))
_FILLERS = (0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800)
_INVISIBLE = frozenset(map(chr, (*_SELECTORS, *_FILLERS)))
_USUAL = "[!-~\u3001-\u3020\u4e00-\u9fff]+"  # stands for itself; nearly all that names are made of
_CLEAN = re.compile(f"{_USUAL}(?: {_USUAL})*")


def is_keepable(text: str) -> bool:
    return _UNKEEPABLE.search(text) is None


def kept(value: Any) -> Any:
    """The same JSON value, with a visible mark in place of each character that cannot be kept."""
    if isinstance(value, str):
        return _UNKEEPABLE.sub(REPLACEMENT, value)
    if isinstance(value, dict):
        return {kept(name): kept(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [kept(inner) for inner in value]
    return value


def whole_number(text: str, digits_max: int = 18) -> int | None:
    """Of ASCII digits only, and not of thousands of them: ``isdigit`` alone says yes to ``²``."""
    if not (text.isascii() and text.isdigit() and len(text) <= digits_max):
        return None
    return int(text)


def clean_name(name: str) -> str:
    """How a name is kept (of a person, a place, a card), one spelling and nothing that cannot be seen.

    NFC, one space between words, without controls, zero-width and direction marks and selectors: names
    are pasted from other programs and come with such around them.
    """
    if _CLEAN.fullmatch(name):
        return name
    spaced = " ".join("".join(c for c in name if c.isspace() or not _unseen(c)).split())
    return unicodedata.normalize("NFC", spaced)


def _unseen(character: str) -> bool:
    if unicodedata.category(character) in ("Cc", "Cf", "Cs") or character in _INVISIBLE:
        return True
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF  # never characters
