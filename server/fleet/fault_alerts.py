"""Keeps the alerts of the fleet's faults as its state calls for: raises, holds back, and ends them.

It compares what should be open with what is, so that nothing is lost by a crash, and any number of
workers may do it. What comes and goes within minutes stays one alert.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from server.alerts.damping import seems_over, still_wrong
from server.alerts.models import Alert
from server.alerts.raising import (
    DEVICE_ERROR,
    DEVICE_WARNING,
    FAULT_AT_MANY,
    KIOSK_SILENT,
    NO_MONEY,
    SCREEN_STILL,
    SITE_SILENT,
)
from server.fleet.dashboard import heartbeat_of
from server.fleet.faults import Fault, Key, Seen, Wanted, wanted
from server.fleet.models import Kiosk
from server.fleet.states import State, classified
from server.hours.schedule import communities_out
from server.storable import storable

OF_FLEET = (
    *(SITE_SILENT, KIOSK_SILENT, SCREEN_STILL, NO_MONEY),
    *(DEVICE_ERROR, DEVICE_WARNING, FAULT_AT_MANY),
)
_SILENCES = (SITE_SILENT, KIOSK_SILENT)
# What an outage that was planned brings with it; what a device says itself is told all the same.
_OF_AN_OUTAGE = (*_SILENCES, SCREEN_STILL, NO_MONEY)
_URGENT = (State.SILENT, State.STILL, State.NO_MONEY, State.FAULT)


def look(now: datetime, *, warnings: bool = True, silence: bool = True) -> None:
    """``warnings``: whether what is needed soon is looked at too, for which many heartbeats are read.
    ``silence``: whether a silence that has no alert yet gets one; else it may be the server's own. While
    an outage lasts that was planned, none is raised for what it brings."""
    found = wanted(_troubled(now, warnings), _expected())
    kinds = [kind for kind in OF_FLEET if warnings or kind != DEVICE_WARNING]
    known = Alert.objects.filter(kind__in=kinds, resolved_at=None).order_by("pk")
    open_ones = {(a.community_id, a.kind, a.subject): a for a in known}
    planned = communities_out(now)
    for key, fault in found.alerts.items():
        new = key not in open_ones
        if new and key[0] in planned and key[1] in _OF_AN_OUTAGE:
            continue
        if key[1] in kinds and (silence or not new or key[1] not in _SILENCES):
            open_ones[key] = _wrong(open_ones.get(key), key, fault, now)
    for key, alert in open_ones.items():
        if key in found.alerts:
            continue
        by = _holder(found, alert)
        if by is not None and by in open_ones:
            _hold(alert, open_ones[by])
        elif by is None or (silence and key[0] not in planned):
            seems_over(alert, now)


def none_is_heard(now: datetime) -> bool:
    """Whether no kiosk at all is heard, of two communities or more: of one it is a site's silence."""
    fleet = Kiosk.objects.filter(standing_in_use())
    if fleet.order_by().values("community").distinct().count() < 2:
        return False
    return not classified(fleet, now).exclude(standing=State.SILENT).exists()


def _troubled(now: datetime, warnings: bool) -> Iterable[Seen]:
    states = [*_URGENT, State.ATTENTION] if warnings else _URGENT
    rows = classified(Kiosk.objects.filter(standing_in_use()), now).filter(standing__in=states)
    for kiosk in rows.order_by("community", "code").iterator(chunk_size=500):
        state = State(kiosk.standing)  # type: ignore[attr-defined]
        beat = heartbeat_of(kiosk) if state is not State.SILENT else None
        yield Seen(kiosk.community_id, kiosk.code, state, beat)


def standing_in_use() -> Q:
    """Kiosks of which something should be heard."""
    return Q(active=True) & ~Q(public_key="")


def _expected() -> dict[int, int]:
    rows = Kiosk.objects.filter(standing_in_use()).order_by().values_list("community")
    return dict(rows.annotate(Count("pk")))


def _holder(found: Wanted, alert: Alert) -> Key | None:
    own = found.held.get((alert.community_id, alert.kind, alert.subject))
    return own or found.held.get((alert.community_id, alert.kind, alert.kiosk_code))


def _wrong(alert: Alert | None, key: Key, fault: Fault, now: datetime) -> Alert:
    """It is wrong now, again or still."""
    details = storable(fault.details)
    if alert is None:
        return _raised(key, fault, details, now)
    still_wrong(alert)
    row = Alert.objects.filter(pk=alert.pk, resolved_at=None)
    if alert.details != details or alert.text != fault.text:
        row.update(details=details, text_zh=fault.text.zh, text_en=fault.text.en)
    return alert


def _raised(key: Key, fault: Fault, details: object, now: datetime) -> Alert:
    community, kind, subject = key
    values = {
        "kiosk_code": fault.kiosk_code,
        "text_zh": fault.text.zh,
        "text_en": fault.text.en,
        "details": details,
        "raised_at": now,
    }
    same = {"community_id": community, "kind": kind, "subject": subject, "resolved_at": None}
    try:
        with transaction.atomic():
            return Alert.objects.create(**same, **values)
    except IntegrityError:  # another worker was quicker
        return Alert.objects.get(**same)


def _hold(alert: Alert, by: Alert) -> None:
    if alert.part_of_id != by.pk or alert.cured_at is not None:
        Alert.objects.filter(pk=alert.pk, resolved_at=None).update(part_of=by, cured_at=None)
