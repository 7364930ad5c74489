"""The sheet of units: the units themselves, who owns and pays for them, and what they bring along."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from contract import unit_code
from server.billing import opening
from server.bulk_insert import insert_many, insert_values, next_keys
from server.estate.models import TAKEN, Building, Occupancy, Resident, Unit
from server.onboarding.cells import CellRefused
from server.onboarding.estate_index import Import, Place
from server.onboarding.residents import Directory, Known, digits
from server.onboarding.sheets import opening_balances
from server.onboarding.workbook import Row

KINDS = ("buildings", "units", "residents", "opening_balances")
_WITHOUT_AREA = (Unit.Kind.PARKING, Unit.Kind.STORAGE)
_OWN = ("kind", "area_m2", "state")
_CHARGED_BY = ("area_m2", "kind")
_CODE_MAX = 8

_UNIT = (
    *("id", "community_id", "building_id", "entrance", "room", "code", "natural_key"),
    *("label_zh", "label_en", "area_m2", "kind", "state"),
    *("begins", "ends", "merged_into_id", "split_from_id"),
)
_OCCUPANCY = (
    *("community_id", "unit_id", "resident_id", "role"),
    *("since", "until", "pays", "pays_from"),
)

Placed = tuple[Row, int]  # a row and the key of its unit
New = tuple[Row, str, Place]  # a row with the code and the place of a unit that is to be made


def apply(rows: Sequence[Row], to: Import) -> None:
    """One batch of rows. What is wrong goes into the report; those rows are left out."""
    new: list[New] = []
    known: list[Placed] = []
    for row in rows:
        code = _code(row, to)
        if code is None:
            continue
        found = to.index.units.get(unit_code.key(code))
        if found is not None:
            known.append((row, found))
        elif _may_be_made(row, code, place := to.index.place_of(row), to):
            new.append((row, code, place))
    made = _made(new, to)
    placed = [*_changed(known, to), *made]
    placed.sort(key=lambda one: one[0].number)
    fresh = {unit for _row, unit in made}  # nobody owns them, and they have no bill yet
    _owners([(row, unit) for row, unit in placed if _has_owner(row, to)], fresh, to)
    opening_balances.bring(placed, to, fresh)


def _code(row: Row, to: Import) -> str | None:
    try:
        code = to.index.code_of(row)
    except CellRefused as refused:
        to.refused(row, "room", refused)
        return None
    return code if to.first_time(row, "room", unit_code.key(code)) else None


def _may_be_made(row: Row, code: str, place: Place, to: Import) -> bool:
    kind = row["kind"] or Unit.Kind.HOME
    if row["area_m2"] is None and kind not in _WITHOUT_AREA:
        to.report.add(row.problem("area_m2", _("a new unit needs its area in square metres")))
        return False
    if unit_code.key(code) in to.index.former:
        to.report.add(row.problem("room", TAKEN))
        return False
    for column, text in zip(place._fields, place, strict=True):
        if len(text) > _CODE_MAX:
            text = _("longer than %(most)s characters")
            to.report.add(row.problem(column, text, most=_CODE_MAX))
            return False
    return True


def _made(rows: list[New], to: Import) -> list[Placed]:
    buildings = _buildings(rows, to)
    keys = next_keys(Unit, len(rows))
    values = []
    for pk, (row, code, place) in zip(keys, rows, strict=True):
        label = to.index.label_of(code)
        values.append(
            (
                *(pk, to.community.pk, buildings[unit_code.key(place.building)].pk),
                *(place.entrance, place.room, code, "", label.zh, label.en),
                *(row["area_m2"] or 0, row["kind"] or Unit.Kind.HOME.value),
                *(row["state"] or Unit.State.OCCUPIED.value, None, None, None, None),
            )
        )
        to.index.units[unit_code.key(code)] = pk
    insert_values(Unit, _UNIT, values)
    to.report.created["units"] += len(rows)
    return [(row, pk) for pk, (row, _code, _place) in zip(keys, rows, strict=True)]


def _buildings(rows: list[New], to: Import) -> dict[str, Building]:
    known = to.index.buildings
    missing: dict[str, Building] = {}
    for _row, code, place in rows:
        building = place.building
        key = unit_code.key(building)
        if key not in known and key not in missing:
            missing[key] = to.index.new_building(building, code)
    insert_many(list(missing.values()), keys=True)
    known |= missing
    to.report.created["buildings"] += len(missing)
    return known


def _changed(rows: list[Placed], to: Import) -> list[Placed]:
    """Those that were known; what a cell says is written where it differs, a blank cell says nothing."""
    units = Unit.objects.in_bulk([key for _row, key in rows])
    billed = opening.billed_units(units)
    differ = []
    for row, key in rows:
        unit = units[key]
        news = {
            name: row[name]
            for name in _OWN
            if row[name] is not None and getattr(unit, name) != row[name]
        }
        if key in billed and (decides := next((n for n in _CHARGED_BY if n in news), None)):
            text = _(
                "This unit was billed already: what it is charged by takes two people; change it in the"
                " back office"
            )
            to.report.add(row.problem(decides, text))
            continue
        for name, value in news.items():
            setattr(unit, name, value)
        if news:
            differ.append(unit)
    Unit.objects.bulk_update(differ, _OWN)
    to.report.changed["units"] += len(differ)
    to.report.unchanged["units"] += len(rows) - len(differ)
    return rows


def _has_owner(row: Row, to: Import) -> bool:
    if row["owner_name"] is not None:
        return True
    for column in ("owner_phone", "pays_from"):
        if row[column] is not None:
            to.report.add(row.problem(column, _("give the owner's name in owner_name, too")))
    return False


def _owners(rows: list[Placed], fresh: set[int], to: Import) -> None:
    """Whoever owns the units by the file owns them afterwards."""
    owners: dict[int, list[Occupancy]] = defaultdict(list)
    open_ones = Occupancy.objects.filter(
        unit__in=[unit for _row, unit in rows if unit not in fresh],
        role=Occupancy.Role.OWNER,
        until__isnull=True,
    )
    for occupancy in open_ones.select_related("resident").order_by("pk"):
        owners[occupancy.unit_id].append(occupancy)
    people = Directory(to.community, (row["owner_name"] for row, _unit in rows))
    work = _Owners(to)
    for row, unit in rows:
        same = _same_owner(row, owners[unit])
        if same is not None:
            work.keep(row, same)
        elif not owners[unit] or work.ends(row, owners[unit]):
            work.begin(row, unit, people.person(row["owner_name"], row["owner_phone"] or ""))
    people.write()
    work.write()


def _same_owner(row: Row, owners: list[Occupancy]) -> Occupancy | None:
    """By name and phone, else by name, else by phone: a name or a number was corrected."""
    name, phone = row["owner_name"], digits(row["owner_phone"] or "")

    def alike(occupancy: Occupancy) -> tuple[bool, bool]:
        person = occupancy.resident
        return person.name == name, bool(phone) and digits(person.phone) == phone

    best = max(owners, key=lambda one: (sum(alike(one)), alike(one)), default=None)
    return best if best is not None and any(alike(best)) else None


class _Owners:
    """What becomes of owners, gathered so that it is written at once."""

    def __init__(self, to: Import) -> None:
        self._to = to
        self._new: list[tuple[int, Known, date | None, date | None]] = []
        self._ended: list[Occupancy] = []
        self._moved: list[Occupancy] = []
        self._people: dict[int, Resident] = {}

    def keep(self, row: Row, owner: Occupancy) -> None:
        person, changed = owner.resident, False
        news: dict[str, Any] = {"name": row["owner_name"]}
        if row["owner_phone"] and digits(row["owner_phone"]) != digits(person.phone):
            news["phone"] = row["owner_phone"]
        for name, value in news.items():
            if getattr(person, name) != value:
                setattr(person, name, value)
                self._people[person.pk] = person
                changed = True
        if row["pays_from"] is not None and owner.pays_from != row["pays_from"]:
            owner.pays, owner.pays_from = True, row["pays_from"]
            self._moved.append(owner)
            changed = True
        counts = self._to.report.changed if changed else self._to.report.unchanged
        counts["residents"] += 1

    def ends(self, row: Row, owners: list[Occupancy]) -> bool:
        """Whether the row says from when the unit is another's; the owners until then are ended."""
        day = row["pays_from"]
        begun = max(one.since or one.pays_from or date.min for one in owners)
        if day is None or day <= begun:
            text = _(
                "Another owner is known for this unit; give the new owner's first day in pays_from,"
                " or correct the name"
            )
            self._to.report.add(row.problem("owner_name", text))
            return False
        for owner in owners:
            owner.until = day - timedelta(days=1)
            self._ended.append(owner)
        return True

    def begin(self, row: Row, unit: int, person: Known) -> None:
        first = row["pays_from"]
        # Of a unit's first owner it is not known since when; of a later one it is.
        new_owner = any(one.unit_id == unit for one in self._ended)
        self._new.append((unit, person, first if new_owner else None, first))
        self._to.report.created["residents"] += 1

    def write(self) -> None:
        """When the people have been written."""
        Occupancy.objects.bulk_update(self._ended, ["until"])
        Occupancy.objects.bulk_update(self._moved, ["pays", "pays_from"])
        Resident.objects.bulk_update(self._people.values(), ["name", "phone"])
        here, owner = self._to.community.pk, Occupancy.Role.OWNER.value
        insert_values(
            Occupancy,
            _OCCUPANCY,
            [
                (here, unit, person.pk, owner, since, None, True, pays_from)
                for unit, person, since, pays_from in self._new
            ],
        )
