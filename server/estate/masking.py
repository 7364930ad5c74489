"""Hides most of a name, so that a lobby can show who is meant without telling who lives there."""

import unicodedata


def mask_name(name: str) -> str:
    """王小明 -> 王*明, 王芳 -> 王*, 欧阳娜娜 -> 欧**娜, Anna Schmidt -> A*** S***; "" stays "".

    Works on characters as people see them (a letter with its combining marks is one).
    """
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if not name:
        return ""
    if any(_is_han(letter) for letter in name):
        return _mask_han(name.replace(" ", ""))
    return " ".join(f"{word[0]}***" for word in name.split(" "))


def _mask_han(name: str) -> str:
    letters = [letter for letter in name if unicodedata.category(letter)[0] != "M"]
    if len(letters) == 1:
        return "*"
    if len(letters) == 2:
        return f"{letters[0]}*"
    return f"{letters[0]}{'*' * (len(letters) - 2)}{letters[-1]}"


def _is_han(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("CJK UNIFIED", "CJK COMPATIBILITY"))
