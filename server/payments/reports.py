"""Sums of payments for staff pages, of any number of communities at once. Reads only.

What was paid out of a unit's credit came in before, and is no taking.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum

from contract.business_day import business_day, day_begins
from contract.messages import Method, PaymentState
from server.estate.models import Community
from server.payments.models import PaymentOrder

Kiosk = tuple[int, str]  # community, kiosk code
Takings = dict[Kiosk, dict[str, int]]  # method -> minor units
_OPEN = [state.value for state in PaymentState if not state.final]
_TAKEN = Sum(F("captured_minor") - F("refunded_minor"))


def takings_of(communities: list[Community], codes: Collection[str], now: datetime) -> Takings:
    """What kiosks of these codes took on the present day of their community's own calendar, less what
    went back. One question for each time zone."""
    found: Takings = defaultdict(dict)
    for orders in _today(communities, now):
        rows = orders.filter(kiosk_code__in=codes).values_list("community", "kiosk_code", "method")
        for community, code, method, minor in rows.annotate(minor=_TAKEN):
            found[community, code][method] = minor
    return dict(found)


def totals(communities: list[Community], now: datetime) -> dict[str, int]:
    """What all their kiosks took today, minor units by currency. Each currency that one of them has is
    named. One question for each time zone."""
    currencies = {community.pk: community.currency for community in communities}
    found = dict.fromkeys(sorted(set(currencies.values())), 0)
    for orders in _today(communities, now):
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


def _today(communities: list[Community], now: datetime) -> Iterator[QuerySet[PaymentOrder]]:
    """What was paid today, zone by zone."""
    zones: dict[str, list[int]] = defaultdict(list)
    for community in communities:
        zones[community.time_zone].append(community.pk)
    for zone, those in zones.items():
        day = business_day(now, zone)
        begin, end = day_begins(day, zone), day_begins(day + timedelta(days=1), zone)
        paid = Q(paid_at__gte=begin, paid_at__lt=end)
        orders = PaymentOrder.objects.filter(paid, community__in=those).order_by()
        yield orders.exclude(method=Method.CREDIT)
