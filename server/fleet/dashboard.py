"""What staff see of one kiosk right now: its state, devices with remedies, takings. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from contract.heartbeat import LATE_S, ConditionReport, DeviceReport, Heartbeat
from contract.messages import Method, Text
from contract.methods import METHODS
from contract.money import Money
from server.fleet import texts
from server.fleet.models import Condition, Kiosk
from server.language import of_page

_TONES = ("good", "attention", "bad")


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


def kiosk_view(
    kiosk: Kiosk, now: datetime, currency: str, takings: dict[str, int], unresolved: int
) -> KioskView:
    """``takings``: minor units of today by method; ``unresolved``: payments without a known end."""
    heartbeat = heartbeat_of(kiosk)
    age_s = max(0, int((now - kiosk.heard_at).total_seconds())) if kiosk.heard_at else None
    late = kiosk.active and (age_s is None or age_s > LATE_S)
    state, advice = _state(kiosk, heartbeat, late)
    devices = [device_view(device) for device in heartbeat.devices] if heartbeat else []
    waiting = max(0, heartbeat.journal_last - kiosk.journal_sequence) if heartbeat else 0
    out_of_order = heartbeat is not None and heartbeat.state == "out_of_order"
    tones = [device.tone for device in devices]
    tones.append("attention" if waiting or not kiosk.active else "good")
    silent_or_still = late or bool(kiosk.stopped) or kiosk.condition == Condition.STILL
    tones.append("bad" if silent_or_still or out_of_order else "good")
    return KioskView(
        code=kiosk.code,
        location=kiosk.location,
        tone=max(tones, key=_TONES.index) if kiosk.active else "off",
        late=late,
        heard=texts.NEVER_HEARD if age_s is None else texts.age(age_s),
        state=state,
        state_tone=_state_tone(heartbeat, silent_or_still, kiosk.active),
        advice=advice,
        offered=[texts.FLOWS[flow] for flow in heartbeat.flows] if heartbeat else [],
        devices=devices,
        takings=_takings(takings, currency),
        total=money(sum(takings.values()), currency),
        open_payments=unresolved,
        waiting_entries=waiting,
        software=heartbeat.software if heartbeat else "",
    )


def heartbeat_of(kiosk: Kiosk) -> Heartbeat | None:
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
    if kiosk.condition == Condition.STILL:
        return texts.STATES[heartbeat.state], texts.STILL
    if heartbeat.closed and heartbeat.state != "in_session":
        return texts.CLOSED[heartbeat.closed], None
    return texts.STATES[heartbeat.state], None


def _state_tone(heartbeat: Heartbeat | None, late: bool, active: bool) -> str:
    """Of the kiosk itself, apart from its devices."""
    if not active:
        return "off"
    if late or heartbeat is None or heartbeat.state == "out_of_order":
        return "bad"
    return "good"


def device_view(device: DeviceReport) -> DeviceView:
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
        Taking(METHODS[method].name, money(by_method[method.value], currency))
        for method in Method
        if method.value in by_method
    ]


def money(minor: int, currency: str) -> str:
    return Money(minor, currency).display(of_page())
