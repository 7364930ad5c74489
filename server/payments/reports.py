"""Sums of payments for staff pages. Reads only."""

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import F, Sum

from contract.business_day import day_begins
from contract.messages import Method, PaymentState
from server.estate.models import Community
from server.payments.models import PaymentOrder

Takings = dict[str, dict[str, int]]  # kiosk code -> method -> minor units


def takings(community: Community, day: date) -> Takings:
    """What each kiosk took on a day of the community's own calendar, less what went back. What was paid
    out of credit came in before, and is no taking."""
    begin = day_begins(day, community.time_zone)
    end = day_begins(day + timedelta(days=1), community.time_zone)
    rows = (
        PaymentOrder.objects.filter(community=community, paid_at__gte=begin, paid_at__lt=end)
        .exclude(method=Method.CREDIT)
        .order_by()
        .values_list("kiosk_code", "method")
        .annotate(minor=Sum(F("captured_minor") - F("refunded_minor")))
    )
    found: Takings = defaultdict(dict)
    for kiosk_code, method, minor in rows:
        found[kiosk_code][method] = minor
    return dict(found)


def open_payments(community: Community) -> dict[str, int]:
    """How many payments of each kiosk have no known end yet."""
    open_states = [s.value for s in PaymentState if not s.final]
    counts: dict[str, int] = defaultdict(int)
    orders = PaymentOrder.objects.filter(community=community, state__in=open_states)
    for kiosk_code in orders.values_list("kiosk_code", flat=True):
        counts[kiosk_code] += 1
    return dict(counts)
