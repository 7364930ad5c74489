"""The pages of notices: all of a community, a new one, and one with what was done about it. A notice is
published only as it was looked at before."""

import hashlib
import json
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from contract.business_day import business_day, local_time
from contract.messages import Text
from contract.plain_text import whole_number
from server.estate.models import Building, Community, Unit
from server.language import chosen
from server.notices.models import BODY_MAX, Notice
from server.notices.publication import audience
from server.notices.writing import SUBJECT, NotWritten, Wanted, publish, take_down
from server.notices_page import drawing
from server.staff import audit, scope
from server.staff.act_names import act_name
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Area

OVER_SHOWN = 50
USUAL = timedelta(days=7)
NO_REASON = gettext_lazy("Please give a reason")
_FIELDS = {
    "title_zh": gettext_lazy("Title in Chinese"),
    "title_en": gettext_lazy("Title in English"),
    "body_zh": gettext_lazy("Text in Chinese"),
    "body_en": gettext_lazy("Text in English"),
    "show_from": gettext_lazy("Shown from"),
    "show_until": gettext_lazy("Shown until"),
    "buildings": gettext_lazy("Buildings"),
    "kinds": gettext_lazy("Kinds of unit"),
    "taken_down_at": gettext_lazy("Taken down at"),
}


@staff_only
@never_cache
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Those of a community: what hangs, what will, and what did. Raises PermissionDenied."""
    own = list(scope.communities(request.user, Area.NOTICES).order_by("code"))
    community = _chosen(request, own)
    today = business_day(timezone.now(), community.time_zone)
    rows = Notice.objects.filter(community=community).prefetch_related("places__building")
    running = rows.filter(taken_down_at=None, show_until__gte=today).order_by("show_from", "pk")
    over = rows.exclude(pk__in=running.values("pk")).order_by("-show_until", "-pk")[:OVER_SHOWN]
    context = {
        "own": own,
        "community": community,
        "groups": [
            (_("Hangs now"), [_row(one) for one in running if one.show_from <= today], "good"),
            (_("Yet to come"), [_row(one) for one in running if one.show_from > today], ""),
            (_("Over"), [_row(one) for one in over], ""),
        ],
        "may": scope.may_change(request.user, Notice, community.pk),
    }
    return render(request, "notices_page/notices.html", context)


def _row(notice: Notice) -> tuple[Notice, str]:
    return notice, audience(notice)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def new_notice(request: HttpRequest) -> HttpResponse:
    """Raises PermissionDenied. ``like``: the key of one whose words it begins with."""
    where = scope.communities(request.user, Area.NOTICES).order_by("code")
    able = scope.changes(request.user, Area.NOTICES)
    community = _chosen(request, [one for one in where if scope.within(able, one.pk)])
    if request.method == "POST":
        return _posted(request, community, None)
    like = whole_number(request.GET.get("like", ""), 18)
    found = Notice.objects.filter(community=community, pk=like).first() if like else None
    given = _given(found) if found else {}
    today = business_day(timezone.now(), community.time_zone)
    given |= {"show_from": today.isoformat(), "show_until": (today + USUAL).isoformat()}
    return _shown(request, community, None, given)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Raises Http404 for one of a community whose notices the person does not see."""
    rows = Notice.objects.select_related("community").prefetch_related("places__building")
    found = scope.visible(request.user, rows).filter(pk=pk).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        return _posted(request, found.community, found)
    return _shown(request, found.community, found, _given(found), wanted=_wanted_of(found))


def _chosen(request: HttpRequest, own: list[Community]) -> Community:
    """Raises PermissionDenied."""
    code = request.POST.get("community") or request.GET.get("community", "")
    found = next((one for one in own if one.code == code), None)
    found = found if code else next(iter(own), None)
    if found is None:
        raise PermissionDenied
    return found


def _posted(request: HttpRequest, community: Community, found: Notice | None) -> HttpResponse:
    """Looked at, published or taken down. Raises PermissionDenied."""
    if not scope.may_change(request.user, Notice, community.pk):
        raise PermissionDenied
    now, given = timezone.now(), _typed(request)
    reason, wanted = request.POST.get("reason", ""), None
    try:
        if request.POST.get("do") == "take_down" and found is not None:
            take_down(request.user, found, reason, now)
            messages.success(request, _("It hangs no more; kiosks know within a minute"))
            return redirect("notice", found.pk)
        wanted = _wanted(given).checked(community)
        if request.POST.get("do") != "publish":
            return _shown(request, community, found, given, wanted=wanted)
        if request.POST.get("seen") != _digest(wanted):
            raise NotWritten(_("Please look at it first, as it is now"))
        version = whole_number(request.POST.get("version", ""), 9) or 0
        made = publish(request.user, community, found, wanted, reason, now, version)
    except (NotWritten, ReasonMissing) as refused:
        said = str(getattr(refused, "said", NO_REASON))
        return _shown(request, community, found, given, wanted=wanted, wrong=said)
    messages.success(request, _("It is published; kiosks have it within a minute"))
    return redirect("notice", made.pk)


