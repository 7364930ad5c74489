"""What the form of an act offers and takes: whom it is asked of, what exactly, until when."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from contract.business_day import zone
from contract.kiosk_settings import TABLES
from contract.remote_acts import ActKind
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.remote_acts.models import KioskGroup
from server.remote_acts.wishes import NotPossible, deed_of
from server.staff import scope

SETTING_NAMES = {
    "look.theme": _("Theme"),
    "look.night_from": _("Night theme from"),
    "look.night_until": _("Night theme until"),
    "look.moving": _("Things move on the screen"),
    "payments.offline_card_limit_minor": _("Most by card while the server is away, in minor units"),
    "payments.offline_bills_max_age_h": _("Hours for which bills are offered without the server"),
}
THEMES = {
    "auto": _("By the clock"),
    "light": _("Light"),
    "night": _("Night"),
    "high_contrast": _("High contrast"),
}


@dataclass(frozen=True)
class Target:
    """``value`` is as the form has it: ``kiosk:ID``, ``community:CODE``, ``group:KEY``."""

    value: str
    name: str
    detail: str
    kiosks: list[Kiosk]

    @property
    def zone(self) -> ZoneInfo:
        return zone(self.kiosks[0].community.time_zone if self.kiosks else "UTC")


def kiosks_for(user: Any, kind: ActKind) -> QuerySet[Kiosk]:
    """Those that the person may ask this: paired ones."""
    where = scope.does(user, deed_of(kind))
    found = Kiosk.objects.exclude(public_key="").select_related("community").order_by("code")
    return found if where is None else found.filter(community__in=where)


def target_of(user: Any, kind: ActKind, value: str) -> Target | None:
    """None for what is not there, or not theirs to ask."""
    what, _separator, key = value.partition(":")
    kiosks = kiosks_for(user, kind)
    match what:
        case "kiosk":
            found = list(kiosks.filter(pk=_uuid(key)))
            return Target(value, found[0].code, "", found) if found else None
        case "community":
            community = Community.objects.filter(code=key).first()
            found = list(kiosks.filter(community=community)) if community else []
            return Target(value, str(community.name_zh), "", found) if community and found else None
        case "group" if key.isascii() and key.isdigit():
            group = KioskGroup.objects.filter(pk=int(key)).first()
            members = {"group_members__group": group, "group_members__ended_at": None}
            found = list(kiosks.filter(**members)) if group else []
            return Target(value, group.name, "", found) if group and found else None
    return None


def targets(user: Any, kind: ActKind) -> list[tuple[str, Any, int]]:
    """Value, community or group, how many kiosks: what can be asked together."""
    counted: dict[int, int] = {}
    for community in kiosks_for(user, kind).values_list("community", flat=True):
        counted[community] = counted.get(community, 0) + 1
    found: list[tuple[str, Any, int]] = []
    for community in Community.objects.filter(pk__in=counted).order_by("code"):
        found.append((f"community:{community.code}", community, counted[community.pk]))
        groups = KioskGroup.objects.filter(community=community, members__ended_at=None).distinct()
        for group in groups:
            count = group.members.filter(ended_at=None).count()
            found.append((f"group:{group.pk}", group, count))
    return found


def parameters_of(kind: ActKind, given: QueryDict, target: Target) -> dict[str, Any]:
    """As the contract has them. Raises NotPossible."""
    match kind:
        case ActKind.OUT_OF_SERVICE | ActKind.MESSAGE:
            zh, en = (given.get(f"words_{one}", "").strip() for one in ("zh", "en"))
            if bool(zh) is not bool(en):
                raise NotPossible(_("The words are needed in both languages"))
            said: dict[str, Any] = {"words": {"zh": zh, "en": en}} if zh else {}
            until = _moment(given.get("until", ""), target.zone)
            return said | ({"until": until.isoformat()} if until else {})
        case ActKind.SETTINGS:
            return _settings(given)
    return {}


def _settings(given: QueryDict) -> dict[str, Any]:
    """What was filled in; the rest stays as it is. Raises NotPossible."""
    said: dict[str, dict[str, Any]] = {name: {} for name in TABLES}
    for name in SETTING_NAMES:
        table, _dot, field = name.partition(".")
        if text := given.get(name, "").strip():
            said[table][field] = text
    if not any(said.values()):
        raise NotPossible(_("Nothing is changed"))
    return said


def _moment(text: str, place: ZoneInfo) -> datetime | None:
    """By the clock of the community. Raises NotPossible."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotPossible(_("This is no time")) from error
    return at if at.tzinfo else at.replace(tzinfo=place)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def kind_of(request: HttpRequest) -> ActKind | None:
    given = request.POST.get("kind") or request.GET.get("kind", "")
    return ActKind(given) if given in set(ActKind) else None
