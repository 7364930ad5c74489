"""Breaks text into lines as a Chinese or English reader expects. It never drops or adds a letter.

Kivy breaks Chinese anywhere, so a line could begin with a comma or cut an amount in two. Here numbers,
amounts and words stay whole, closing marks stay with what they close (GB/T 15834), and lines of a text
are made about equally long, so that no single character stands alone on the last one.
"""

from collections.abc import Callable

Measure = Callable[[str], float]

_CLOSING = frozenset("，。、；：？！）》」』”’%…·,.;:?!)]}‰℃")
_OPENING = frozenset("（《「『“‘￥$([{")
_COUNTED = frozenset("年月日时分秒天笔元户栋号点度人次张")
_PAUSES = frozenset("，。；：？！")
_ROUNDS = 7


def _is_wide(character: str) -> bool:
    return ord(character) >= 0x2E80 and character not in _OPENING


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between these two neighbours."""
    if before in " \u3000":
        return True
    if after in _CLOSING or before in _OPENING or after in " \u3000":
        return False
    if before.isdigit() and after in _COUNTED:
        return False
    if before in "年月第" and after.isdigit():
        return False
    return _is_wide(before) or _is_wide(after)


def atoms(text: str) -> list[str]:
    """The pieces of ``text`` between which lines may be broken; joined they are the text again."""
    pieces: list[str] = []
    for character in text:
        if pieces and not (may_break(pieces[-1][-1], character) and _counts(pieces, character)):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _counts(pieces: list[str], after: str) -> bool:
    """False between ``2 `` and ``笔``: a number stays with what it counts."""
    return not (after in _COUNTED and pieces[-1].endswith(" ") and pieces[-1][-2:-1].isdigit())


def clauses(pieces: list[str]) -> list[str]:
    """The pieces joined up to each mark at which a reader pauses."""
    joined: list[str] = []
    for piece in pieces:
        if joined and joined[-1][-1] not in _PAUSES:
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """Lines no wider than ``width``, about equally long; a piece wider than that stands alone."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if measure(paragraph) <= width:
            lines.append(paragraph.rstrip())
            continue
        lines += _balanced(atoms(paragraph), width, measure)
    return lines


def _balanced(pieces: list[str], width: float, measure: Measure) -> list[str]:
    lines = _filled(pieces, width, measure)
    if len(lines) < 2:
        return lines
    pausing = _filled(clauses(pieces), width, measure)
    if len(pausing) == len(lines) and all(measure(line) <= width for line in pausing):
        return pausing
    low, high = width / 2, width
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        tried = _filled(pieces, middle, measure)
        fits = len(tried) == len(lines) and all(measure(line) <= width for line in tried)
        if fits:
            high, lines = middle, tried
        else:
            low = middle
    return lines


def _filled(pieces: list[str], width: float, measure: Measure) -> list[str]:
    lines, line = [], ""
    for piece in pieces:
        if line and measure((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]
