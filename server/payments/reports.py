"""Sums of payments for staff pages, of any number of communities at once. Reads only.

What was paid out of a unit's credit came in before, and is no taking.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import Count, F, Q, QuerySet, Sum

from contract.business_day import business_day, day_begins
from contract.messages import Method, PaymentState
from server.payments.models import PaymentOrder

Kiosk = tuple[int, str]  # community, kiosk code
Takings = dict[Kiosk, dict[str, int]]  # method -> minor units
_OPEN = [state.value for state in PaymentState if not state.final]
_FAILED = [s.value for s in PaymentState if s.final and s is not PaymentState.APPROVED]
_NAMED_MAX = 200  # of communities; naming more costs more than passing over what the others have
_TAKEN = Sum(F("captured_minor") - F("refunded_minor"))


class Counted(Protocol):
    """A community, or what is needed of it: its key, currency and time zone."""

    @property
    def pk(self) -> Any: ...
    @property
    def currency(self) -> Any: ...
    @property
    def time_zone(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Tries:
    """Payments that were begun and have ended; ``failed``: of them those without money."""

    ended: int
    failed: int


def takings_of(
    communities: Sequence[Counted], codes: Collection[str] | None, now: datetime
) -> Takings:
    """What kiosks of these codes, or all, took on the present day of their community's own calendar,
    less what went back. One question for each time zone."""
    found: Takings = defaultdict(dict)
    for those, orders in _today(communities, now, "paid_at"):
        rows = _of(orders, codes).values_list("community", "kiosk_code", "method")
        for community, code, method, minor in rows.annotate(minor=_TAKEN):
            if community in those:
                found[community, code][method] = minor
    return dict(found)


def tries_of(
    communities: Sequence[Counted], codes: Collection[str] | None, now: datetime
) -> dict[Kiosk, Tries]:
    """Of kiosks of these codes, or all: the payments begun today that have ended. One question for each
    time zone."""
    found = {}
    for those, orders in _today(communities, now, "created_at"):
        rows = _of(orders, codes).exclude(state__in=_OPEN).values_list("community", "kiosk_code")
        counts = rows.annotate(Count("pk"), failed=Count("pk", filter=Q(state__in=_FAILED)))
        for community, code, ended, failed in counts:
            if community in those:
                found[community, code] = Tries(ended, failed)
    return found


def totals(communities: Sequence[Counted], now: datetime) -> dict[str, int]:
    """What all their kiosks took today, minor units by currency. Each currency that one of them has is
    named. One question for each time zone."""
    currencies = {community.pk: community.currency for community in communities}
    found = dict.fromkeys(sorted(set(currencies.values())), 0)
    for those, orders in _today(communities, now, "paid_at"):
        for community, minor in orders.values_list("community").annotate(minor=_TAKEN):
            if community in those:
                found[currencies[community]] += minor
    return found


def open_of(communities: Sequence[Counted], codes: Collection[str]) -> dict[Kiosk, int]:
    """How many payments of each of these kiosks have no known end yet."""
    those = {community.pk for community in communities}
    orders = _open(those).filter(kiosk_code__in=codes)
    rows = orders.values_list("community", "kiosk_code").annotate(Count("pk"))
    return {(community, code): count for community, code, count in rows if community in those}


def open_in_all(communities: Sequence[Counted]) -> int:
    """How many payments there have no known end yet."""
    those = {community.pk for community in communities}
    rows = _open(those).values_list("community").annotate(Count("pk"))
    return sum(count for community, count in rows if community in those)


def _open(those: set[int]) -> QuerySet[PaymentOrder]:
    """Of many communities with what others have beside them."""
    return _named(PaymentOrder.objects.filter(state__in=_OPEN).order_by(), those)


def _named(orders: QuerySet[PaymentOrder], those: set[int]) -> QuerySet[PaymentOrder]:
    return orders if len(those) > _NAMED_MAX else orders.filter(community__in=those)


def _of(orders: QuerySet[PaymentOrder], codes: Collection[str] | None) -> QuerySet[PaymentOrder]:
    return orders.exclude(kiosk_code="") if codes is None else orders.filter(kiosk_code__in=codes)


def _today(
    communities: Sequence[Counted], now: datetime, field: str
) -> Iterator[tuple[set[int], QuerySet[PaymentOrder]]]:
    """The payments whose time of this name lies in today, zone by zone, with the zone's communities; of
    many of those with what others have beside them."""
    zones: dict[str, set[int]] = defaultdict(set)
    for community in communities:
        zones[community.time_zone].add(community.pk)
    for zone, those in zones.items():
        day = business_day(now, zone)
        begin, end = day_begins(day, zone), day_begins(day + timedelta(days=1), zone)
        today = {f"{field}__gte": begin, f"{field}__lt": end}
        orders = PaymentOrder.objects.filter(**today).order_by().exclude(method=Method.CREDIT)
        yield those, _named(orders, those)
