"""The alerts that a person may see, as a list and as one page. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from contract.business_day import local_time
from contract.messages import Text
from server.alerts.models import Alert
from server.fleet.models import Kiosk
from server.language import chosen
from server.on_call.kinds import GROUPS, group_of, kinds_of, remedy_of
from server.on_call.models import Comment, Handling, Message, MessageState
from server.staff import audit, scope
from server.staff.act_names import act_name
from server.staff.roles import Area

MESSAGES_MAX = 300
STATES = ("open", "mine", "silenced", "ended", "all")
_AREAS = (Area.KIOSKS, Area.PAYMENTS, Area.METERS, Area.SERVICE)
_BAD = ("site", "no_money", "many", "silent", "device", "callback")


def visible(user: Any) -> QuerySet[Alert]:
    """Those of the communities, and of the areas, that the person may look at."""
    found = Q(pk__in=())
    for area in _AREAS:
        kinds = kinds_of({area})
        of_area = Q(kind__in=kinds)
        if area is Area.PAYMENTS:
            of_area |= ~Q(kind__in=kinds_of(set(_AREAS)))
        where = scope.sees(user, area)
        found |= of_area if where is None else of_area & Q(community__in=where)
    rows = scope.visible(user, Alert).filter(found)
    return rows.select_related("community", "handling__assigned_to", "part_of")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person wants to see; empty: all."""

    state: str = "open"
    group: str = ""
    community: str = ""
    words: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Asked":
        state, group = given.get("state", "open"), given.get("group", "")
        return cls(
            state if state in STATES else "open",
            group if group in GROUPS else "",
            given.get("community", "").replace("\0", "")[:40],
            given.get("q", "").replace("\0", "")[:60],
        )


def narrowed(rows: QuerySet[Alert], asked: Asked, user: Any, now: datetime) -> QuerySet[Alert]:
    silenced = Q(handling__silenced_until__gt=now)
    states = {
        "open": Q(resolved_at=None, part_of=None),
        "mine": Q(resolved_at=None, handling__assigned_to=user.pk),
        "silenced": Q(resolved_at=None) & silenced,
        "ended": Q(resolved_at__isnull=False),
        "all": Q(),
    }
    rows = rows.filter(states[asked.state])
    if asked.group:
        rows = rows.filter(kind__in=GROUPS[asked.group].kinds)
    if asked.community:
        rows = rows.filter(community__code=asked.community)
    for word in asked.words.split():
        rows = rows.filter(
            Q(kiosk_code__iexact=word) | Q(text_zh__icontains=word) | Q(text_en__icontains=word)
        )
    return rows.order_by("-raised_at", "-pk")


@dataclass(frozen=True, slots=True)
class Row:
    """An alert on a page. ``state``: open, acknowledged, silenced, passing, part or ended."""

    alert: Alert
    group: Any
    state: str
    tone: str
    since: str
    ended: str
    handling: Handling | None

    @property
    def names_group(self) -> bool:
        """Where the alert does not say the same."""
        return str(self.group) != chosen(self.alert.text)


def row(alert: Alert, now: datetime) -> Row:
    handling = getattr(alert, "handling", None)
    state = _state(alert, handling, now)
    group = group_of(alert.kind)
    urgent = any(GROUPS[name] is group for name in _BAD)
    tone = "bad" if urgent and state == "open" else "attention"
    return Row(
        alert=alert,
        group=group.name,
        state=state,
        tone="good" if state == "ended" else tone,
        since=shown(alert.raised_at, alert),
        ended=shown(alert.resolved_at, alert),
        handling=handling,
    )


def _state(alert: Alert, handling: Handling | None, now: datetime) -> str:
    if alert.resolved_at is not None:
        return "ended"
    if alert.part_of_id is not None:
        return "part"
    if alert.cured_at is not None:
        return "passing"
    if handling is not None and handling.acknowledged_at is not None:
        return "acknowledged"
    if handling is not None and handling.silenced_until and handling.silenced_until > now:
        return "silenced"
    return "open"


