"""How a person's name is kept: one spelling, and nothing in it that cannot be seen.

Names are pasted from other programs and come with marks of width and direction around them.
"""

import unicodedata
from collections.abc import Iterator

# Drawn as nothing, though Unicode counts them among letters, marks and symbols.
_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x034F, *range(0x180B, 0x1810))
_FILLERS = (0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800)
_INVISIBLE = frozenset(map(chr, (*_SELECTORS, *_FILLERS)))
_SKIN = range(0x1F3FB, 0x1F400)  # colours the emoji before it
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)  # two of them are one flag


def clean_name(name: str) -> str:
    """NFC, one space between words, without controls, zero-width and direction marks and selectors."""
    spaced = " ".join("".join(c for c in name if c.isspace() or not _unseen(c)).split())
    return unicodedata.normalize("NFC", spaced)


def _unseen(character: str) -> bool:
    if unicodedata.category(character) in ("Cc", "Cf", "Cs") or character in _INVISIBLE:
        return True
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF  # never characters


def letters(name: str) -> Iterator[str]:
    """The letters of a clean name as people see them: each with its marks, an emoji with its colour.

    Marks that stand on nothing are left out.
    """
    letter = ""
    for character in name:
        code = ord(character)
        if unicodedata.category(character)[0] == "M":
            letter += character if letter else ""
            continue
        flag = len(letter) == 1 and ord(letter) in _FLAG_LETTERS and code in _FLAG_LETTERS
        if letter and (code in _SKIN or flag):
            letter += character
            continue
        if letter:
            yield letter
        letter = character
    if letter:
        yield letter
