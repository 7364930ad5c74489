"""Who pays for a unit on a day, and how people move in and out. The one answer to "who is the payer".

Every function that changes rows works in the caller's transaction and leaves bills as they are: what is
owed stays with the unit, and with whoever was its payer on the bill's day.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from server.estate.models import Occupancy, Resident, Unit


class MoveRefused(Exception):
    """The move would make the records untrue; the message says why, in English words."""


def on_day(day: date) -> Q:
    """Occupancies that last on ``day``."""
    begun = Q(since__isnull=True) | Q(since__lte=day)
    return begun & (Q(until__isnull=True) | Q(until__gte=day))


def occupants(unit: Unit, day: date) -> QuerySet[Occupancy]:
    """Who lives in or owns the unit on ``day``, with their names."""
    return Occupancy.objects.filter(on_day(day), unit=unit).select_related("resident")


def payers(units: Iterable[Unit] | Iterable[int], day: date) -> dict[int, Resident]:
    """The payer of each unit on ``day``, by the unit's key; units without one are left out.

    Of several who pay on that day it is the one who began to pay last, so that a tenant who pays takes
    over from the owner, and the owner pays again once the tenant has left. Of several who began
    together it is the one who was entered first. One query, for any number of units.
    """
    paying = Occupancy.objects.filter(
        on_day(day), Q(pays_from__isnull=True) | Q(pays_from__lte=day), unit__in=units, pays=True
    )
    found: dict[int, Occupancy] = {}
    for occupancy in paying.select_related("resident").order_by("pk"):
        known = found.get(occupancy.unit_id)
        if known is None or _begins(known) < _begins(occupancy):
            found[occupancy.unit_id] = occupancy
    return {unit: occupancy.resident for unit, occupancy in found.items()}


def payers_on(days: Iterable[tuple[int, date]]) -> dict[tuple[int, date], Resident]:
    """As ``payers``, for (unit's key, day) of many units and days, in one query."""
    wanted = set(days)
    rows = Occupancy.objects.filter(unit__in={unit for unit, _ in wanted}, pays=True)
    of_unit: dict[int, list[Occupancy]] = {}
    for occupancy in rows.select_related("resident").order_by("pk"):
        of_unit.setdefault(occupancy.unit_id, []).append(occupancy)
    found = {}
    for unit, day in wanted:
        paying = [one for one in of_unit.get(unit, []) if _pays_on(one, day)]
        if paying:  # the first entered of those who began last
            found[unit, day] = max(paying, key=_begins).resident
    return found


def _pays_on(occupancy: Occupancy, day: date) -> bool:
    begun = (occupancy.since or date.min) <= day and (occupancy.pays_from or date.min) <= day
    return begun and (occupancy.until or date.max) >= day


def payer(unit: Unit, day: date) -> Resident | None:
    """Who pays the unit's bills on ``day``; None when nobody is known to."""
    return payers([unit], day).get(unit.pk)


def still_theirs(unit: Unit, day: date, now: Unit, today: date) -> bool:
    """Whether what was handed to whoever paid for ``unit`` on ``day`` is with those who pay today, for
    ``now``: the unit itself, or the one into which it went. Where nobody does, nobody has since."""
    present = payer(now, today)
    if payer(unit, day) != present:
        return False
    return present is not None or day >= left_since(now, today, pays=True)


def left_since(unit: Unit, today: date, **of: bool) -> date:
    """From when on those who had it, or paid for it, are there no more; date.min: nobody is known to
    have left."""
    left = unit.occupancies.filter(until__lt=today, **of).order_by("-until")  # type: ignore[attr-defined]
    last: date | None = left.values_list("until", flat=True).first()
    return last + timedelta(days=1) if last else date.min


@transaction.atomic
def move_in(
    unit: Unit,
    resident: Resident,
    role: str = Occupancy.Role.OWNER,
    *,
    since: date | None = None,
    pays: bool = True,
    pays_from: date | None = None,
) -> Occupancy:
    """The resident is in the unit from ``since`` (None: from before the records began).

    Raises MoveRefused when they are there already in this role, and IntegrityError across communities.
    """
    known = Occupancy.objects.filter(unit=unit, resident=resident, role=role, until__isnull=True)
    if known.exists():
        raise MoveRefused("this resident is in the unit already")
    return Occupancy.objects.create(
        community_id=unit.community_id,
        unit=unit,
        resident=resident,
        role=role,
        since=since,
        pays=pays,
        pays_from=pays_from if pays else None,
    )


@transaction.atomic
def move_out(occupancy: Occupancy, last_day: date) -> None:
    """Ends the occupancy. Its row stays, and so do the bills of its time.

    Raises MoveRefused when it ended before, or would end before it began.
    """
    row = Occupancy.objects.select_for_update().get(pk=occupancy.pk)
    if row.until is not None and row.until <= last_day:
        raise MoveRefused("this resident has moved out already")
    if row.since is not None and last_day < row.since:
        raise MoveRefused("the last day is before the first")
    row.until = last_day
    row.save(update_fields=["until"])
    occupancy.until = last_day


@transaction.atomic
def change_owner(
    unit: Unit, resident: Resident, *, since: date, pays_from: date | None = None
) -> Occupancy:
    """The unit belongs to ``resident`` from ``since``; whoever owned it until then has moved out the day
    before. Tenants stay. ``pays_from`` is the first day that the new owner pays for, ``since`` when
    None; in between nobody else pays, so the old owner's bills say until when they reach.
    """
    owners = Occupancy.objects.select_for_update().filter(
        unit=unit, role=Occupancy.Role.OWNER, until__isnull=True
    )
    for owner in owners:
        move_out(owner, since - timedelta(days=1))
    return move_in(unit, resident, since=since, pays_from=pays_from or since)


def _begins(occupancy: Occupancy) -> date:
    return occupancy.pays_from or occupancy.since or date.min
