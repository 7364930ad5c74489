"""Breaks a line of Chinese and Latin text to a width; measures by a function that it is given."""

import re
from collections.abc import Callable
from unicodedata import category

# Never begins a line; and never ends one.
NOT_FIRST = "，。、；：？！）》」』】〉％%,.;:?!)]}”’…·"
NOT_LAST = "（《「『【〈([{“‘￥$"
# Between two characters that stay on one line; whoever writes the text knows its words. Never printed.
JOINER = "\u2060"
_PIECES = re.compile(r"\s+|[\x21-\x7e\u00a1-\u024f]+|.", re.DOTALL)


def printable(text: str) -> str:
    """The text without what steers a printer or breaks a layout: each such character a space.

    Zero-width and direction marks leave no space, and the joiner stays for ``wrap``. Characters that
    this Python does not know are kept: a font may know them.
    """
    return "".join(
        c if c.isprintable() or c in ("\u3000", JOINER) or category(c) in ("Cn", "Co") else " "
        for c in text
        if category(c) != "Cf" or c == JOINER
    )


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Rows of at most ``width``; always one at least. A word longer than a row is cut.

    Spaces at the beginning are kept as an indent of the first row.
    """
    plain = text.replace(JOINER, "").rstrip()
    if measure(plain) <= width:
        return [plain]  # most lines of a receipt; measuring is what costs time here
    rows: list[str] = []
    row = ""
    for piece in _pieces(text, width, measure):
        if rows and not row and piece.isspace():
            continue
        if not row or measure((row + piece).rstrip()) <= width:
            row += piece
            continue
        row, carried = _carry_over(row, piece)
        rows.append(row.rstrip())
        row = carried if piece.isspace() else carried + piece
    rows.append(row.rstrip())
    return rows


def widest_word(text: str, measure: Callable[[str], float]) -> float:
    """The narrowest width at which no word has to be cut. A Chinese character is a word, unless it is
    joined to others."""
    return max((measure(piece) for piece in _words(text)), default=0.0)


def _carry_over(row: str, piece: str) -> tuple[str, str]:
    """Takes back characters that must not end this row, or are needed before the next one."""
    carried = ""
    if piece[0] in NOT_FIRST and len(row) > 1 and not row[-1].isspace():
        row, carried = row[:-1], row[-1]
    while len(row) > 1 and row[-1] in NOT_LAST:
        row, carried = row[:-1], row[-1] + carried
    return row, carried


def _words(text: str) -> list[str]:
    """Words, spaces and single Chinese characters, and what is joined as one."""
    words: list[str] = []
    joined = False
    for piece in _PIECES.findall(text):
        if piece == JOINER:
            joined = bool(words)
        elif joined:
            words[-1] += piece
            joined = False
        else:
            words.append(piece)
    return words


def _pieces(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Words, spaces and single Chinese characters; words wider than a row in parts."""
    pieces: list[str] = []
    for piece in _words(text):
        while len(piece) > 1 and not piece.isspace() and measure(piece) > width:
            fits = max(1, sum(1 for end in range(1, len(piece)) if measure(piece[:end]) <= width))
            pieces.append(piece[:fits])
            piece = piece[fits:]
        pieces.append(piece)
    return pieces
