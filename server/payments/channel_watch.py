"""A payment channel that does not answer, at several kiosks of a community, is one alert, which ends by
itself with the first answer, or when nobody has tried for a while."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Q

from contract.messages import Method
from contract.methods import BY_CHANNEL, METHODS
from server.alerts.damping import seems_over, still_wrong
from server.alerts.models import Alert
from server.alerts.raising import CHANNEL_FAILING, keep_up
from server.payments.models import PaymentOrder

WINDOW = timedelta(minutes=10)
FORGOTTEN = timedelta(minutes=30)
ORDERS_MIN, KIOSKS_MIN = 3, 2
ROWS_MAX = 5_000
_SILENT = "unknown"
_PHONE = "phone of "  # begins the name of the place of an order that no kiosk made: its unit's
_UNAVAILABLE = "channel_unavailable"  # of the server's own request; nothing was answered


def look(now: datetime) -> None:
    failing = _failing(now)
    for (community, method), kiosks in failing.items():
        name = METHODS[Method(method)].name
        about = {"channel": {"zh": name.zh, "en": name.en}, "kiosks": sorted(kiosks)[:20]}
        keep_up(community, CHANNEL_FAILING, method, now, kiosk_code="", **about)
    for alert in Alert.objects.filter(kind=CHANNEL_FAILING, resolved_at=None):
        key = (alert.community_id, alert.subject)
        if key in failing:
            still_wrong(alert)
        elif alert.cured_at or _answered(key, alert.raised_at) or _quiet(key, now):
            seems_over(alert, now)


def _failing(now: datetime) -> dict[tuple[int, str], set[str]]:
    """The channels whose last answers were none, at several kiosks or to phones of several units: the
    kiosks by community and method."""
    rows = PaymentOrder.objects.filter(
        ~Q(channel_responses=[]) | Q(reason=_UNAVAILABLE),
        method__in=[method.value for method in BY_CHANNEL],
        created_at__gte=now - WINDOW,
    )
    silent: dict[tuple[int, str], list[str]] = defaultdict(list)
    well = set()
    columns = ("community", "method", "kiosk_code", "unit", "channel_responses")
    for community, method, kiosk, unit, said in rows.order_by("-created_at").values_list(*columns)[
        :ROWS_MAX
    ]:
        key = (community, method)
        if key in well:
            continue
        if not said or said[-1].get("answer") == _SILENT:
            silent[key].append(kiosk or f"{_PHONE}{unit}")
        else:
            well.add(key)  # what failed before it counts no more
    return {
        key: {kiosk for kiosk in kiosks if not kiosk.startswith(_PHONE)}
        for key, kiosks in silent.items()
        if len(kiosks) >= ORDERS_MIN and len(set(kiosks)) >= KIOSKS_MIN
    }


def _answered(key: tuple[int, str], since: datetime) -> bool:
    community, method = key
    rows = PaymentOrder.objects.filter(
        community=community, method=method, changed_at__gte=since
    ).exclude(channel_responses=[])
    said = rows.order_by("-changed_at").values_list("channel_responses", flat=True)[:50]
    return any(one[-1].get("answer") != _SILENT for one in said)


def _quiet(key: tuple[int, str], now: datetime) -> bool:
    community, method = key
    return not PaymentOrder.objects.filter(
        community=community, method=method, created_at__gte=now - FORGOTTEN
    ).exists()
