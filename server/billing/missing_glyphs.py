"""Finds the characters of a page for which no installed font has a glyph, and puts a mark in their place.

Only the typesetter knows: it looks through all fonts of the machine, and says in its log what it drew as
an empty box. Screens and receipts show the same mark.
"""

import logging
import unicodedata
from collections.abc import Callable, Sequence
from contextvars import ContextVar

PLACEHOLDER = "\u3013"  # what Chinese typesetters put where a sort is missing
_missing: ContextVar[set[str] | None] = ContextVar("missing", default=None)


class MissingGlyphs(logging.Filter):
    """Stands in the typesetter's logger: notes what was missing, and lets only errors pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        missing = _missing.get()
        if missing is not None and str(record.msg).startswith(".notdef") and record.args:
            missing.add(str(next(iter(record.args))))
        return record.levelno >= logging.ERROR


def typeset(page: str, write: Callable[[str], bytes]) -> bytes:
    """What ``write`` makes of the page, with a mark for each character that would be an empty box."""
    return typeset_all([page], lambda pages: write(pages[0]))


def typeset_all(pages: Sequence[str], write: Callable[[Sequence[str]], bytes]) -> bytes:
    """As ``typeset``, for several pages in one."""
    missing: set[str] = set()
    entered = _missing.set(missing)
    try:
        written = write(pages)
        if missing:
            marks = {ord(c): _instead(c, missing) for c in missing}
            written = write([page.translate(marks) for page in pages])
    finally:
        _missing.reset(entered)
    return written


def _instead(character: str, missing: set[str]) -> str:
    """Nothing for a mark on a letter: the letter is there."""
    if unicodedata.category(character)[0] == "M":
        return ""
    return "?" if PLACEHOLDER in missing else PLACEHOLDER
