"""Units are merged (one stays, the others end) and split (a new one begins beside the one that stays),
from the first day of a month. All or nothing.

Bills stay the debt of their unit and of the person whose they were. What else hung on a unit goes with
it: people, meters, parking spaces, vehicles, charges that no bill asks for yet, and the credit, which
takes two people (``regroup_approval``). Bills of the time before are reckoned as if nothing had
happened."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contract.business_day import business_day
from server.billing import credit
from server.billing.adjustments import Discount, OneOffCharge, UnitWeight
from server.billing.debtors import agree, debtors
from server.billing.meters import FormerMeterUnit, Meter
from server.billing.models import Bill, BillState
from server.billing.periods import period_of
from server.billing.unit_accounts import credit_minor
from server.estate import occupancy
from server.estate.models import FormerArea, Occupancy, ParkingSpace, Resident, Unit, Vehicle
from server.estate.row_locks import hold_community, hold_unit
from server.estate.unit_names import label_of
from server.moves.regroup_checks import RegroupImpossible, check
from server.staff import audit
from server.staff.people import Person

_CREDIT = uuid.UUID("0b8f5f0e-7a0d-4a55-9a53-58a4d9f7c9d1")  # what keys of moved credit are made of
_WEIGHT_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Merge:
    """``others`` end, by key; ``code`` and ``area_m2``: of the one that stays, from ``day`` on, the first
    of a month. ``payer``: the resident who pays then; None: who pays now."""

    day: date
    others: tuple[int, ...]
    area_m2: Decimal
    code: str
    payer: int | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """``code`` and ``area_m2`` are the new unit's, ``left_m2`` is left to the old one, which keeps its
    code. ``people``: residents who are in the new one, by key (they may be in both), ``payer`` among
    them. ``meters``, ``spaces``, ``vehicles``: what goes with it. ``credit_minor``: so much of the
    credit."""

    day: date
    code: str
    area_m2: Decimal
    left_m2: Decimal
    people: tuple[int, ...] = ()
    payer: int | None = None
    meters: tuple[int, ...] = ()
    spaces: tuple[int, ...] = ()
    vehicles: tuple[int, ...] = ()
    credit_minor: int = 0


def credit_of(units: Iterable[int]) -> int:
    """Minor units of credit of units that would end, which a merge moves."""
    return sum(credit_minor(unit) for unit in Unit.objects.filter(pk__in=list(units)))


@transaction.atomic
def merge(unit: Unit, asked: Merge, person: Person, reason: str, *, at: datetime) -> Unit:
    """The unit that stays. Raises RegroupImpossible and ReasonMissing; nothing is done then."""
    held = _hold(unit, [unit.pk, *asked.others])
    stays, others = held[unit.pk], [held[pk] for pk in asked.others if pk != unit.pk]
    if not others:
        raise RegroupImpossible(_("Name the unit with which it is merged"))
    check([stays, *others], asked.day, asked.area_m2, at)
    before = [_shown(one) for one in (stays, *others)]
    debts = _keep_debts([stays, *others], at)
    moved = {}
    for other in others:
        _keep_area(stays, asked.day)
        moved[other.code] = _hand_over(other, stays, asked.day, person, reason, at)
        other.ends, other.merged_into = asked.day, stays
        other.save(update_fields=["ends", "merged_into"])
    _pays(stays, asked.payer, asked.day)
    last = asked.day - timedelta(days=1)
    if occupancy.payer(stays, asked.day) is None and occupancy.payers(others, last):
        raise RegroupImpossible(_("Say who pays from then on"))
    _become(stays, asked.code, asked.area_m2)
    after = {"units": [_shown(stays)], "day": asked.day, "credit_minor": moved, "debts": debts}
    for one in (stays, *others):
        subject = ("unit", str(one.pk))
        audit.record(
            stays.community_id,
            person,
            "units_merged",
            subject,
            reason,
            at,
            before={"units": before},
            after=after,
        )
    return stays


@transaction.atomic
def split(unit: Unit, asked: Split, person: Person, reason: str, *, at: datetime) -> Unit:
    """The new unit. Raises RegroupImpossible and ReasonMissing; nothing is done then."""
    old = _hold(unit, [unit.pk])[unit.pk]
    check([old], asked.day, min(asked.area_m2, asked.left_m2), at)
    before, debts = [_shown(old)], _keep_debts([old], at)
    new = _begin(old, asked)
    for resident in Resident.objects.filter(pk__in=asked.people, community=old.community_id):
        roles = _here(old, asked.day).filter(resident=resident).values_list("role", flat=True)
        for role in roles:
            occupancy.move_in(new, resident, role, since=asked.day, pays=False)
    _pays(new, asked.payer, asked.day)
    _give(old, new, asked, at)
    _split_weights(old, new, asked)
    _keep_area(old, asked.day)
    _become(old, old.code, asked.left_m2)
    if asked.credit_minor:
        _move_credit(old, new, asked.credit_minor, person, reason, at)
    after = {
        "units": [_shown(old), _shown(new)],
        "day": asked.day,
        "credit_minor": asked.credit_minor,
        "debts": debts,
    }
    for one in (old, new):
        subject = ("unit", str(one.pk))
        audit.record(
            old.community_id,
            person,
            "unit_split",
            subject,
            reason,
            at,
            before={"units": before},
            after=after,
        )
    return new


def _hold(unit: Unit, keys: Sequence[int]) -> dict[int, Unit]:
    """The rows, each held in the order of keys, so that two clerks never wait for each other."""
    hold_community(unit.community_id)
    own = Unit.objects.filter(pk__in=keys, community=unit.community_id)
    if own.count() != len(set(keys)):
        raise RegroupImpossible(_("There is no such unit in this community"))
    return {pk: hold_unit(pk) for pk in sorted(set(keys))}


def _keep_debts(units: Sequence[Unit], at: datetime) -> dict[str, int]:
    """Whose each open bill is, written down before anybody moves: bill's number -> resident's key."""
    bills = list(Bill.objects.filter(unit__in=units, state=BillState.OPEN))
    owing = debtors(bills)
    for bill in bills:
        if bill.pk in owing:
            agree(bill, owing[bill.pk], at=at)
    return {bill.number: owing[bill.pk].pk for bill in bills if bill.pk in owing}


def _here(unit: Unit, day: date) -> Any:
    """Who is in the unit on the day before ``day`` and does not leave with it."""
    return Occupancy.objects.filter(occupancy.on_day(day), unit=unit)


def _hand_over(
    other: Unit, stays: Unit, day: date, person: Person, reason: str, at: datetime
) -> int:
    """All that hangs on a unit that ends; minor units of credit that were moved."""
    last = day - timedelta(days=1)
    for row in Occupancy.objects.filter(unit=other).select_related("resident").order_by("pk"):
        if row.until is not None and row.until < day:
            continue
        _move_person(row, stays, day)
    _move_meters(Meter.objects.filter(unit=other), other, stays, last)
    _move_kept(other.parking_spaces.all(), other.vehicles.all(), stays, day)
    Discount.objects.filter(unit=other, begins__lt=day).exclude(ends__lt=day).update(ends=last)
    later = OneOffCharge.objects.filter(unit=other, bill=None, period__gte=period_of(day))
    later.update(unit=stays)
    own = _weights(stays, day)
    for item, weight in _weights(other, day).items():
        _weighs(stays, item, own.get(item, Decimal(0)) + weight, day)
    credit.end_agreement(other, at)
    minor = credit_minor(other)
    if minor:
        _move_credit(other, stays, minor, person, reason, at)
    return minor


def _move_person(row: Occupancy, to: Unit, day: date) -> None:
    until = row.until
    try:
        occupancy.move_out(row, day - timedelta(days=1))
    except occupancy.MoveRefused as refused:
        text = _("%(name)s comes on that day or later; move them in afterwards")
        raise RegroupImpossible(text, name=row.resident.masked_name) from refused
    known = Occupancy.objects.filter(unit=to, resident=row.resident, role=row.role, until=None)
    if known.exists():  # one person holds both units
        return
    came = occupancy.move_in(to, row.resident, row.role, since=day, pays=False)
    if until is not None:
        occupancy.move_out(came, until)


def _pays(unit: Unit, payer: int | None, day: date) -> None:
    """From ``day`` on it is this resident: who began to pay last is asked."""
    if payer is None:
        return
    now = occupancy.payer(unit, day)
    if now is not None and now.pk == payer:
        return
    row = _here(unit, day).filter(resident=payer, pays=False).order_by("pk").first()
    if row is None:
        raise RegroupImpossible(_("Who is to pay is not in the unit"))
    row.pays, row.pays_from = True, day
    row.save(update_fields=["pays", "pays_from"])


def _move_meters(meters: Any, of: Unit, to: Unit, last: date) -> None:
    for meter in meters.order_by("pk"):
        FormerMeterUnit.objects.create(
            community_id=of.community_id, meter=meter, unit=of, until=last
        )
        meter.unit = to
        meter.save(update_fields=["unit"])


def _move_kept(spaces: Any, vehicles: Any, to: Unit, day: date) -> None:
    """The database itself keeps who held a space until then; a vehicle is another row."""
    for space in spaces.exclude(until__lt=day):
        space.unit, space.since = to, day
        space.save(update_fields=["unit", "since"])
    for vehicle in vehicles.exclude(until__lt=day):
        until = vehicle.until
        vehicle.until = day - timedelta(days=1)
        vehicle.save(update_fields=["until"])
        Vehicle.objects.create(
            community_id=to.community_id,
            unit=to,
            owner=vehicle.owner,
            plate=vehicle.plate,
            kind=vehicle.kind,
            since=day,
            until=until,
        )


def _give(old: Unit, new: Unit, asked: Split, at: datetime) -> None:
    """What goes with the new unit, of what is the old one's."""
    last = asked.day - timedelta(days=1)
    _move_meters(Meter.objects.filter(unit=old, pk__in=asked.meters), old, new, last)
    spaces = ParkingSpace.objects.filter(unit=old, pk__in=asked.spaces)
    vehicles = Vehicle.objects.filter(unit=old, pk__in=asked.vehicles)
    _move_kept(spaces, vehicles, new, asked.day)


