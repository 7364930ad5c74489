"""The page of who is on call: the hours of the week, and days on which somebody else is."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import business_day
from contract.plain_text import whole_number
from server.estate.models import Community
from server.on_call import choice
from server.on_call.handling import NotPossible
from server.on_call.models import (
    LEVELS,
    Level,
    PersonAddress,
    Shift,
    Substitution,
    with_last_state,
)
from server.on_call.plan import on_call, people_of, plan_of, who_may
from server.staff import audit, people, scope
from server.staff.doors import staff_only
from server.staff.roles import Deed

WEEKDAYS = (
    ("1", gettext_lazy("Mon")),
    ("2", gettext_lazy("Tue")),
    ("3", gettext_lazy("Wed")),
    ("4", gettext_lazy("Thu")),
    ("5", gettext_lazy("Fri")),
    ("6", gettext_lazy("Sat")),
    ("7", gettext_lazy("Sun")),
)
_ROWS_MAX = 200


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def plan_page(request: HttpRequest) -> HttpResponse:
    """Seen by whoever sees alerts, changed by whoever plans."""
    if request.method == "POST":
        return choice.changed(request, _do, _("The plan is changed"), "on_call")
    community, own = choice.community_of(request)
    if community is None:
        raise PermissionDenied
    return render(request, "on_call/plan.html", _context(request, community, own))


def _context(request: HttpRequest, community: Community, own: list[Community]) -> dict[str, Any]:
    now = timezone.now()
    today = business_day(now, community.time_zone)
    plan = plan_of(community.pk, today)
    named = {row.person_id for row in (*plan.shifts, *plan.substitutions) if row.person_id}
    theirs = PersonAddress.objects.filter(person__in=named, ended_at=None)
    here = set(who_may(community.pk).filter(pk__in=named).values_list("pk", flat=True))
    addresses = list(with_last_state(theirs).values_list("person", "failing"))
    reached = {person for person, _failing in addresses}
    working = {person for person, failing in addresses if not failing}
    return {
        "community": community,
        "own": own,
        "now": [(level, on_call(community, level, now)) for level in LEVELS],
        "shifts": [
            (row, days_in_words(row.weekdays), _reached(row, here, reached, working))
            for row in plan.shifts
        ],
        "substitutions": [
            (row, row.person_id is not None and row.person_id not in here)
            for row in plan.substitutions
            if row.last_day >= today
        ],
        "unreached": named & here - reached,
        "people": people_of(community.pk, request.user),
        "levels": Level.choices,
        "weekdays": WEEKDAYS,
        "may_plan": scope.may(request.user, Deed.PLAN_ON_CALL, community.pk),
    }


def _reached(row: Shift, here: set[int], reached: set[int], working: set[int]) -> str:
    """yes, gone (holds no role here any more), failing (the last message to each of the addresses did
    not get there), or no."""
    if row.person_id not in here:
        return "gone"
    if row.person_id in working:
        return "yes"
    return "failing" if row.person_id in reached else "no"


def days_in_words(weekdays: str) -> str:
    """``weekdays``: digits, 1 is Monday."""
    if weekdays == "1234567":
        return _("every day")
    return " ".join(str(name) for digit, name in WEEKDAYS if digit in weekdays)


def _do(request: HttpRequest, community: Community) -> None:
    """Raises NotPossible, ReasonMissing, PermissionDenied."""
    acts = {
        "add": _add_shift,
        "end": _end_shift,
        "add_day": _add_day,
        "end_day": _end_day,
    }
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        raise PermissionDenied
    with transaction.atomic():
        act(request, community, audit.reason_of(request.POST.get("reason", "")))


def _add_shift(request: HttpRequest, community: Community, reason: str) -> None:
    days = "".join(d for d, _name in WEEKDAYS if d in request.POST.getlist("weekday"))
    if not days:
        raise NotPossible(_("Choose at least one day of the week"))
    if Shift.objects.filter(community=community, ended_at=None).count() >= _ROWS_MAX:
        raise NotPossible(_("There are too many rows; end some first"))
    row = Shift.objects.create(
        community=community,
        person=choice.person(request, community),
        level=choice.level(request),
        weekdays=days,
        starts=choice.clock(request, "starts"),
        ends=choice.clock(request, "ends"),
    )
    _note(request, community, "on_call_added", reason, {}, _values(row) | {"weekdays": days})


def _end_shift(request: HttpRequest, community: Community, reason: str) -> None:
    row = _row(request, community, Shift)
    _ended(row)
    _note(
        request, community, "on_call_ended", reason, _values(row) | {"weekdays": row.weekdays}, {}
    )


def _add_day(request: HttpRequest, community: Community, reason: str) -> None:
    first, last = choice.day(request, "first_day"), choice.day(request, "last_day")
    if last < first or (last - first).days > 366:
        raise NotPossible(_("The last day comes after the first, within a year"))
    to_come = Substitution.objects.filter(
        community=community, ended_at=None, last_day__gte=_yesterday(community)
    )
    if to_come.count() >= _ROWS_MAX * 5:
        raise NotPossible(_("There are too many rows; end some first"))
    row = Substitution.objects.create(
        community=community,
        person=choice.person(request, community, or_nobody=True),
        level=choice.level(request),
        first_day=first,
        last_day=last,
        starts=choice.clock(request, "starts"),
        ends=choice.clock(request, "ends"),
    )
    _note(request, community, "on_call_day_added", reason, {}, _values(row) | _dates(row))


def _yesterday(community: Community) -> date:
    """Whose hours may go on past midnight; what was before counts no more."""
    return business_day(timezone.now(), community.time_zone) - timedelta(days=1)


def _end_day(request: HttpRequest, community: Community, reason: str) -> None:
    row = _row(request, community, Substitution)
    _ended(row)
    _note(request, community, "on_call_day_ended", reason, _values(row) | _dates(row), {})


def _row(request: HttpRequest, community: Community, model: Any) -> Any:
    key = whole_number(request.POST.get("row", ""), digits_max=18)
    rows = model.objects.select_for_update(of=("self",)).filter(community=community, ended_at=None)
    found = rows.filter(pk=key).first() if key is not None else None
    if found is None:
        raise NotPossible(_("This row was ended already"))
    return found


def _ended(row: Any) -> None:
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])


def _values(row: Any) -> dict[str, Any]:
    return {
        "person": row.person.get_username() if row.person else "",
        "level": int(row.level),
        "hours": f"{row.starts:%H:%M}-{row.ends:%H:%M}",
    }


def _dates(row: Substitution) -> dict[str, Any]:
    return {"first_day": row.first_day, "last_day": row.last_day}


def _note(
    request: HttpRequest,
    community: Community,
    act: str,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    by, subject = people.of(request.user), ("on_call", community.code)
    audit.record(community.pk, by, act, subject, reason, timezone.now(), before=before, after=after)
