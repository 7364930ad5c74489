"""The sheet of parking spaces: who holds them over time, and which vehicles units keep."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import translation

from server.estate.models import Community, FormerHolding, ParkingSpace, Vehicle
from server.onboarding.importing import import_estate
from server.onboarding.report import Report
from server.staff.people import Person
from tests.server.onboarding.files import UNITS, save, unit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
PARKING = ("space", "building", "entrance", "room", "holding", "since", "plate", "车辆类型")


def taken(acacia: Community, folder: Path, *rows: tuple) -> Report:
    sheets = {"units": [UNITS, unit("101"), unit("102")], "parking": [PARKING, *rows]}
    return import_estate(save(folder / "e.xlsx", sheets), acacia, person=Person("李"), at=NOW)


def row(room: str | None, since: str | None, plate: str = "浙A1", kind: str = "") -> tuple:
    place = ("1", "1", room) if room else (None, None, None)
    return ("B1", *place, "let", since, plate if room else None, kind or None)


def test_a_space_and_its_vehicle_pass_to_another_unit(acacia: Community, tmp_path: Path):
    first = taken(acacia, tmp_path, row("101", "2026-01-01", kind="电动车"))
    assert first.problem_count == 0 and Vehicle.objects.get().kind == "e_bike"
    passed = taken(acacia, tmp_path, row("102", "2026-12-11"))
    assert passed.problem_count == 0 and passed.changed["parking_spaces"] == 1
    kept = FormerHolding.objects.get()
    assert (kept.unit.room, kept.since, kept.until) == ("101", date(2026, 1, 1), date(2026, 12, 10))
    assert ParkingSpace.objects.get().unit.room == "102"
    assert [
        (vehicle.unit.room, vehicle.since, vehicle.until)
        for vehicle in Vehicle.objects.order_by("pk")
    ] == [
        ("101", date(2026, 1, 1), date(2026, 12, 10)),
        ("102", date(2026, 12, 11), None),
    ]
    again = taken(acacia, tmp_path, row("102", "2026-12-11"))
    assert not any(again.created.values()) and not any(again.changed.values())
    assert FormerHolding.objects.count() == 1


@pytest.mark.parametrize("since", [None, "2026-01-01", "2025-06-01"])
def test_another_unit_needs_its_first_day(acacia: Community, tmp_path: Path, since: str | None):
    taken(acacia, tmp_path, row("101", "2026-01-01"))
    refused = taken(acacia, tmp_path, row("102", since))
    with translation.override("en"):
        assert "first day of this one in since" in refused.problems[0].message
    assert ParkingSpace.objects.get().unit.room == "101" and not FormerHolding.objects.exists()
