"""The page of a community's hours: when its kiosks serve residents, holidays, the night; and those of one
kiosk, where they are others."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import business_day, zone
from contract.money import Money
from contract.opening_hours import opens_at, standing
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.hours.models import NightRules, OpenDays, OpenHours
from server.hours.schedule import schedule_of
from server.hours_page import typed
from server.language import of_page
from server.on_call.choice import day
from server.on_call.handling import NotPossible
from server.on_call.models import Substitution
from server.on_call.plan_views import WEEKDAYS, days_in_words
from server.staff import audit, people, scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Deed

_ROWS_MAX, _DAYS_MAX = 30, 366
_SUGGESTED_MAX = 12


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def hours_page(request: HttpRequest) -> HttpResponse:
    """Seen by whoever sees kiosks, changed by whoever sets them."""
    community, own = typed.community_of(request)
    kiosk = typed.kiosk_of(request, community)
    if request.method == "POST":
        return _changed(request, community, kiosk)
    return render(request, "hours_page/hours.html", _context(request, community, own, kiosk))


def _context(
    request: HttpRequest, community: Community, own: list[Community], kiosk: str
) -> dict[str, Any]:
    now = timezone.now()
    schedule = schedule_of(community, now)
    known = schedule.of(kiosk)
    today = business_day(now, community.time_zone)
    nights = _of_kiosk(schedule.nights, kiosk)
    return {
        "community": community,
        "own": own,
        "kiosk": kiosk,
        "kiosks": Kiosk.objects.filter(community=community, active=True).order_by("code"),
        "exceptions": schedule.kiosks(),
        "zone": zone(community.time_zone),
        "standing": standing(known, now, community.time_zone),
        "opens": opens_at(known, now, community.time_zone),
        "week": [(row, days_in_words(row.weekdays)) for row in _of_kiosk(schedule.week, kiosk)],
        "days": [row for row in _of_kiosk(schedule.days, kiosk) if row.last_day >= today],
        "night": nights[-1] if nights else None,
        "most": _money(nights[-1].max_minor, community) if nights else "",
        "suggested": _holidays_of_plan(community, today),
        "weekdays": WEEKDAYS,
        "may_set": scope.may(request.user, Deed.SET_KIOSK, community.pk),
    }


def _of_kiosk(rows: Any, kiosk: str) -> list[Any]:
    """Its own rows alone: where it has none, the page says that the community's hold."""
    return [row for row in rows if row.kiosk_code == kiosk]


def _money(minor: int, community: Community) -> str:
    return Money(minor, community.currency).display(of_page()) if minor else ""


def _holidays_of_plan(community: Community, today: date) -> list[Any]:
    """Days that the plan of who is on call names, and that may be holidays here too."""
    rows = Substitution.objects.filter(community=community, ended_at=None, last_day__gte=today)
    spans = rows.order_by("first_day").values_list("first_day", "last_day").distinct()
    return list(spans[:_SUGGESTED_MAX])


def _changed(request: HttpRequest, community: Community, kiosk: str) -> HttpResponse:
    if not scope.may(request.user, Deed.SET_KIOSK, community.pk):
        raise PermissionDenied
    act = _ACTS.get(request.POST.get("do", ""))
    if act is None:
        raise PermissionDenied
    try:
        with transaction.atomic():
            reason = audit.reason_of(request.POST.get("reason", ""))
            name, before, after = act(request, community, kiosk)
            by, subject = people.of(request.user), ("hours", f"{community.code} {kiosk}".strip())
            now = timezone.now()
            audit.record(
                *(community.pk, by, name, subject, reason, now), before=before, after=after
            )
    except NotPossible as refused:
        messages.error(request, str(refused.text))
    except ReasonMissing:
        messages.error(request, _("Please give a reason"))
    else:
        messages.success(request, _("The hours are changed; kiosks have them within a minute"))
    query = {"community": community.code, **({"kiosk": kiosk} if kiosk else {})}
    return redirect(f"{reverse('hours')}?{urlencode(query)}")


Done = tuple[str, dict[str, Any], dict[str, Any]]  # the act, the old values, the new ones


