"""The sheet of parking spaces: whose they are, owned or let, and which vehicle stands there."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from server.bulk_insert import insert_many
from server.estate.models import ParkingSpace, Vehicle
from server.estate.occupants import PLATE_LENGTH_MAX
from server.onboarding.cells import CellRefused
from server.onboarding.estate_index import Import
from server.onboarding.workbook import Row

KINDS = ("parking_spaces", "vehicles")
_OWN = ("unit_id", "holding", "since", "until")
_CODE_MAX = 16


def apply(rows: Sequence[Row], to: Import) -> None:
    good: list[tuple[Row, int | None]] = []
    for row in rows:
        try:
            unit = to.index.unit_of(row) if row["room"] or row["building"] else None
        except CellRefused as refused:
            to.refused(row, "room", refused)
            continue
        if to.first_time(row, "space", _space(row)) and _in_order(row, unit, to):
            good.append((row, unit))
    known = {
        space.code: space
        for space in ParkingSpace.objects.filter(
            community=to.community, code__in=[_space(row) for row, _unit in good]
        )
    }
    new: list[ParkingSpace] = []
    changed: list[ParkingSpace] = []
    for row, unit in good:
        said: dict[str, Any] = {"unit_id": unit, "holding": row["holding"]}
        said |= {"since": row["since"], "until": row["until"]}
        said = {name: value for name, value in said.items() if value is not None}
        space = known.get(_space(row))
        if space is not None and not _may_pass(row, unit, space, to):
            continue
        if space is None:
            new.append(ParkingSpace(community=to.community, code=_space(row), **said))
        elif any(getattr(space, name) != value for name, value in said.items()):
            if unit is not None and space.unit_id != unit:
                space.until = None  # the end was the other unit's
            for name, value in said.items():
                setattr(space, name, value)
            changed.append(space)
        else:
            to.report.unchanged["parking_spaces"] += 1
    insert_many(new)
    ParkingSpace.objects.bulk_update(changed, _OWN)
    to.report.created["parking_spaces"] += len(new)
    to.report.changed["parking_spaces"] += len(changed)
    _vehicles([(row, unit) for row, unit in good if row["plate"] and unit is not None], to)


def _may_pass(row: Row, unit: int | None, space: ParkingSpace, to: Import) -> bool:
    """Another unit needs its first day, so that both are charged for their own days."""
    if unit is None or space.unit_id in (None, unit):
        return True
    if row["since"] is not None and (space.since is None or row["since"] > space.since):
        return True
    text = _("Another unit holds this space; give the first day of this one in since")
    to.report.add(row.problem("since", text))
    return False


def _space(row: Row) -> str:
    return row["space"].upper()


def _in_order(row: Row, unit: int | None, to: Import) -> bool:
    if len(row["space"]) > _CODE_MAX:
        to.report.add(row.problem("space", _("longer than %(most)s characters"), most=_CODE_MAX))
        return False
    if row["since"] and row["until"] and row["until"] < row["since"]:
        to.report.add(row.problem("until", _("the last day is before the first")))
        return False
    plate = row["plate"]
    if plate and unit is None:
        to.report.add(row.problem("plate", _("name the unit that keeps the vehicle, too")))
        return False
    if plate and len(plate) > PLATE_LENGTH_MAX:
        most = PLATE_LENGTH_MAX
        to.report.add(row.problem("plate", _("longer than %(most)s characters"), most=most))
        return False
    return plate is None or to.first_time(row, "plate", "plate", plate.upper())


def _vehicles(rows: list[tuple[Row, int | None]], to: Import) -> None:
    plates = [row["plate"].upper() for row, _unit in rows]
    here = Vehicle.objects.filter(community=to.community, plate__in=plates, until__isnull=True)
    known = {vehicle.plate: vehicle for vehicle in here}
    new, changed = [], []
    for (row, unit), plate in zip(rows, plates, strict=True):
        vehicle, kind = known.get(plate), row["vehicle_kind"]
        of_row = Vehicle(
            community=to.community,
            unit_id=unit,
            plate=plate,
            kind=kind or Vehicle.Kind.CAR,
            since=row["since"],
        )
        if vehicle is None:
            new.append(of_row)
        elif vehicle.unit_id != unit:
            since = row["since"]
            if since is None or (vehicle.since is not None and since <= vehicle.since):
                text = _("Another unit keeps this vehicle; give the first day of this one in since")
                to.report.add(row.problem("plate", text))
                continue
            vehicle.until = since - timedelta(days=1)
            changed.append(vehicle)
            new.append(of_row)
        elif kind and vehicle.kind != kind:
            vehicle.kind = kind
            changed.append(vehicle)
        else:
            to.report.unchanged["vehicles"] += 1
    Vehicle.objects.bulk_update(changed, ["until", "kind"])
    insert_many(new)
    to.report.created["vehicles"] += len(new)
    to.report.changed["vehicles"] += len(changed)
