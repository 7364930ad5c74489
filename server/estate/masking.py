"""Hides most of a name, so that a lobby can show who is meant without telling who lives there."""

import unicodedata
from collections.abc import Iterator

from contract.plain_text import clean_name

_SKIN = range(0x1F3FB, 0x1F400)  # colours the emoji before it
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)  # two of them are one flag

# Blocks of Chinese characters; the planes 2 and 3 hold nothing else, and private ones are how older
# systems keep rare characters of names. By block: new characters come with every year's Unicode.
_HAN = (
    range(0x2E80, 0x2FE0),
    range(0x3005, 0x3008),
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xE000, 0xF900),
    range(0xF900, 0xFB00),
    range(0x20000, 0x40000),
)


def mask_name(name: str) -> str:
    """Wang Xiaoming in Chinese characters -> first * last; of two, first *; of four, first ** last.
    Anna Schmidt -> A*** S***; "" stays "".

    Works on characters as people see them (a letter with its combining marks is one), of the name
    as ``clean_name`` keeps it: what cannot be seen is no letter.
    """
    words = [
        word for word in (list(_letters(word)) for word in clean_name(name).split(" ")) if word
    ]
    if any(_is_han(letter) for word in words for letter in word):
        return _mask_han([letter for word in words for letter in word])
    return " ".join(f"{word[0]}***" for word in words)


def mask_address(address: str) -> str:
    """w***@example.com; of what is no mail address only its first letter."""
    name, at, host = address.rpartition("@")
    return f"{(name or host)[:1]}***{at}{host if at else ''}"


def mask_phone(number: str, shown: int = 4) -> str:
    """138****1201; of a short one its last two figures. ``shown``: how many of the last stay."""
    if len(number) < 10:
        return f"****{number[-2:]}"
    return f"{number[:3]}****{number[-shown:]}"


def _mask_han(name: list[str]) -> str:
    if len(name) == 1:
        return "*"
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def _is_han(letter: str) -> bool:
    return any(ord(letter[0]) in block for block in _HAN)


def _letters(name: str) -> Iterator[str]:
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
