"""How units are named: one grammar for what is typed, scanned, printed and stored.

A code is one to four parts of figures and letters, joined by hyphens: ``3-2-1201``, ``A-1201``, ``S-08``,
``B1-103``. Noughts that lead a number, capitals, kinds of dashes and the words between the parts say
nothing: ``03栋2单元1201`` is ``3-2-1201``. Which parts there are, what they are called and what stands in
them is each community's own (``Numbering``).
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import islice
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from contract.message import Message, NameText, Text

PARTS_MAX, PART_LENGTH_MAX, SPELLING_MAX = 4, 8, 60
KEYS_REMEMBERED = 20_000  # the units of a large community, asked about at each key that is typed
PATTERN = r"^[0-9A-Za-z]{1,8}(-[0-9A-Za-z]{1,8}){0,3}$"
UnitCode = Annotated[str, StringConstraints(pattern=PATTERN)]

_CHINESE = dict(zip("零一二三四五六七八九〇两", (*range(10), 0, 2), strict=True))
_NUMERALS = re.compile(r"[零〇一二两三四五六七八九十]+")
_BELOW = re.compile(r"(?:负|負|地下|BASEMENT\s*)([0-9]+)")
_TOKEN = re.compile(r"[0-9A-Z]+", re.ASCII)
_WORDS = (
    "BUILDING|BLDG|BLOCK|BLK|TOWER|ENTRANCE|STAIRCASE|STAIR|UNIT|ROOM|RM|FLAT|FLOOR|LEVEL|SHOP|PARKING"
    "|SPACE|NO"
)
_WORD = re.compile(rf"^(?:{_WORDS})(?=[0-9]|$)")
_FIGURES = "0123456789"
_SPELLED_PLAINLY = re.compile(
    rf"[0-9]{{1,{PART_LENGTH_MAX}}}(?:-[0-9]{{1,{PART_LENGTH_MAX}}}){{0,{PARTS_MAX - 1}}}"
)
_LEADING_NOUGHTS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def spelled(text: str) -> str:
    """The code that ``text`` spells, in capitals, with its noughts; empty when it spells none.

    Never raises. What it answers it answers again when asked with that.
    """
    if len(text) > SPELLING_MAX:
        return ""
    if _SPELLED_PLAINLY.fullmatch(text):  # nearly every code of every file
        return text
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf").upper()
    plain = _NUMERALS.sub(lambda found: _number(found[0]), plain)
    plain = _BELOW.sub(r" B\1 ", plain)
    parts = [part for token in _TOKEN.findall(plain) if (part := _WORD.sub("", token, count=1))]
    if not 1 <= len(parts) <= PARTS_MAX or any(len(part) > PART_LENGTH_MAX for part in parts):
        return ""
    return "-".join(parts)


def _number(numerals: str) -> str:
    """一二〇一 is 1201, 十二 is 12, 二十三 is 23."""
    if "十" not in numerals:
        return "".join(str(_CHINESE[c]) for c in numerals)
    tens, _, ones = numerals.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return "".join("10" if c == "十" else str(_CHINESE[c]) for c in numerals)
    return str(10 * (_CHINESE[tens] if tens else 1) + (_CHINESE[ones] if ones else 0))


@lru_cache(KEYS_REMEMBERED)
def key(code: str) -> str:
    """The same for all spellings of one code: 01-01-101 and 1-1-101, s-08 and S-8."""
    return _LEADING_NOUGHTS.sub("", (spelled(code) or code).upper())


def same(one: str, other: str) -> bool:
    return key(one) == key(other)


class Part(Message):
    """One part of a code, e.g. 栋 Building: up to ``most`` figures and letters of ``letters``."""

    label: NameText
    figures: bool = True
    letters: Annotated[str, StringConstraints(pattern=r"^[A-Z]{0,26}$")] = ""
    most: Annotated[int, Field(ge=1, le=PART_LENGTH_MAX)] = 4

    @model_validator(mode="after")
    def _not_empty(self) -> "Part":
        if not self.figures and not self.letters:
            raise ValueError("a part needs figures, letters or both")
        return self

    @cached_property
    def keys(self) -> str:
        """The characters that may stand in it."""
        return (_FIGURES if self.figures else "") + "".join(sorted(set(self.letters)))

    def accepts(self, text: str) -> bool:
        return 0 < len(text) <= self.most and not text.strip(self.keys)


class Kind(Message):
    """One way of naming units, e.g. homes by 栋-单元-室, shops by 区-铺, parking spaces by 层-位."""

    name: NameText
    parts: Annotated[list[Part], Field(min_length=1, max_length=PARTS_MAX)]

    def accepts(self, code: str) -> bool:
        typed = code.split("-")
        return len(typed) == len(self.parts) and all(map(Part.accepts, self.parts, typed))

    @property
    def keys(self) -> str:
        return "".join(sorted(set("".join(part.keys for part in self.parts))))

    @property
    def form(self) -> Text:
        """What a code is made of: 栋-单元-房号 / Building-Entrance-Room."""
        return Text(
            zh="-".join(part.label.zh for part in self.parts),
            en="-".join(part.label.en for part in self.parts),
        )


class Numbering(Message):
    """How a community names its units: homes first, then what else there is."""

    kinds: Annotated[list[Kind], Field(min_length=1, max_length=5)]

    @field_validator("kinds")
    @classmethod
    def _told_apart(cls, kinds: list[Kind]) -> list[Kind]:
        names = [kind.name.zh for kind in kinds]
        if len(set(names)) != len(names):
            raise ValueError("two kinds of units have one name")
        return kinds

    def kind_of(self, code: str) -> int | None:
        """Which kind a code is of; the first that takes it, None when none does."""
        return next((i for i, kind in enumerate(self.kinds) if kind.accepts(code)), None)

    def read(self, text: str) -> str:
        """The code that ``text`` spells here; empty when it is none of this community's."""
        code = spelled(text)
        return code if code and self.kind_of(code) is not None else ""