def _split_weights(old: Unit, new: Unit, asked: Split) -> None:
    """By area, so that what both bear is what the one bore."""
    part = asked.area_m2 / (asked.area_m2 + asked.left_m2)
    for item, weight in _weights(old, asked.day).items():
        given = (weight * part).quantize(_WEIGHT_STEP)
        _weighs(new, item, given, asked.day)
        _weighs(old, item, weight - given, asked.day)


def _weights(unit: Unit, day: date) -> dict[int, Decimal]:
    """By fee item, what holds on the day. Raises RegroupImpossible where another weight begins later."""
    rows = UnitWeight.objects.filter(unit=unit)
    if rows.filter(valid_from__gt=day).exists():
        text = _("Unit %(code)s has a weight that begins later; delete it first")
        raise RegroupImpossible(text, code=unit.code)
    return dict(rows.order_by("valid_from").values_list("fee_item_id", "weight"))


def _weighs(unit: Unit, item: int, weight: Decimal, day: date) -> None:
    """From the day on; what was reckoned before stays."""
    UnitWeight.objects.update_or_create(
        fee_item_id=item,
        unit=unit,
        valid_from=day,
        defaults={"community_id": unit.community_id, "weight": weight},
    )


def _move_credit(of: Unit, to: Unit, minor: int, person: Person, reason: str, at: datetime) -> None:
    key = str(uuid.uuid5(_CREDIT, f"{of.pk} {to.pk} {at.isoformat()}"))
    today = business_day(at, of.community.time_zone)
    try:
        credit.move_by(person, of, to, minor, reason, key=key, today=today, at=at)
    except credit.TooLittleCredit as error:
        raise RegroupImpossible(_("There is less credit than that")) from error


