"""Three months of sample bills up to the current one: most paid, some late; all truly posted."""

import uuid
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from server.billing.amounts import open_minor, terms_of
from server.billing.issuing import issue_period
from server.billing.models import Bill, Meter, MeterReading
from server.billing.periods import period_of, previous_period
from server.billing.settlement import Part, receive_as_credit, settle
from server.billing.unit_accounts import credit_minor
from server.estate.models import Community, Unit

PERIODS = 3
ALL_OPEN, ALL_PAID, NEVER_BILLED, WITH_CREDIT = "3-2-1201", "3-2-1202", "3-2-2502", "3-2-1102"
SAMPLE_CREDIT_MINOR = 5_600
CASH_DESK = "desk"


def periods_until(today: date) -> list[str]:
    """The periods that are billed, oldest first; the last is today's month."""
    periods = [period_of(today)]
    while len(periods) < PERIODS:
        periods.insert(0, previous_period(periods[0]))
    return periods


def first_day(period: str) -> date:
    return date(int(period[:4]), int(period[5:]), 1)


def due_date(period: str) -> date:
    """The last day of the month after: of three open bills, one is late on any day."""
    return first_day(_next(_next(period))) - timedelta(days=1)


def create_bills(community: Community, today: date, random: Random) -> None:
    _read_meters(community, periods_until(today), random)
    billed = community.units.exclude(code=NEVER_BILLED).select_related("building", "community")
    for period in periods_until(today):
        day = first_day(period)
        issue_period(
            community, period, issued_on=day, due=due_date(period), at=_noon(day), units=billed
        )
    for unit in billed.order_by("pk"):
        _pay(unit, _periods_left_open(unit, random), today, random)
    unit = community.units.get(code=WITH_CREDIT)
    if not credit_minor(unit):
        receive_as_credit(
            unit,
            SAMPLE_CREDIT_MINOR,
            method=CASH_DESK,
            payment_id=_payment_id(random),
            at=_noon(today - timedelta(days=1)),
        )


def _periods_left_open(unit: Unit, random: Random) -> int:
    """How many of the newest bills are not paid yet."""
    left_open = random.choices((0, 1, 2, 3), weights=(25, 50, 15, 10))[0]
    return {ALL_OPEN: PERIODS, ALL_PAID: 0, WITH_CREDIT: 1}.get(unit.code, left_open)


def _pay(unit: Unit, left_open: int, today: date, random: Random) -> None:
    bills = list(Bill.objects.filter(unit=unit).order_by("period").select_related("unit"))
    terms = terms_of(unit.community_id)
    for bill in bills[: len(bills) - left_open]:
        latest = min(today, bill.due + timedelta(days=12))
        span = max(0, (latest - bill.issued_on).days)
        paid_on = bill.issued_on + timedelta(days=random.randint(0, span))
        settle(
            unit,
            [Part(bill, open_minor(bill, paid_on, terms))],
            method=CASH_DESK,
            payment_id=_payment_id(random),
            paid_on=paid_on,
            at=_noon(paid_on),
        )


def _read_meters(community: Community, periods: list[str], random: Random) -> None:
    """Each counter on the last day of the month before its period; the first is where it began."""
    readings = []
    for meter in Meter.objects.filter(community=community).select_related("building"):
        known = (meter.building.code, meter.entrance) == ("3", "2")
        used = [random.randrange(900, 1_400) for _ in periods]
        start = random.randrange(8_000, 30_000)
        if known:  # the newest bill of 3-2-1201 says 18,204 to 19,391
            used[-1] = 1_187
            start = 18_204 - sum(used[:-1])
        counter = start
        for period, kwh in zip([previous_period(periods[0]), *periods], [0, *used], strict=True):
            counter += kwh
            readings.append(
                MeterReading(
                    community=community,
                    meter=meter,
                    period=period,
                    counter=Decimal(counter),
                    read_on=first_day(period) - timedelta(days=1),
                )
            )
    MeterReading.objects.bulk_create(readings)


def _next(period: str) -> str:
    return period_of(first_day(period) + timedelta(days=32))


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def _payment_id(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))