def _part(zh: str, en: str, most: int, letters: str = "", figures: bool = True) -> Part:
    return Part(label=Text(zh=zh, en=en), most=most, letters=letters, figures=figures)


DEFAULT = Numbering(
    kinds=[
        Kind(
            name=Text(zh="住宅", en="Home"),
            parts=[
                _part("栋", "Building", 3),
                _part("单元", "Entrance", 2),
                _part("房号", "Room", 5),
            ],
        )
    ]
)


def suggestions(codes: Iterable[str], kind: Kind, typed: tuple[str, ...], most: int) -> list[str]:
    """Codes of ``kind`` that go on from what was typed, at most ``most``, in their natural order.

    ``typed``: the parts as far as they were typed; those before the last are whole. Nothing typed,
    nothing suggested: nobody leafs through a building.
    """
    filled = list(typed)
    while filled and not filled[-1]:
        filled.pop()
    if not filled:
        return []
    *whole, begun = [_LEADING_NOUGHTS.sub("", part) for part in filled]
    begun = begun.lstrip("0")  # the beginning of 08 is that of 8
    found = []
    for code in codes:
        parts = key(code).split("-")
        if len(parts) == len(kind.parts) and _goes_on(parts, whole, begun):
            found.append(code)
    fitting = (code for code in sorted(found, key=natural) if kind.accepts(code.upper()))
    return list(islice(fitting, most))


def _goes_on(parts: list[str], whole: list[str], begun: str) -> bool:
    before = parts[: len(whole)]
    return parts[len(whole)].startswith(begun) and all(
        typed in ("", part) for typed, part in zip(whole, before, strict=True)
    )


@lru_cache(KEYS_REMEMBERED)
def natural(code: str) -> list[tuple[int, int, str]]:
    """Sorts 3-2-201 before 3-2-1201, and A-2 before B-1."""
    pieces = re.findall(r"[0-9]+|[^0-9-]+|-", key(code))
    return [(1, int(p), "") if p[0] in _FIGURES else (0 if p == "-" else 2, 0, p) for p in pieces]
