"""Rows as CSV for a spreadsheet. A cell that it would take for a formula is made text."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARK = "\ufeff"  # so that spreadsheets read UTF-8


class _Line:
    def write(self, text: str) -> str:
        return text


def safe(value: Any) -> str:
    """The text of a cell; numbers stay numbers."""
    text = "" if value is None else str(value)
    if isinstance(value, int | float | Decimal) or not text.lstrip().startswith(_FORMULA):
        return text
    return f"'{text}"


def lines(heading: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Line by line, so that a long table needs no memory."""
    writer = csv.writer(_Line())
    yield _MARK + writer.writerow([safe(cell) for cell in heading])
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])
