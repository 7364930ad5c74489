"""What becomes of a reading that a remote meter sends. In whatever order readings come and however often,
the same is kept: of each month the last one.

A month's reading is the newest of its days. One that would need a guess (the counter went back, and it
is no meter at the end of its digits) is refused; one that jumps is kept and waits for staff.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from django.db import transaction
from django.utils import translation

from contract.business_day import business_day
from server.billing.meters import Meter, MeterReading
from server.billing.periods import period_of
from server.billing.readings import Counted, ReadingRefused, take
from server.language import ENGLISH
from server.remote_meters import watch
from server.remote_meters.models import MeterKey
from server.staff.people import Person

REASON = "sent by a remote meter"
AHEAD_MAX = timedelta(hours=24)  # clocks of meters differ
_NEAR = Decimal(
    "0.1"
)  # of all its counters: as near its end a counter begins again, as near nought


class Outcome(StrEnum):
    TAKEN = "taken"
    UNCHANGED = "unchanged"
    OLDER = "older"  # than what is kept of its month: left aside
    IN_REVIEW = "in_review"  # kept; nothing is charged by it until staff have looked
    UNKNOWN_METER = "unknown_meter"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Sent:
    """``replaced``: the old meter's last counter and the new one's first, since the reading before."""

    meter: str
    counter: Decimal
    read_at: datetime
    replaced: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """``message``: why it was refused, in English, for the provider's engineers."""

    outcome: Outcome
    message: str = ""


@transaction.atomic
def receive(key: MeterKey, sent: Sent, at: datetime) -> Result:
    """Takes one reading of a meter of the key's community. May be repeated. Staff are told of what was
    refused, until a reading of the meter is taken (``watch``)."""
    meters = Meter.objects.select_for_update(of=("self",)).filter(community=key.community_id)
    meter = meters.filter(code=sent.meter).first()
    if meter is None:
        watch.unknown(key, sent.meter, at)
        return Result(Outcome.UNKNOWN_METER)
    result = _taken(key, meter, sent, at)
    watch.heard(key, meter, at, result.message)
    return result


def _taken(key: MeterKey, meter: Meter, sent: Sent, at: datetime) -> Result:
    if sent.read_at > at + AHEAD_MAX:
        return Result(Outcome.REFUSED, "read_at lies in the future")
    read_on = business_day(sent.read_at, key.community.time_zone)
    if meter.removed_on is not None and read_on > meter.removed_on:
        return Result(Outcome.REFUSED, "the meter was taken out before that day")
    period = period_of(read_on)
    known = MeterReading.objects.filter(meter=meter, period=period).first()
    old_final, new_first = sent.replaced or (None, None)
    rolled = sent.replaced is None and _begins_again(meter, period, sent.counter)
    counted = Counted(sent.counter, read_on, rolled, old_final, new_first)
    if known is not None and not known.estimated and not _is_later(counted, known):
        same = (known.read_on, known.counter) == (counted.read_on, counted.counter)
        return Result(Outcome.UNCHANGED if same else Outcome.OLDER)
    try:
        with translation.override(ENGLISH), transaction.atomic():
            later = _next_to_mend(meter, period, sent.counter)
            if later is not None and later[1].rolled_over:
                take(meter, *later, Person(key.provider), REASON, at=at)
            row, changed = take(meter, period, counted, Person(key.provider), REASON, at=at)
            if later is not None and not later[1].rolled_over:  # true only once this one stands
                take(meter, *later, Person(key.provider), REASON, at=at)
    except ReadingRefused as refused:
        with translation.override(ENGLISH):
            return Result(Outcome.REFUSED, str(refused.said))
    if row.in_review:
        return Result(Outcome.IN_REVIEW)
    return Result(Outcome.TAKEN if changed else Outcome.UNCHANGED)


def _is_later(counted: Counted, known: MeterReading) -> bool:
    """Of one day the reading counts that comes later in a meter's life: that of the new meter, that after
    its last digit, else the greater one."""

    def place(read: Counted | MeterReading) -> tuple[object, ...]:
        return read.read_on, read.new_first is not None, read.rolled_over, read.counter

    return place(counted) > place(known)


def _begins_again(meter: Meter, period: str, counter: Decimal) -> bool:
    """Whether it went past its last digit since the period before: only where it was near its end then
    and is near nought now. Anything else went back, and nobody guesses why."""
    earlier = MeterReading.objects.filter(meter=meter, period__lt=period)
    before = earlier.order_by("-period").first()
    return before is not None and _went_round(meter, before.counter, counter)


def _went_round(meter: Meter, before: Decimal, counter: Decimal) -> bool:
    if meter.digits is None or counter >= before:
        return False
    whole = Decimal(10) ** meter.digits
    return before >= whole * (1 - _NEAR) and counter <= whole * _NEAR


def _next_to_mend(meter: Meter, period: str, counter: Decimal) -> tuple[str, Counted] | None:
    """The next period's reading may have come first, and said of another one before it whether it went
    past its last digit: that period, and what is true of it now. None where nothing changes."""
    later = MeterReading.objects.filter(meter=meter, period__gt=period).order_by("period").first()
    if later is None or later.new_first is not None:
        return None
    rolled = later.counter < counter and (
        later.rolled_over or _went_round(meter, counter, later.counter)
    )
    if rolled == later.rolled_over:
        return None
    return later.period, Counted(later.counter, later.read_on, rolled, estimated=later.estimated)
