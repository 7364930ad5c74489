"""What the form of an act offers and takes: whom it is asked of, what exactly, until when."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from contract.business_day import zone
from contract.kiosk_settings import TABLES
from contract.plain_text import whole_number
from contract.remote_acts import ActKind
from server.billing.typed_money import NoAmount, minor_of
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.remote_acts.models import KioskGroup
from server.remote_acts.wishes import CARD_LIMIT, SETTING_NAMES, NotPossible, deed_of
from server.staff import scope

THEMES = {
    "auto": _("By the clock"),
    "light": _("Light"),
    "night": _("Night"),
    "high_contrast": _("High contrast"),
}


@dataclass(frozen=True)
class Target:
    """``value`` is as the form has it: ``kiosk:ID``, ``community:CODE``, ``group:KEY``. All its kiosks,
    at least one, are of one community."""

    value: str
    kiosks: list[Kiosk]

    @property
    def community(self) -> Community:
        return self.kiosks[0].community


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
            found = kiosks.filter(pk=_uuid(key))
        case "community":
            found = kiosks.filter(community__code=key)
        case "group" if (group := whole_number(key)) is not None:
            found = _of_group(kiosks, group)
        case _:
            return None
    asked = list(found)
    return Target(value, asked) if asked else None


def _of_group(kiosks: QuerySet[Kiosk], group: int) -> QuerySet[Kiosk]:
    return kiosks.filter(group_members__group=group, group_members__ended_at=None)


def targets(user: Any, kind: ActKind) -> list[tuple[str, Any, int]]:
    """Value, community or group, how many kiosks: what can be asked together."""
    kiosks = kiosks_for(user, kind)
    counted = Counter(kiosks.values_list("community", flat=True))
    found: list[tuple[str, Any, int]] = []
    for community in Community.objects.filter(pk__in=counted).order_by("code"):
        found.append((f"community:{community.code}", community, counted[community.pk]))
        for group in KioskGroup.objects.filter(community=community):
            if count := _of_group(kiosks, group.pk).count():
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
            until = _moment(given.get("until", ""), zone(target.community.time_zone))
            return said | ({"until": until.isoformat()} if until else {})
        case ActKind.SETTINGS:
            return _settings(given, target.community.currency)
    return {}


def _settings(given: QueryDict, currency: str) -> dict[str, Any]:
    """What was filled in; the rest stays as it is. Raises NotPossible."""
    said: dict[str, dict[str, Any]] = {name: {} for name in TABLES}
    for name in SETTING_NAMES:
        table, _dot, field = name.partition(".")
        if text := given.get(name, "").strip():
            said[table][field] = _minor(text, currency) if name == CARD_LIMIT else text
    if not any(said.values()):
        raise NotPossible(_("Nothing is changed"))
    return said


def _minor(typed: str, currency: str) -> int:
    """Raises NotPossible."""
    if typed == "0":
        return 0
    try:
        return minor_of(typed, currency)
    except NoAmount as error:
        raise NotPossible(_("This is no amount: %(typed)s") % {"typed": typed[:40]}) from error


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
