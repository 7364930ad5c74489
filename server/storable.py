"""What both databases take as JSON and text: PostgreSQL holds no NUL, no lone surrogate and no NaN.

Only for what is shown or looked into by people. What must stay as it was signed is kept as its canonical
text (``server.payments.journal.entry_body``).
"""

import math
from typing import Any

_NUL, _NUL_SHOWN = "\x00", "\N{SYMBOL FOR NULL}"


def storable_text(text: str) -> str:
    """The same text with NUL made visible and what is no character replaced."""
    return text.replace(_NUL, _NUL_SHOWN).encode(errors="replace").decode()


def storable(value: Any) -> Any:
    """JSON with every text in it as by ``storable_text``; numbers that JSON has not become text."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {storable_text(str(name)): storable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value
