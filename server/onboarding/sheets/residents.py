"""The sheet of residents: owners, tenants and families, since when and until when, and who pays."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from server.bulk_insert import insert_many
from server.estate.models import Occupancy, Resident
from server.onboarding.cells import CellRefused
from server.onboarding.estate_index import Import
from server.onboarding.residents import Directory, Known, digits
from server.onboarding.workbook import Row

KINDS = ("residents",)
_DATES = ("since", "until", "pays", "pays_from")


def apply(rows: Sequence[Row], to: Import) -> None:
    placed = []
    for row in rows:
        try:
            unit = to.index.unit_of(row)
        except CellRefused as refused:
            to.refused(row, "room", refused)
            continue
        phone = digits(row["phone"] or "")
        once = to.first_time(row, "name", unit, row["name"], phone, _role(row), row["since"])
        if once and _in_order(row, to):
            placed.append((row, unit))
    known: dict[int, list[Occupancy]] = defaultdict(list)
    there = Occupancy.objects.filter(unit__in={unit for _row, unit in placed})
    for occupancy in there.select_related("resident").order_by("-until", "pk"):
        known[occupancy.unit_id].append(occupancy)
    people = Directory(to.community, (row["name"] for row, _unit in placed))
    changed: list[Occupancy] = []
    with_phone: dict[int, Resident] = {}
    new: list[tuple[Row, int, Known]] = []
    for row, unit in placed:
        same = _same(row, known[unit])
        if same is None:
            new.append((row, unit, people.person(row["name"], row["phone"] or "")))
            to.report.created["residents"] += 1
        elif _update(row, same, changed, with_phone):
            to.report.changed["residents"] += 1
        else:
            to.report.unchanged["residents"] += 1
    people.write()
    Resident.objects.bulk_update(with_phone.values(), ["phone"])
    Occupancy.objects.bulk_update(changed, _DATES)
    insert_many([_occupancy(row, unit, who, to) for row, unit, who in new])


def _role(row: Row) -> str:
    return row["role"] or Occupancy.Role.OWNER


def _pays(row: Row) -> bool:
    """Who is said to pay, or from when; else owners do."""
    if row["pays"] is not None:
        return row["pays"]
    return row["pays_from"] is not None or _role(row) == Occupancy.Role.OWNER


def _in_order(row: Row, to: Import) -> bool:
    """Whether its days are; the report is told where they are not."""
    since, until = row["since"] or row["pays_from"], row["until"]
    if until is not None and since is not None and until < since:
        to.report.add(row.problem("until", _("the last day is before the first")))
        return False
    if row["pays"] is False and row["pays_from"] is not None:
        to.report.add(row.problem("pays", _("who does not pay has no first day of paying")))
        return False
    return True


def _same(row: Row, known: list[Occupancy]) -> Occupancy | None:
    """The occupancy that the row is about: of that person in that role, going on if there is one."""
    for occupancy in known:
        person = occupancy.resident
        same_phone = not row["phone"] or digits(person.phone) in ("", digits(row["phone"]))
        if occupancy.role == _role(row) and person.name == row["name"] and same_phone:
            again = occupancy.until is not None and row["until"] is None
            if again and row["since"] is not None and row["since"] > occupancy.until:
                continue  # left and came again
            return occupancy
    return None


def _update(
    row: Row, occupancy: Occupancy, changed: list[Occupancy], with_phone: dict[int, Resident]
) -> bool:
    """Whether the row says anything new; a blank cell says nothing."""
    person, news = occupancy.resident, False
    if row["phone"] and not person.phone:
        person.phone, news = row["phone"], True
        with_phone[person.pk] = person
    said: dict[str, Any] = {name: row[name] for name in _DATES if row[name] is not None}
    if said.get("pays_from") is not None:
        said["pays"] = True
    if said.get("pays") is False:
        said["pays_from"] = None
    if any(getattr(occupancy, name) != value for name, value in said.items()):
        for name, value in said.items():
            setattr(occupancy, name, value)
        changed.append(occupancy)
        news = True
    return news


def _occupancy(row: Row, unit: int, person: Known, to: Import) -> Occupancy:
    return Occupancy(
        community_id=to.community.pk,
        unit_id=unit,
        resident_id=person.pk,
        role=_role(row),
        since=row["since"],
        until=row["until"],
        pays=_pays(row),
        pays_from=row["pays_from"],
    )
