"""Breaks text into lines as a Chinese or English reader expects. It never drops or adds a letter.

Kivy breaks Chinese anywhere, so a line could begin with a comma or cut an amount in two. Here numbers,
amounts, words (of a list, ``assets/locale/zh_CN/words.txt``) and names of units stay whole, closing marks
stay with what they close (GB/T 15834), and lines of a text are made about equally long, so that no single
character stands alone on the last one.
"""

import re
from collections.abc import Callable
from functools import cache

from kiosk.asset_paths import LOCALE

Measure = Callable[[str], float]

_CLOSING = frozenset("，。、；：？！）》」』”’%…·,.;:?!)]}‰℃")
_OPENING = frozenset("（《「『“‘￥$([{")
_COUNTED = frozenset("年月日时分秒天笔元户栋号点度人次张个位吨㎡")
_PAUSES = frozenset("，。；：？！")
_ROUNDS = 7
_UNIT = re.compile(r"(?:[0-9A-Za-z]{1,4}(?:号楼|单元|[栋座幢区层室]))+[0-9A-Za-z]*")  # 3栋2单元1201
_NUMBERED = re.compile(r"[A-Za-z]+ \d[0-9A-Za-z]{0,4}(?=,|$| ·)")  # Entrance 2, Room 1201
_PRODUCT = re.compile(r"[\d.,]+ ?[^\s×]* × \S+")  # 118.60㎡ × 2.80元
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_LONGEST = 4  # characters of a word
FIRST_WIDE = 0x2E80  # Chinese characters and marks, twice as wide as Latin letters


def _is_wide(character: str) -> bool:
    return ord(character) >= FIRST_WIDE and character not in _OPENING


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between these two neighbours."""
    if before in " \u3000":
        return after != "·"  # what separates ends a line and begins none
    if after in _CLOSING or before in _OPENING or after in " \u3000":
        return False
    if before.isdigit() and after in _COUNTED:
        return False
    if before in "年月第" and after.isdigit():
        return False
    return _is_wide(before) or _is_wide(after)


@cache
def _words() -> frozenset[str]:
    lines = (LOCALE / "zh_CN" / "words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _inside(text: str) -> set[int]:
    """The places inside names of units, inside what a fee is the product of, and inside words: from the
    left, the longest first."""
    inside: set[int] = set()
    whole = (_UNIT, _NUMBERED, _PRODUCT)
    for name in (found for pattern in whole for found in pattern.finditer(text)):
        inside.update(range(name.start() + 1, name.end()))
    for run in _HAN.finditer(text):
        start, end = run.span()
        while start < end:
            sizes = range(min(_LONGEST, end - start), 1, -1)
            size = next((n for n in sizes if text[start : start + n] in _words()), 1)
            inside.update(range(start + 1, start + size))
            start += size
    return inside


def atoms(text: str) -> list[str]:
    """The pieces of ``text`` between which lines may be broken; joined they are the text again."""
    pieces: list[str] = []
    inside = _inside(text)
    for place, character in enumerate(text):
        may = place not in inside and pieces and may_break(pieces[-1][-1], character)
        if pieces and not (may and _counts(pieces, character)):
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
