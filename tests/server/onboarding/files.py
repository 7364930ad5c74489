"""Excel files for tests, as a company's clerk might make them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.utils import translation
from openpyxl import Workbook

from server.billing.meters import Meter, MeterReading
from server.billing.models import Bill, FeeItem, Tariff
from server.estate.models import Building, Occupancy, ParkingSpace, Resident, Unit
from server.onboarding.report import Report

NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 28)
PLACE = ("building", "entrance", "room")

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


def units(*rows: list) -> dict:
    return {"units": [UNITS, *rows]}


def said(report: Report) -> list[str]:
    with translation.override("en"):
        return [f"{p.sheet} {p.row} {p.column} {p.value!r}: {p.message}" for p in report.problems]


def state() -> list:
    """Everything that an import may touch."""
    models = (
        Building,
        Unit,
        Resident,
        Occupancy,
        ParkingSpace,
        FeeItem,
        Tariff,
        Meter,
        MeterReading,
    )
    return [list(model.objects.order_by("pk").values()) for model in (*models, Bill)]
