"""The page of outages that are planned: kiosks tell them before, close by themselves, and open again."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import zone
from contract.plain_text import clean_name
from server.estate.models import Community
from server.hours.models import PlannedOutage
from server.hours_page import typed
from server.on_call.handling import NotPossible
from server.outbox import putting as outbox
from server.outbox.models import Kind
from server.staff import audit, people, scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Area, Deed

LONGEST, AHEAD_MAX = timedelta(days=14), timedelta(days=366)
BEFORE = (
    ("0", gettext_lazy("Not before")),
    ("2", gettext_lazy("2 hours before")),
    ("24", gettext_lazy("A day before")),
    ("72", gettext_lazy("3 days before")),
    ("168", gettext_lazy("A week before")),
)
_WORDS = {"words_zh": 60, "words_en": 100}  # and how long they may be
_PAST_SHOWN = 20


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def outages_page(request: HttpRequest) -> HttpResponse:
    """Seen by whoever sees kiosks, changed by whoever may put them out of service."""
    if request.method == "POST":
        return _changed(request)
    if not scope.communities(request.user, Area.KIOSKS).exists():
        raise PermissionDenied
    now = timezone.now()
    rows = scope.visible(request.user, PlannedOutage).select_related("community")
    coming = rows.filter(ended_at=None, ends__gt=now).order_by("begins", "pk")
    over = rows.exclude(pk__in=coming.values("pk")).order_by("-begins", "-pk")[:_PAST_SHOWN]
    own = scope.communities(request.user, Deed.OPERATE_KIOSK).order_by("code")
    may_end = set(own.values_list("pk", flat=True))
    context = {
        "coming": [_row(one, now, may_end) for one in coming],
        "over": [_row(one, now, set()) for one in over],
        "own": own,
        "before": BEFORE,
    }
    return render(request, "hours_page/outages.html", context)


def _row(one: PlannedOutage, now: datetime, may_end: set[int]) -> dict[str, Any]:
    return {
        "outage": one,
        "zone": zone(one.community.time_zone),
        "now": one.ended_at is None and one.begins <= now < one.ends,
        "may_end": one.community_id in may_end,
    }


def _changed(request: HttpRequest) -> HttpResponse:
    acts = {"add": _add, "end": _end}
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        raise PermissionDenied
    try:
        with transaction.atomic():
            act(request, audit.reason_of(request.POST.get("reason", "")))
    except NotPossible as refused:
        messages.error(request, str(refused.text))
    except ReasonMissing:
        messages.error(request, _("Please give a reason"))
    else:
        messages.success(request, _("It is written down; kiosks know within a minute"))
    return redirect("outages")


def _add(request: HttpRequest, reason: str) -> None:
    """One row for each community, by its own clocks. Raises NotPossible and PermissionDenied."""
    chosen = request.POST.getlist("where")
    where = list(scope.communities(request.user, Deed.OPERATE_KIOSK).filter(code__in=chosen))
    if len(where) != len(set(chosen)):
        raise PermissionDenied
    if not where:
        raise NotPossible(_("Choose at least one community"))
    words = {name: _words(request, name, most) for name, most in _WORDS.items()}
    for community in where:
        row = PlannedOutage(community=community, **_when(request, community), **words)
        row.save()
        _note(request, row, "outage_planned", reason, {}, _values(row))
        outbox.put(community.pk, Kind.OUTAGE, str(row.pk), timezone.now())


def _words(request: HttpRequest, name: str, most: int) -> str:
    said = clean_name(request.POST.get(name, ""))
    if not said or len(said) > most:
        raise NotPossible(_("Please say in both languages what residents are to read"))
    return said


def _when(request: HttpRequest, community: Community) -> dict[str, datetime]:
    begins, ends = (typed.moment(request, name, community) for name in ("begins", "ends"))
    now = timezone.now()
    if not (begins < ends and now < ends):
        raise NotPossible(_("It ends after it begins, and not before now"))
    if ends - begins > LONGEST or begins > now + AHEAD_MAX:
        raise NotPossible(_("At most 14 days long, and within a year"))
    before = request.POST.get("before", "")
    if before not in dict(BEFORE):
        raise PermissionDenied
    return {"begins": begins, "ends": ends, "told_from": begins - timedelta(hours=int(before))}


def _end(request: HttpRequest, reason: str) -> None:
    """It does not come, or is over earlier. Raises NotPossible."""
    where = scope.communities(request.user, Deed.OPERATE_KIOSK)
    row = typed.row_of(request, PlannedOutage.objects.filter(community__in=where))
    before, row.ended_at = _values(row), timezone.now()
    row.save(update_fields=["ended_at"])
    _note(request, row, "outage_ended", reason, before, {"ended_at": row.ended_at})


def _values(row: PlannedOutage) -> dict[str, Any]:
    return {
        "begins": row.begins,
        "ends": row.ends,
        "told_from": row.told_from,
        "words_zh": row.words_zh,
        "words_en": row.words_en,
    }


def _note(
    request: HttpRequest,
    row: PlannedOutage,
    act: str,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    by, subject = people.of(request.user), ("outage", str(row.pk))
    now = timezone.now()
    audit.record(row.community_id, by, act, subject, reason, now, before=before, after=after)
