"""One move: who leaves, who comes, what the meters showed, whose debt each open bill is. All or nothing.

Bills stay as they are: what is owed stays the unit's debt and that of the person who is agreed here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from server.billing.debtors import agree, debtors
from server.billing.meters import Meter, MeterReading
from server.billing.models import Bill, BillState
from server.billing.periods import period_of
from server.billing.readings import Counted, ReadingRefused, take
from server.estate import occupancy
from server.estate.models import Occupancy, Resident, Unit
from server.estate.row_locks import hold_unit
from server.staff import audit
from server.staff.people import Person


class MoveImpossible(Exception):
    """The move cannot be as it was asked; ``text`` with ``values`` is why and what to do, for staff."""

    def __init__(self, text: Any, **values: object) -> None:
        super().__init__(str(text))
        self.text, self.values = text, values


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who comes. The same name and phone in the community are the same person. ``pays_from`` None: does
    not pay."""

    name: str
    phone: str
    role: str
    pays_from: date | None


@dataclass(frozen=True, slots=True)
class Move:
    """``day``: the first day of who comes; who leaves, leaves the day before. ``leaving``: keys of
    occupancies. ``counters``: what meters showed, by key. ``takes_over``: keys of open bills that are the
    debt of who comes; all others stay the debt of whose they were."""

    day: date
    leaving: frozenset[int] = frozenset()
    arrival: Arrival | None = None
    counters: Mapping[int, Decimal] = field(default_factory=dict)
    takes_over: frozenset[int] = frozenset()


@transaction.atomic
def move(unit: Unit, asked: Move, person: Person, reason: str, *, at: datetime) -> None:
    """Writes all of it with its record. Raises MoveImpossible and ReasonMissing; nothing is done then."""
    hold_unit(unit.pk)
    if not asked.leaving and asked.arrival is None:
        raise MoveImpossible(_("Say who leaves or who comes"))
    bills = list(Bill.objects.filter(unit=unit, state=BillState.OPEN).order_by("period", "pk"))
    owing = debtors(bills)  # before anybody moves: the debt of who pays until now
    if unknown := asked.takes_over - {bill.pk for bill in bills}:
        raise MoveImpossible(_("A bill was paid or voided meanwhile; look again"), bills=unknown)
    if asked.takes_over and asked.arrival is None:
        raise MoveImpossible(_("Nobody comes who could take over bills"))
    left = _leave(unit, asked)
    came = _come(unit, asked) if asked.arrival is not None else None
    for bill in bills:
        debtor = came if bill.pk in asked.takes_over else owing.get(bill.pk)
        if debtor is not None:
            agree(bill, debtor, at=at)
            owing[bill.pk] = debtor
    counters = _read(unit, asked, person, reason, at)
    audit.record(
        unit.community_id,
        person,
        "people_moved",
        ("unit", unit.code),
        reason,
        at,
        after={
            "day": asked.day,
            "left": [resident.pk for resident in left],
            "came": came.pk if came else None,
            "role": asked.arrival.role if asked.arrival else None,
            "pays_from": asked.arrival.pays_from if asked.arrival else None,
            "meters": counters,
            "debts": {bill.number: owing[bill.pk].pk for bill in bills if bill.pk in owing},
        },
    )


def _leave(unit: Unit, asked: Move) -> list[Resident]:
    rows = Occupancy.objects.filter(unit=unit, pk__in=asked.leaving).select_related("resident")
    found = list(rows)
    if len(found) != len(asked.leaving):
        raise MoveImpossible(_("Who leaves is not in this unit"))
    for row in found:
        try:
            occupancy.move_out(row, asked.day - timedelta(days=1))
        except occupancy.MoveRefused as refused:
            text = _("%(name)s moved out before, or came later than that day; mend the day")
            raise MoveImpossible(text, name=row.resident.masked_name) from refused
    return [row.resident for row in found]


def _come(unit: Unit, asked: Move) -> Resident:
    arrival = asked.arrival
    assert arrival is not None
    if arrival.pays_from is not None and arrival.pays_from < asked.day:
        raise MoveImpossible(_("Nobody pays before the first day"))
    known = Resident.objects.filter(community=unit.community_id, name=arrival.name)
    resident = known.filter(phone=arrival.phone).order_by("pk").first() if arrival.phone else None
    if resident is None:
        resident = Resident.objects.create(
            community_id=unit.community_id, name=arrival.name, phone=arrival.phone
        )
    pays = arrival.pays_from is not None
    try:
        occupancy.move_in(
            unit,
            resident,
            arrival.role,
            since=asked.day,
            pays=pays,
            pays_from=arrival.pays_from,
        )
    except occupancy.MoveRefused as refused:
        raise MoveImpossible(_("This person is in the unit already")) from refused
    return resident


def _read(
    unit: Unit, asked: Move, person: Person, reason: str, at: datetime
) -> dict[str, dict[str, str]]:
    """What was read, by the meter's number; it becomes the reading of the month unless the month has a
    later one already."""
    period, found = period_of(asked.day), {}
    for meter in meters_of(unit).filter(pk__in=asked.counters):
        counter = asked.counters[meter.pk]
        found[meter.code] = {"counter": str(counter), "read_on": asked.day.isoformat()}
        later = MeterReading.objects.filter(meter=meter, period=period, read_on__gt=asked.day)
        if later.exists():
            continue
        try:
            take(meter, period, Counted(counter, asked.day), person, reason, at=at)
        except ReadingRefused as refused:
            text = _("Meter %(code)s: %(said)s")
            raise MoveImpossible(text, code=meter.code, said=refused.said) from refused
    return found


def meters_of(unit: Unit) -> Any:
    """The unit's own, that have not been taken out."""
    return Meter.objects.filter(unit=unit, removed_on__isnull=True).order_by("code")


def here(unit: Unit, day: date) -> Iterable[Occupancy]:
    """Who is in the unit on ``day`` or comes later, and could leave."""
    rows = Occupancy.objects.filter(unit=unit).select_related("resident").order_by("pk")
    return [row for row in rows if row.until is None or row.until >= day]
