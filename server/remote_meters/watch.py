"""Watches over remote meters: readings that are refused, and meters of which nothing is heard any more.

One open alert for each provider and kind, which names some of the meters; it is over by itself once none
is left.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max

from server.alerts import raising
from server.billing.meters import Meter
from server.remote_meters.models import HeardMeter, MeterKey

REFUSED, SILENT = "meter_readings_refused", "meters_silent"
NAMED_MAX = 12


def heard(key: MeterKey, meter: Meter, at: datetime, refusal: str = "") -> None:
    """A reading came, and was refused for a reason or not; within the transaction that takes it."""
    HeardMeter.objects.update_or_create(
        meter=meter,
        provider=key.provider,
        defaults={
            "community_id": key.community_id,
            "heard_at": at,
            "refusal": refusal[:200],
            "unknown_code": "",
        },
    )
    _tell_refused(key.community_id, key.provider, at)


def unknown(key: MeterKey, code: str, at: datetime) -> None:
    """The provider names a meter that there is not: the last one of them is kept."""
    HeardMeter.objects.update_or_create(
        meter=None,
        provider=key.provider,
        community_id=key.community_id,
        defaults={"heard_at": at, "refusal": "unknown meter", "unknown_code": code[:30]},
    )
    _tell_refused(key.community_id, key.provider, at)


def look(now: datetime) -> None:
    """Every minute: which meters have been silent for longer than their provider's contract says."""
    good = MeterKey.objects.filter(revoked_at=None).order_by()
    found: set[tuple[int, str]] = set()
    for row in good.values("community", "provider").annotate(days=Max("silent_days")):
        community, provider = row["community"], row["provider"]
        found.add((community, provider))
        silent = _rows(community, provider).filter(
            meter__removed_on=None, heard_at__lt=now - timedelta(days=row["days"])
        )
        names = silent.order_by("heard_at").values_list("meter__code", flat=True)
        _tell(community, SILENT, provider, list(names), now, days=row["days"])
    for alert in _open(SILENT).values_list("community", "subject"):
        if alert not in found:  # the provider's keys were revoked
            raising.resolve_one(alert[0], SILENT, alert[1], now)


def _tell_refused(community: int, provider: str, at: datetime) -> None:
    rows = HeardMeter.objects.filter(community=community, provider=provider).exclude(refusal="")
    names = rows.annotate(code=F("meter__code")).order_by("-heard_at")
    told = [f"{row.code or row.unknown_code}: {row.refusal}" for row in names[: NAMED_MAX + 1]]
    _tell(community, REFUSED, provider, told, at)


def _tell(
    community: int, kind: str, provider: str, names: list[str], at: datetime, **more: Any
) -> None:
    if not names:
        raising.resolve_one(community, kind, provider, at)
        return
    details = {"provider": provider, "meters": names[:NAMED_MAX], **more}
    if len(names) > NAMED_MAX:
        details["more"] = True
    raising.keep_up(community, kind, provider, at, kiosk_code="", **details)


def _rows(community: int, provider: str) -> Any:
    return HeardMeter.objects.filter(community=community, provider=provider, meter__isnull=False)


def _open(kind: str) -> Any:
    from server.alerts.models import Alert

    return Alert.objects.filter(kind=kind, resolved_at=None)
