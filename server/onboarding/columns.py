"""The one table of sheets and columns, which the template is written by and files are read by.

It stands in ``columns.toml``; here it gets its types, and words typed in either language find their
place.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from contract.message import Text

_TABLE = Path(__file__).with_name("columns.toml")
_PIECES = re.compile(r"\W+")


@dataclass(frozen=True)
class Column:
    """``name``: the heading in English; ``names``: those in Chinese, the usual one first. ``like``: which
    reader of ``cells`` its cells go through; ``choices``: what a choice may be, by name."""

    name: str
    names: tuple[str, ...]
    like: str
    required: bool
    choices: str
    example: Any
    width: int
    note: Text | None
    first: bool  # of its sheet: where an example row is marked

    @property
    def heading(self) -> str:
        """As the template shows it, in both languages at once: one file serves everybody."""
        return f"{self.names[0]}\n{self.name}"


@dataclass(frozen=True)
class Sheet:
    """``name``: of the tab in English, which is the template's; ``names``: those in Chinese."""

    name: str
    names: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, heading: str) -> Column | None:
        """Which column a heading means, in either language or both; None when none, or several, could."""
        return _meant(heading, _by_heading(self.name))

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


@cache
def sheets() -> tuple[Sheet, ...]:
    """All of them, in the order in which they are imported: what is pointed at comes first."""
    return tuple(
        Sheet(
            row["name"],
            tuple(row["names"]),
            tuple(_column(column, at == 0) for at, column in enumerate(row["column"])),
        )
        for row in _table()["sheet"]
    )


def sheet_of(title: str) -> Sheet | None:
    """Which sheet a tab's title means."""
    known = {_plain(name): one for one in sheets() for name in (one.name, *one.names)}
    return _meant(title, known)


def column_shown(title: str, heading: str, chinese: bool) -> str:
    """A column as people of one language call it; what is none stays as it is."""
    sheet = sheet_of(title)
    column = sheet.column(heading) if sheet and heading else None
    if column is None:
        return heading
    return column.names[0] if chinese else column.name


@cache
def choices(name: str) -> dict[str, tuple[str, ...]]:
    """The values of a choice, each with what it is called in Chinese."""
    return {value: tuple(names) for value, names in _table()["choices"][name].items()}


def choice_shown(name: str, value: str) -> str:
    """As a drop-down offers it, in both languages."""
    names = choices(name).get(value, ())
    return f"{names[0]} {value}" if names else value


@lru_cache(1_000)
def choice_meant(name: str, typed: str) -> str | None:
    """The value that was typed, in either language or both."""
    known = {
        _plain(word): value for value, names in choices(name).items() for word in (value, *names)
    }
    return _meant(typed, known)


@cache
def words(name: str) -> frozenset[str]:
    """Words of one meaning: ``yes``, ``no`` and ``example``, as ``plain_word`` makes them."""
    return frozenset(_plain(word) for word in (name, *_table()["words"][name]))


def signs(name: str) -> tuple[str, ...]:
    """Signs and units that people write beside figures: ``date``, ``unit``."""
    return tuple(_table()["signs"][name])


def example_mark() -> str:
    """Begins the first cell of an example row, which is not imported."""
    return f"{_table()['words']['example'][0]} example"


def is_example(text: str) -> bool:
    if text.isascii() and not text.strip()[:1].isalpha():  # nearly every row of every file
        return False
    first = _PIECES.split(unicodedata.normalize("NFKC", text).strip().casefold())[0]
    return first in words("example")


def plain_word(text: str) -> str:
    """Without blanks, capitals, signs and widths: how words of people are compared."""
    return _plain(text)


def _column(row: dict[str, Any], first: bool) -> Column:
    note = row.get("note")
    return Column(
        name=row["name"],
        names=(*row["names"], *row.get("also", [])),
        like=row["like"],
        required=row.get("required", False),
        choices=row.get("choices", ""),
        example=row.get("example"),
        width=row.get("width", 10),
        note=Text(zh=note[0], en=note[1]) if note else None,
        first=first,
    )


@cache
def _by_heading(sheet: str) -> dict[str, Column]:
    [found] = [one for one in sheets() if one.name == sheet]
    return {
        _plain(word): column for column in found.columns for word in (column.name, *column.names)
    }


def _meant(typed: str, known: dict[str, Any]) -> Any:
    """What the whole text names, else what all its pieces that name something agree in."""
    if found := known.get(_plain(typed)):
        return found
    pieces = _PIECES.split(unicodedata.normalize("NFKC", typed))
    named = [known[word] for piece in pieces if (word := _plain(piece)) in known]
    return named[0] if named and all(one == named[0] for one in named) else None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum() or c in "√✓×")
