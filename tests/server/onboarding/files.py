"""Excel files for tests, as a company's clerk might make them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

UNITS = (
    *("building", "entrance", "room", "kind", "area_m2", "owner_name", "owner_phone"),
    *("pays_from", "credit_yuan", "owed_yuan"),
)


def save(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """Each sheet by its rows, the headings first."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        tab = book.create_sheet(name)
        for row in rows:
            tab.append(list(row))
    book.save(path)
    return path


def unit(room: Any, owner: Any = None, **more: Any) -> list[Any]:
    """A row of ``UNITS``: building 1, entrance 1."""
    values = {"building": "1", "entrance": "1", "room": room, "kind": "home", "area_m2": 88.5}
    values |= {"owner_name": owner} | more
    return [values.get(name) for name in UNITS]
