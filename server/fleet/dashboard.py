"""What staff see of the fleet right now, put together from kiosks and payments. Reads only."""

import logging
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from contract.business_day import business_day, zone
from contract.heartbeat import LATE_S, ConditionReport, DeviceReport, Heartbeat
from contract.messages import Method, Text
from contract.methods import METHODS
from contract.money import Money
from server.alerts.models import Alert
from server.estate.models import Community
from server.fleet import texts
from server.fleet.models import Kiosk
from server.payments import reports

ALERTS_SHOWN_MAX = 20
_TONES = ("good", "attention", "bad")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ConditionView:
    tone: str
    what: Text
    remedy: Text | None
    code: str


@dataclass(frozen=True)
class DeviceView:
    name: str | Promise
    driver: str
    simulated: bool
    tone: str
    conditions: list[ConditionView]


@dataclass(frozen=True)
class Taking:
    method: Text
    amount: str


@dataclass(frozen=True)
class KioskView:
    """``tone`` is the worst of all: good, attention or bad. ``late`` means what is shown is old."""

    code: str
    location: Text
    tone: str
    late: bool
    heard: str | Promise
    state: str | Promise
    state_tone: str
    advice: str | Promise | None
    offered: list[str | Promise]  # what residents can do there now
    devices: list[DeviceView]
    takings: list[Taking]
    total: str
    open_payments: int
    waiting_entries: int
    software: str


@dataclass(frozen=True)
class CommunityView:
    name: Text
    test: bool
    kiosks: list[KioskView]
    takings: list[Taking]
    total: str
    open_payments: int
    alerts: list[Alert]
    alerts_more: int
    zone: ZoneInfo | None
    money: bool  # whether the person may see what was taken
    unreadable: bool = False  # its own data are wrong, e.g. a zone that there is not


def overview(
    now: datetime, communities: QuerySet[Community], money: QuerySet[Community]
) -> list[CommunityView]:
    """These communities with their kiosks, as of ``now``; ``money``: those whose takings are shown."""
    shown = set(money.values_list("pk", flat=True))
    return [_readable(c, now, c.pk in shown) for c in communities.order_by("code")]


def _readable(community: Community, now: datetime, money: bool) -> CommunityView:
    """One community whose data are wrong is shown as such; the others are as they are."""
    try:
        with transaction.atomic():
            return _community(community, now, money)
    except Exception:
        log.exception("community %s cannot be shown", community.code)
    return CommunityView(
        name=community.name,
        test=community.test,
        kiosks=[],
        takings=[],
        total="",
        open_payments=0,
        alerts=[],
        alerts_more=0,
        zone=None,
        money=money,
        unreadable=True,
    )


def _community(community: Community, now: datetime, money: bool) -> CommunityView:
    today = business_day(now, community.time_zone)
    takings = reports.takings(community, today)
    unresolved = reports.open_payments(community)
    kiosks = Kiosk.objects.filter(community=community).order_by("code")
    alerts = Alert.objects.filter(community=community, resolved_at=None)
    everything: dict[str, int] = {}
    for by_method in takings.values():
        for method, minor in by_method.items():
            everything[method] = everything.get(method, 0) + minor
    return CommunityView(
        name=community.name,
        test=community.test,
        kiosks=[
            _kiosk(
                kiosk,
                now,
                community.currency,
                takings.get(kiosk.code, {}),
                unresolved.get(kiosk.code, 0),
            )
            for kiosk in kiosks
        ],
        takings=_takings(everything, community.currency),
        total=_money(sum(everything.values()), community.currency),
        open_payments=sum(unresolved.values()),
        alerts=list(alerts[:ALERTS_SHOWN_MAX]),
        alerts_more=max(0, alerts.count() - ALERTS_SHOWN_MAX),
        zone=zone(community.time_zone),
        money=money,
    )


