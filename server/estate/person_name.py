"""The letters of a person's name, as people see them."""

import unicodedata
from collections.abc import Iterator

_SKIN = range(0x1F3FB, 0x1F400)  # colours the emoji before it
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)  # two of them are one flag


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
