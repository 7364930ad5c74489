"""Meter readings as they come: from a walk through a building, a file, a remote meter. The one way in.

A reading of a period may come again: the same changes nothing, another replaces it as long as no bill has
charged it. One that jumps implausibly is kept and waits for staff; nothing is charged by it until then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from server.billing.meter_facts import between
from server.billing.meters import FormerMeterUnit, Meter, MeterReading, MeterScope
from server.billing.models import BillLine, BillState
from server.billing.rules.facts import PeriodFacts
from server.staff import audit
from server.staff.people import Person

LOOKED_BACK = 3  # periods by which a jump is judged and a missing reading is estimated
JUMP, JUMP_LEAST = Decimal(3), Decimal(50)  # times the usual use, and never below so many units
ESTIMATED = "estimated from the last periods"


class ReadingRefused(Exception):
    """The reading cannot be taken as it is; ``said`` is why, for staff."""

    def __init__(self, said: object) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True, slots=True)
class Counted:
    """What somebody read. ``old_final`` and ``new_first``: the meter was replaced since the last time."""

    counter: Decimal
    read_on: date
    rolled_over: bool = False
    old_final: Decimal | None = None
    new_first: Decimal | None = None
    estimated: bool = False


@transaction.atomic
def take(
    meter: Meter,
    period: str,
    counted: Counted,
    person: Person,
    reason: str,
    *,
    at: datetime,
    looked_at: bool = False,
) -> tuple[MeterReading, bool]:
    """The reading as it is kept, and whether anything changed. ``looked_at``: staff know that it jumps.

    Raises ReadingRefused (it went back, was charged already), ReasonMissing.
    """
    Meter.objects.select_for_update().get(pk=meter.pk)
    known = MeterReading.objects.filter(meter=meter, period=period).first()
    row = known or MeterReading(community_id=meter.community_id, meter=meter, period=period)
    before = _shown(row) if known else None
    fields = ("counter", "read_on", "rolled_over", "old_final", "new_first", "estimated")
    for field in fields:
        setattr(row, field, getattr(counted, field))
    row.in_review = not looked_at and jumps(meter, row)
    if known and before == _shown(row):
        return row, False
    if known and charged(row):
        raise ReadingRefused(_("Bills have charged this reading; void them first"))
    try:
        row.full_clean()
    except ValidationError as wrong:
        raise ReadingRefused("; ".join(wrong.messages)) from wrong
    row.save()
    audit.record(
        meter.community_id,
        person,
        "meter_read",
        ("meter", f"{meter.pk}"),
        reason,
        at,
        before=before,
        after=_shown(row) | {"period": period},
    )
    return row, True


def jumps(meter: Meter, reading: MeterReading) -> bool:
    """Whether it says that far more was used than usual."""
    uses = last_uses(meter, reading.period)
    before = _before(meter, reading.period)
    if not uses or before is None:
        return False
    used = between(meter, (before.counter, before.read_on), reading, Decimal(0)).used
    usual = sum(uses, Decimal(0)) / len(uses)
    return used > max(usual * JUMP, JUMP_LEAST)


def estimate(
    meters: Iterable[Meter], period: str, read_on: date, person: Person, *, at: datetime
) -> int:
    """Puts the average of the last periods where nobody read; how many. A meter without two readings
    before is left alone. A reading that comes later takes the place of the estimate."""
    made = 0
    for meter in meters:
        uses, before = last_uses(meter, period), _before(meter, period)
        there = MeterReading.objects.filter(meter=meter, period=period).exists()
        if there or not uses or before is None:
            continue
        usual = sum(uses, Decimal(0)) / len(uses) / meter.multiplier
        counter = (before.counter + usual).quantize(Decimal("0.01"))
        begins_again = meter.digits is not None and counter >= Decimal(10) ** meter.digits
        if begins_again:
            counter -= Decimal(10) ** (meter.digits or 0)
        counted = Counted(counter, read_on, rolled_over=begins_again, estimated=True)
        take(meter, period, counted, person, ESTIMATED, at=at, looked_at=True)
        made += 1
    return made


def last_uses(meter: Meter, period: str) -> list[Decimal]:
    """What was used in up to LOOKED_BACK periods before, the newest first; what went back is left out."""
    rows = list(
        MeterReading.objects.filter(meter=meter, period__lt=period).order_by("-period")[
            : LOOKED_BACK + 1
        ]
    )
    found = [
        between(meter, (old.counter, old.read_on), new, Decimal(0)).used
        for new, old in pairwise(rows)
    ]
    return [used for used in found if used >= 0]


def charged(reading: MeterReading) -> bool:
    """Whether a bill that stands was reckoned from it."""
    meter = reading.meter
    lines = BillLine.objects.filter(
        fee_item=meter.fee_item_id, bill__period=reading.period, bill__community=meter.community_id
    ).exclude(bill__state=BillState.VOID)
    if meter.scope == MeterScope.UNIT:
        last = PeriodFacts(reading.period, ()).last
        then = FormerMeterUnit.objects.filter(meter=meter, until__gte=last).order_by("until")
        whose = then.values_list("unit_id", flat=True).first() or meter.unit_id
        lines = lines.filter(bill__unit=whose)
    elif meter.building_id is not None:
        lines = lines.filter(bill__unit__building=meter.building_id)
        if meter.scope == MeterScope.ENTRANCE:
            lines = lines.filter(bill__unit__entrance=meter.entrance)
    return lines.exists()


def _before(meter: Meter, period: str) -> MeterReading | None:
    return MeterReading.objects.filter(meter=meter, period__lt=period).order_by("-period").first()


def _shown(row: MeterReading) -> dict[str, object]:
    return {
        "counter": str(Decimal(row.counter).quantize(Decimal("0.01"))),
        "read_on": row.read_on.isoformat(),
        "rolled_over": row.rolled_over,
        "old_final": None if row.old_final is None else str(row.old_final),
        "new_first": None if row.new_first is None else str(row.new_first),
        "estimated": row.estimated,
        "in_review": row.in_review,
    }