def _begin(old: Unit, asked: Split) -> Unit:
    new = Unit(
        community=old.community,
        building=old.building,
        entrance=old.entrance,
        kind=old.kind,
        state=old.state,
        begins=asked.day,
        split_from=old,
    )
    return _become(new, asked.code, asked.area_m2)


def _become(unit: Unit, code: str, area_m2: Decimal) -> Unit:
    """Written with this code and area. What was printed with its former code goes on finding it."""
    numbering = unit.community.unit_numbering
    code = numbering.read(code)
    if not code:
        raise RegroupImpossible(_("Units here are named otherwise; mend the code"))
    if code != unit.code:
        unit.code, unit.room = code, code.rsplit("-", 1)[-1]
        unit.label = label_of(numbering, code)
    unit.area_m2 = area_m2
    try:
        unit.full_clean()
    except ValidationError as wrong:
        raise RegroupImpossible("%(said)s", said=" ".join(wrong.messages)) from wrong
    unit.save()
    return unit


def _keep_area(unit: Unit, day: date) -> None:
    FormerArea.objects.get_or_create(
        unit=unit,
        until=day - timedelta(days=1),
        defaults={"community_id": unit.community_id, "area_m2": unit.area_m2},
    )


def _shown(unit: Unit) -> dict[str, Any]:
    return {"unit": unit.pk, "code": unit.code, "area_m2": str(unit.area_m2)}
