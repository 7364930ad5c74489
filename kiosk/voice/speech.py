"""Turns a text that stands on the screen into the clips that say it. Pure.

The longest run of words that has a clip is taken each time; figures become numbers, amounts, dates or
single figures by what stands around them. Free text (notices, names) has no clips: what is said of a
text is enough to understand it, or nothing is, and that is reported.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from contract.money import Locale
from kiosk.voice import numbers
from kiosk.voice.clips import Token, lexicon, tokens

PAUSE = ""  # stands between clips for a breath
LEFT_OUT_MAX = 0.34  # of a text's words: with more of them missing it is not said at all
SPELLED_MAX = 4  # letters of a word that has no clip, as of a number's
_SIGNS = {*numbers.CURRENCIES, *(sign.replace("￥", "¥") for sign in numbers.CURRENCIES)}
AMOUNT = re.compile(
    "(?P<minus>-)?(?P<sign>"
    + "|".join(re.escape(s) for s in sorted(_SIGNS, key=len, reverse=True))
    + r")(?P<figures>\d[\d,]*(?:\.\d+)?)"
)
_YEARS = range(1990, 2100)


@dataclass(frozen=True)
class Spoken:
    """Ids of clips in their order; ``readable``: they say the text, or nearly."""

    clips: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def readable(self) -> bool:
        return not self.left_out


def spoken(language: Locale, text: str) -> Spoken:
    """How a text is said in a language."""
    text = text.replace("¥", numbers.OWN)  # as English amounts have it
    said: list[str] = []
    left_out: list[str] = []
    end = 0
    whole = sum(token.kind != "pause" for token in tokens(text))
    for found in AMOUNT.finditer(text):
        _words(language, text[end : found.start()], said, left_out)
        said += ["minus"] if found["minus"] else []
        said += numbers.amount(language, found["sign"], found["figures"])
        end = found.end()
    _words(language, text[end:], said, left_out)
    if len(left_out) > LEFT_OUT_MAX * whole:
        return Spoken((), tuple(left_out))
    return Spoken(_tidied(said), tuple(left_out))


@dataclass
class _Piece:
    """Tokens that are said together; no clips: they have none."""

    tokens: list[Token]
    clips: list[str]

    def touches(self, other: "_Piece") -> bool:
        first, last = sorted((self.tokens[-1], other.tokens[0]), key=lambda token: token.start)
        return last.start - first.start == 1


def _words(language: Locale, text: str, said: list[str], left_out: list[str]) -> None:
    parts = tokens(text)
    pauses = [token.start for token in parts if token.kind == "pause"]
    pieces = _pieces(language, [token for token in parts if token.kind != "pause"])
    _without_names(pieces)
    for place, piece in enumerate(pieces):
        said += piece.clips
        left_out += [] if piece.clips else [token.text for token in piece.tokens]
        following = pieces[place + 1].tokens[0].start if place + 1 < len(pieces) else len(text)
        if any(piece.tokens[-1].start < pause < following for pause in pauses):
            said.append(PAUSE)


def _pieces(language: Locale, there: Sequence[Token]) -> list[_Piece]:
    found: list[_Piece] = []
    place = 0
    while place < len(there):
        length, clip = _longest(language, there, place)
        clips = [clip]
        if not length:
            length, clips = _single(language, there, place)
        found.append(_Piece(list(there[place : place + length]), clips))
        place += length
    return found


def _without_names(pieces: list[_Piece]) -> None:
    """A single character beside one that has no clip is part of a name, not the word that it would be."""
    unknown = [p for p in pieces if not p.clips and p.tokens[0].kind == "han"]
    while unknown:
        beside = unknown.pop()
        for piece in pieces:
            alone = len(piece.tokens) == 1 and piece.tokens[0].kind == "han"
            if piece.clips and alone and (piece.touches(beside) or beside.touches(piece)):
                piece.clips = []
                unknown.append(piece)


def _longest(language: Locale, there: Sequence[Token], place: int) -> tuple[int, str]:
    known, most = lexicon(language), _longest_key(language)
    keys = [token.key for token in there[place : place + most]]
    for length in range(len(keys), 0, -1):
        clip = known.get(tuple(keys[:length]))
        if clip:
            return length, clip
    return 0, ""


@cache
def _longest_key(language: Locale) -> int:
    return max(len(words) for words in lexicon(language))


def _single(language: Locale, there: Sequence[Token], place: int) -> tuple[int, list[str]]:
    """How many tokens one thing takes that is put together, and its clips; none: it has none."""
    token = there[place]
    before = there[place - 1] if place else None
    after = there[place + 1] if place + 1 < len(there) else None
    if token.kind == "time":
        hours, minutes = token.text.split(":")
        return 1, _time(language, int(hours), int(minutes))
    if token.kind == "number":
        return _figures(language, token, before, after)
    if token.kind == "word" and token.text.isupper() and len(token.text) <= SPELLED_MAX:
        return 1, [f"letter.{letter}" for letter in token.text]
    return 1, []


def _figures(
    language: Locale, token: Token, before: Token | None, after: Token | None
) -> tuple[int, list[str]]:
    text = token.text
    if language == "zh_CN" and after and after.text == numbers.CURRENCIES[numbers.OWN][0]:
        return 2, numbers.amount(language, numbers.OWN, text)
    if "." in text or "," in text:
        return 1, numbers.decimal(language, text)
    is_year = len(text) == 4 and int(text) in _YEARS
    if language == "zh_CN":
        if is_year and after and after.text == numbers.YEAR:
            return 2, numbers.year(language, text)
        if text == "2" and after and after.text in numbers.COUNTED:
            return 1, ["two"]
    elif is_year and before and before.kind == "word":
        return 1, numbers.year(language, text)
    if len(text) > 2 or (len(text) == 2 and text[0] == "0"):
        counted = after is not None and after.text in numbers.COUNTED
        return 1, numbers.number(language, int(text)) if counted else numbers.digits(text)
    return 1, numbers.number(language, int(text))


def _time(language: Locale, hours: int, minutes: int) -> list[str]:
    said = numbers.number(language, hours)
    if language == "zh_CN":
        said.append("unit.hour")
    if minutes or language == "en":
        said += ["n.0"] if minutes < 10 else []
        said += numbers.number(language, minutes)
    return said


def _tidied(said: list[str]) -> tuple[str, ...]:
    """No pause at either end, and never two."""
    kept: list[str] = []
    for clip in said:
        if clip != PAUSE or (kept and kept[-1] != PAUSE):
            kept.append(clip)
    while kept and kept[-1] == PAUSE:
        kept.pop()
    return tuple(kept)
