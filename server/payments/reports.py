"""Sums of payments for staff pages, of any number of communities at once. Reads only.

What was paid out of a unit's credit came in before, and is no taking.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum

from contract.business_day import business_day, day_begins
from contract.messages import Method, PaymentState
from server.estate.models import Community
from server.payments.models import PaymentOrder

Kiosk = tuple[int, str]  # community, kiosk code
Takings = dict[Kiosk, dict[str, int]]  # method -> minor units
_OPEN = [state.value for state in PaymentState if not state.final]
_FAILED = [s.value for s in PaymentState if s.final and s is not PaymentState.APPROVED]
_TAKEN = Sum(F("captured_minor") - F("refunded_minor"))


@dataclass(frozen=True, slots=True)
class Tries:
    """Payments that were begun and have ended; ``failed``: of them those without money."""

    ended: int
    failed: int


def takings_of(
    communities: list[Community], codes: Collection[str] | None, now: datetime
) -> Takings:
    """What kiosks of these codes, or all, took on the present day of their community's own calendar,
    less what went back. One question for each time zone."""
    found: Takings = defaultdict(dict)
    for orders in _today(communities, now, "paid_at"):
        rows = _of(orders, codes).values_list("community", "kiosk_code", "method")
        for community, code, method, minor in rows.annotate(minor=_TAKEN):
            found[community, code][method] = minor
    return dict(found)


def tries_of(
    communities: list[Community], codes: Collection[str] | None, now: datetime
) -> dict[Kiosk, Tries]:
    """Of kiosks of these codes, or all: the payments begun today that have ended. One question for each
    time zone."""
    found = {}
    for orders in _today(communities, now, "created_at"):
        rows = _of(orders, codes).exclude(state__in=_OPEN).values_list("community", "kiosk_code")
        counts = rows.annotate(Count("pk"), failed=Count("pk", filter=Q(state__in=_FAILED)))
        for community, code, ended, failed in counts:
            found[community, code] = Tries(ended, failed)
    return found


def totals(communities: list[Community], now: datetime) -> dict[str, int]:
    """What all their kiosks took today, minor units by currency. Each currency that one of them has is
    named. One question for each time zone."""
    currencies = {community.pk: community.currency for community in communities}
    found = dict.fromkeys(sorted(set(currencies.values())), 0)
    for orders in _today(communities, now, "paid_at"):
        for community, minor in orders.values_list("community").annotate(minor=_TAKEN):
            found[currencies[community]] += minor
    return found


def open_of(communities: list[Community], codes: Collection[str]) -> dict[Kiosk, int]:
    """How many payments of each of these kiosks have no known end yet."""
    orders = _open(communities).filter(kiosk_code__in=codes)
    rows = orders.values_list("community", "kiosk_code").annotate(Count("pk"))
    return {(community, code): count for community, code, count in rows}


def open_in_all(communities: list[Community]) -> int:
    """How many payments there have no known end yet."""
    return _open(communities).count()


def _open(communities: list[Community]) -> QuerySet[PaymentOrder]:
    return PaymentOrder.objects.filter(community__in=communities, state__in=_OPEN).order_by()


def _of(orders: QuerySet[PaymentOrder], codes: Collection[str] | None) -> QuerySet[PaymentOrder]:
    return orders.exclude(kiosk_code="") if codes is None else orders.filter(kiosk_code__in=codes)


def _today(
    communities: list[Community], now: datetime, field: str
) -> Iterator[QuerySet[PaymentOrder]]:
    """The payments whose time of this name lies in today, zone by zone."""
    zones: dict[str, list[int]] = defaultdict(list)
    for community in communities:
        zones[community.time_zone].append(community.pk)
    for zone, those in zones.items():
        day = business_day(now, zone)
        begin, end = day_begins(day, zone), day_begins(day + timedelta(days=1), zone)
        today = {f"{field}__gte": begin, f"{field}__lt": end, "community__in": those}
        yield PaymentOrder.objects.filter(**today).order_by().exclude(method=Method.CREDIT)