def _kiosk(
    kiosk: Kiosk, now: datetime, currency: str, takings: dict[str, int], unresolved: int
) -> KioskView:
    heartbeat = _heartbeat(kiosk)
    age_s = max(0, int((now - kiosk.heard_at).total_seconds())) if kiosk.heard_at else None
    late = kiosk.active and (age_s is None or age_s > LATE_S)
    state, advice = _state(kiosk, heartbeat, late)
    devices = [_device(device) for device in heartbeat.devices] if heartbeat else []
    waiting = max(0, heartbeat.journal_last - kiosk.journal_sequence) if heartbeat else 0
    out_of_order = heartbeat is not None and heartbeat.state == "out_of_order"
    tones = [device.tone for device in devices]
    tones.append("attention" if waiting or not kiosk.active else "good")
    tones.append("bad" if late or out_of_order or kiosk.stopped else "good")
    return KioskView(
        code=kiosk.code,
        location=kiosk.location,
        tone=max(tones, key=_TONES.index) if kiosk.active else "off",
        late=late,
        heard=texts.NEVER_HEARD if age_s is None else texts.age(age_s),
        state=state,
        state_tone=_state_tone(heartbeat, late or bool(kiosk.stopped), kiosk.active),
        advice=advice,
        offered=[texts.FLOWS[flow] for flow in heartbeat.flows] if heartbeat else [],
        devices=devices,
        takings=_takings(takings, currency),
        total=_money(sum(takings.values()), currency),
        open_payments=unresolved,
        waiting_entries=waiting,
        software=heartbeat.software if heartbeat else "",
    )


def _heartbeat(kiosk: Kiosk) -> Heartbeat | None:
    """None when there is none, or when it is of a version that this server does not know."""
    try:
        return Heartbeat.model_validate(kiosk.heartbeat) if kiosk.heartbeat else None
    except ValidationError:
        return None


def _state(
    kiosk: Kiosk, heartbeat: Heartbeat | None, late: bool
) -> tuple[str | Promise, str | Promise | None]:
    if not kiosk.active:
        return texts.SWITCHED_OFF, None
    if not kiosk.public_key:
        return texts.NEVER_PAIRED, texts.PAIR_IT
    if kiosk.stopped:
        return texts.STOPPED, texts.PAIR_AGAIN[kiosk.stopped]
    if late or heartbeat is None:
        return texts.NEVER_HEARD if heartbeat is None else _("Not heard"), texts.NOT_HEARD
    return texts.STATES[heartbeat.state], None


def _state_tone(heartbeat: Heartbeat | None, late: bool, active: bool) -> str:
    """Of the kiosk itself, apart from its devices."""
    if not active:
        return "off"
    if late or heartbeat is None or heartbeat.state == "out_of_order":
        return "bad"
    return "good"


def _device(device: DeviceReport) -> DeviceView:
    return DeviceView(
        name=texts.ROLES.get(device.role, device.role),
        driver=" ".join(part for part in (device.model, f"({device.driver})") if part),
        simulated=device.simulated,
        tone=_tone(device.level),
        conditions=[_condition(condition) for condition in device.conditions],
    )


def _condition(condition: ConditionReport) -> ConditionView:
    return ConditionView(
        tone=_tone(condition.level),
        what=_text(condition.staff) or Text(zh=condition.code, en=condition.code),
        remedy=_text(condition.remedy),
        code=condition.code,
    )


def _tone(level: str) -> str:
    return _TONES[("ok", "warning", "error").index(level)]


def _text(said: dict[str, str]) -> Text | None:
    """A device's words; where one language is missing, the other stands in."""
    zh, en = said.get("zh", ""), said.get("en", "")
    return Text(zh=zh or en, en=en or zh) if zh or en else None


def _takings(by_method: dict[str, int], currency: str) -> list[Taking]:
    return [
        Taking(METHODS[method].name, _money(by_method[method.value], currency))
        for method in Method
        if method.value in by_method
    ]


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).display("zh_CN")