def _add_week(request: HttpRequest, community: Community, kiosk: str) -> Done:
    weekdays = "".join(d for d, _name in WEEKDAYS if d in request.POST.getlist("weekday"))
    if not weekdays:
        raise NotPossible(_("Choose at least one day of the week"))
    of_kiosk = OpenHours.objects.filter(community=community, kiosk_code=kiosk, ended_at=None)
    if of_kiosk.count() >= _ROWS_MAX:
        raise NotPossible(_("There are too many rows; end some first"))
    starts, ends = typed.hours(request)
    row = OpenHours.objects.create(
        community=community, kiosk_code=kiosk, weekdays=weekdays, starts=starts, ends=ends
    )
    return "hours_added", {}, _of_week(row)


def _end_week(request: HttpRequest, community: Community, kiosk: str) -> Done:
    row = typed.row_of(request, OpenHours.objects.filter(community=community, kiosk_code=kiosk))
    _end(row)
    return "hours_ended", _of_week(row), {}


def _add_days(request: HttpRequest, community: Community, kiosk: str) -> Done:
    first, last = day(request, "first_day"), day(request, "last_day")
    if last < first or last - first > timedelta(days=_DAYS_MAX):
        raise NotPossible(_("The last day comes after the first, within a year"))
    of_kiosk = OpenDays.objects.filter(community=community, kiosk_code=kiosk, ended_at=None)
    today = business_day(timezone.now(), community.time_zone)
    if of_kiosk.filter(last_day__gte=today).count() >= _ROWS_MAX:
        raise NotPossible(_("There are too many rows; end some first"))
    open_then = request.POST.get("open") == "yes"
    starts, ends = typed.hours(request) if open_then else (None, None)
    row = OpenDays.objects.create(
        community=community,
        kiosk_code=kiosk,
        first_day=first,
        last_day=last,
        starts=starts,
        ends=ends,
    )
    return "hours_day_added", {}, _of_days(row)


def _end_days(request: HttpRequest, community: Community, kiosk: str) -> Done:
    row = typed.row_of(request, OpenDays.objects.filter(community=community, kiosk_code=kiosk))
    _end(row)
    return "hours_day_ended", _of_days(row), {}


def _set_night(request: HttpRequest, community: Community, kiosk: str) -> Done:
    starts, ends = typed.hours(request)
    most = typed.amount(request.POST.get("most", ""), community.currency)
    before = _night_ended(community, kiosk)
    row = NightRules.objects.create(
        community=community,
        kiosk_code=kiosk,
        starts=starts,
        ends=ends,
        cards=request.POST.get("cards") == "yes",
        max_minor=most,
    )
    return "night_set", before, _of_night(row)


def _end_night(request: HttpRequest, community: Community, kiosk: str) -> Done:
    before = _night_ended(community, kiosk)
    if not before:
        raise NotPossible(_("This row was ended already"))
    return "night_ended", before, {}


def _night_ended(community: Community, kiosk: str) -> dict[str, Any]:
    """What held until now; nothing where no night was set."""
    before: dict[str, Any] = {}
    rows = NightRules.objects.select_for_update(of=("self",))
    for row in rows.filter(community=community, kiosk_code=kiosk, ended_at=None):
        before = _of_night(row)
        _end(row)
    return before


def _end(row: Any) -> None:
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])


def _of_week(row: OpenHours) -> dict[str, Any]:
    return {"weekdays": row.weekdays, "hours": f"{row.starts:%H:%M}-{row.ends:%H:%M}"}


def _of_days(row: OpenDays) -> dict[str, Any]:
    hours = f"{row.starts:%H:%M}-{row.ends:%H:%M}" if row.starts and row.ends else ""
    return {"first_day": row.first_day, "last_day": row.last_day, "hours": hours}


def _of_night(row: NightRules) -> dict[str, Any]:
    hours = f"{row.starts:%H:%M}-{row.ends:%H:%M}"
    return {"hours": hours, "cards": row.cards, "max_minor": row.max_minor}


_ACTS: dict[str, Callable[[HttpRequest, Community, str], Done]] = {
    "add_week": _add_week,
    "end_week": _end_week,
    "add_days": _add_days,
    "end_days": _end_days,
    "set_night": _set_night,
    "end_night": _end_night,
}
