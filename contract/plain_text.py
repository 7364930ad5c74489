"""Text that every part can keep: without NUL (PostgreSQL has no place for it) and without lone halves of
surrogate pairs (UTF-8 has none). And numbers that are written in plain digits."""

import re
from typing import Any

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
NUL_IN_JSON = r"\u0000"  # as JSON writes it; a text may mean these six characters too
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")


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