@dataclass(frozen=True, slots=True)
class Happening:
    """``message`` is None for what is no message."""

    at: datetime
    shown: str
    what: str
    by: str = ""
    words: str = ""
    message: Message | None = None
    tone: str = ""


def timeline(alert: Alert) -> list[Happening]:
    """Messages, acts and comments, the oldest first; of the messages the newest ``MESSAGES_MAX``."""
    found = []
    rows = Message.objects.filter(alert=alert).select_related("address")
    for message in rows.order_by("-made_at", "-pk")[:MESSAGES_MAX]:
        found.append(
            Happening(
                message.made_at,
                shown(message.made_at, alert),
                message.get_purpose_display(),
                message.person_name,
                message=message,
                tone=_TONES.get(message.state, ""),
            )
        )
    comments = {(c.at, c.person_name): c.text for c in Comment.objects.filter(alert=alert)}
    for act in audit.acts_on(("alert", str(alert.pk))):
        words = comments.get((act.at, act.person_name), "") or act.reason
        if act.act == "alert_assigned":
            words = str(act.after.get("to", ""))
        name = act_name(act.act)
        found.append(Happening(act.at, shown(act.at, alert), name, act.person_name, words))
    return sorted(found, key=lambda one: (one.at, one.message.pk if one.message else 0))


def messages_beyond(alert: Alert) -> int:
    """How many messages are older than those of ``timeline``."""
    return max(0, Message.objects.filter(alert=alert).count() - MESSAGES_MAX)


_TONES = {
    MessageState.SENT: "good",
    MessageState.DELIVERED: "good",
    MessageState.REFUSED: "bad",
    MessageState.FAILED: "bad",
    MessageState.SENDING: "attention",
    MessageState.WAITING: "attention",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What more is known of the cause: the devices' own words, the kiosks that are meant."""

    remedy: Any
    device_remedy: Text | None
    faults: list[Text]
    kiosks: list[tuple[str, str, str]]  # code, address of its page, where it stands
    more: int
    parts: list[Alert]


def known_of(alert: Alert, may_see_kiosks: bool) -> Known:
    details = alert.details if isinstance(alert.details, dict) else {}
    codes = [alert.kiosk_code] if alert.kiosk_code else _texts(details.get("kiosks"))
    rows = Kiosk.objects.filter(community=alert.community_id, code__in=codes)
    known = {kiosk.code: kiosk for kiosk in rows}
    places = {code: chosen(kiosk.location) for code, kiosk in known.items()}
    pages = {
        code: reverse("fleet_kiosk", args=[kiosk.pk])
        for code, kiosk in known.items()
        if may_see_kiosks
    }
    of_all = details.get("silent", details.get("count", len(codes)))
    faults = details.get("faults")
    return Known(
        remedy=remedy_of(alert.kind),
        device_remedy=_text(details.get("remedy")),
        faults=[
            text for one in (faults if isinstance(faults, list) else []) if (text := _text(one))
        ],
        kiosks=[(code, pages.get(code, ""), places.get(code, "")) for code in codes],
        more=max(0, of_all - len(codes)) if isinstance(of_all, int) else 0,
        parts=list(Alert.objects.filter(part_of=alert, resolved_at=None).order_by("pk")[:50]),
    )


def _texts(told: Any) -> list[str]:
    return [str(one) for one in told] if isinstance(told, list) else []


def _text(told: Any) -> Text | None:
    if not isinstance(told, dict):
        return None
    zh, en = str(told.get("zh", "")), str(told.get("en", ""))
    return Text(zh=zh or en, en=en or zh) if zh or en else None


def shown(at: datetime | None, alert: Alert) -> str:
    """On the community's clocks."""
    return f"{local_time(at, alert.community.time_zone):%m-%d %H:%M}" if at is not None else ""