def _shown(
    request: HttpRequest,
    community: Community,
    found: Notice | None,
    given: dict[str, Any],
    *,
    wanted: Wanted | None = None,
    wrong: str = "",
) -> HttpResponse:
    """``wanted``: what is drawn, where there is something to draw."""
    now = timezone.now()
    may = scope.may_change(request.user, Notice, community.pk)
    context: dict[str, Any] = {
        "community": community,
        "found": found,
        "given": given,
        "wrong": wrong,
        "buildings": [
            (one, one.pk in given.get("buildings", ()))
            for one in Building.objects.filter(community=community).order_by("natural_key")
        ],
        "kinds": [(*kind, kind[0] in given.get("kinds", ())) for kind in Unit.Kind.choices],
        "body_max": BODY_MAX,
        "writes": may and (found is None or found.taken_down_at is None),
        "may": may,
        "for_whom": audience(found) if found else "",
        "history": _history(found) if found else [],
    }
    if wanted is not None:
        kiosks = drawing.kiosks_that_show(community, wanted)
        address = drawing.address_of(found)
        first = kiosks[0] if kiosks else None
        context |= drawing.drawn(community, wanted, first, address, now)
        context |= {"kiosks": kiosks, "seen": _digest(wanted), "aimed": wanted}
        context["fresh"] = request.method == "POST"
    return render(request, "notices_page/notice.html", context, status=422 if wrong else 200)


def _typed(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    keys = [whole_number(one, 18) for one in given.getlist("buildings")[:500]]
    texts = {name: given.get(name, "")[:4000] for name in (*_WORDS, "show_from", "show_until")}
    chosen = {"buildings": [key or 0 for key in keys], "kinds": given.getlist("kinds")[:20]}
    return {**texts, **chosen, "reason": given.get("reason", "")[:300]}


_WORDS = ("title_zh", "title_en", "body_zh", "body_en")


def _wanted(given: dict[str, Any]) -> Wanted:
    """Raises NotWritten."""
    try:
        first, last = (date.fromisoformat(given[name]) for name in ("show_from", "show_until"))
    except ValueError:
        raise NotWritten(_("Please choose the days")) from None
    return Wanted(
        Text(zh=given["title_zh"], en=given["title_en"]),
        Text(zh=given["body_zh"], en=given["body_en"]),
        first,
        last,
        tuple(given["buildings"]),
        tuple(given["kinds"]),
    )


def _wanted_of(found: Notice) -> Wanted:
    buildings = tuple(sorted(building.pk for building in found.buildings))
    lasts = found.show_from, found.show_until
    return Wanted(found.title, found.body, *lasts, buildings, tuple(found.kinds))


def _given(found: Notice) -> dict[str, Any]:
    return {
        **{name: getattr(found, name) for name in _WORDS},
        "show_from": found.show_from.isoformat(),
        "show_until": found.show_until.isoformat(),
        "buildings": [building.pk for building in found.buildings],
        "kinds": found.kinds,
    }


def _digest(wanted: Wanted) -> str:
    told = asdict(wanted) | {"title": wanted.title.model_dump(), "body": wanted.body.model_dump()}
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _history(found: Notice) -> list[dict[str, Any]]:
    """What was done about it, the newest first, with what it said before."""
    acts = audit.acts_on((SUBJECT, str(found.pk))).filter(community=found.community_id)
    codes = {one.code: one.name for one in Building.objects.filter(community=found.community_id)}
    return [
        {
            "at": local_time(act.at, found.community.time_zone),
            "what": act_name(act.act),
            "by": act.person_name,
            "reason": act.reason,
            "changes": [
                (name, _told(act.before.get(field), codes), _told(act.after.get(field), codes))
                for field, name in _FIELDS.items()
                if act.before and field in act.after and field != "taken_down_at"
            ],
        }
        for act in acts.order_by("-at", "-pk")
    ]


def _told(value: Any, names: dict[str, Text]) -> str:
    """Of a list of codes their names; of an empty one, that it is for all."""
    if not isinstance(value, list):
        return str(value or "")
    kinds = {kind.value: str(kind.label) for kind in Unit.Kind}
    said = [kinds.get(one) or (chosen(names[one]) if one in names else one) for one in value]
    return ", ".join(said) or _("All")
