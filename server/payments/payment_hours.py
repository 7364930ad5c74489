"""Sums of kiosks' payments by the hour of their community's calendar, for reports. Reads only.

What was paid out of a unit's credit came in before, and is no taking.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncHour

from contract.business_day import business_day, day_begins, local_time, zone
from contract.messages import Method, PaymentState
from server.estate.models import Community
from server.payments.models import PaymentOrder

_OPEN = [state.value for state in PaymentState if not state.final]


@dataclass(frozen=True, slots=True)
class PaidHour:
    """Of one kiosk. Minor units; ``refunded_minor`` is what went back of what was paid in this hour,
    whenever it did. ``begun`` and what became of it count by when the payment was begun."""

    community: int
    kiosk: str  # its code
    day: date
    hour: int
    paid: int = 0
    taken_minor: int = 0
    refunded_minor: int = 0
    begun: int = 0
    succeeded: int = 0
    reversed: int = 0
    in_doubt: int = 0


def hours(
    communities: list[Community], first: date, last: date, kiosk: str = ""
) -> Iterator[PaidHour]:
    """From the first day to the last, both whole; of one kiosk's code, or of all. Two questions for each
    time zone."""
    zones: dict[str, list[int]] = defaultdict(list)
    for community in communities:
        zones[community.time_zone].append(community.pk)
    for name, those in zones.items():
        begin, end = day_begins(first, name), day_begins(last + timedelta(days=1), name)
        orders = PaymentOrder.objects.filter(community__in=those).order_by()
        orders = orders.exclude(method=Method.CREDIT).exclude(kiosk_code="")
        if kiosk:
            orders = orders.filter(kiosk_code=kiosk)
        yield from _paid(orders, begin, end, name)
        yield from _begun(orders, begin, end, name)


def _paid(
    orders: QuerySet[PaymentOrder], begin: datetime, end: datetime, name: str
) -> Iterator[PaidHour]:
    rows = orders.filter(paid_at__gte=begin, paid_at__lt=end)
    sums = {
        "paid": Count("pk"),
        "taken_minor": Sum("captured_minor"),
        "refunded_minor": Sum("refunded_minor"),
    }
    yield from _by_hour(rows, "paid_at", name, sums)


def _begun(
    orders: QuerySet[PaymentOrder], begin: datetime, end: datetime, name: str
) -> Iterator[PaidHour]:
    rows = orders.filter(created_at__gte=begin, created_at__lt=end)
    sums = {
        "begun": Count("pk"),
        "succeeded": Count("pk", filter=Q(state=PaymentState.APPROVED.value)),
        "reversed": Count("pk", filter=Q(state=PaymentState.REVERSED.value)),
        "in_doubt": Count("pk", filter=Q(state__in=_OPEN)),
    }
    yield from _by_hour(rows, "created_at", name, sums)


def _by_hour(
    rows: QuerySet[PaymentOrder], field: str, name: str, sums: dict[str, Count | Sum]
) -> Iterator[PaidHour]:
    hourly = rows.annotate(hourly=TruncHour(field, tzinfo=zone(name)))
    keys = ("community", "kiosk_code", "hourly")
    for row in hourly.values(*keys).annotate(**sums):
        at = local_time(row.pop("hourly"), name)
        where = {"community": row.pop("community"), "kiosk": row.pop("kiosk_code")}
        yield PaidHour(**where, day=business_day(at, name), hour=at.hour, **row)
