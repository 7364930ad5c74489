"""The list of alerts and the page of one, with what people do there."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from contract.plain_text import whole_number
from server.alerts.models import Alert
from server.alerts.raising import CALL_BACK_AT, FAULTS, OF_PEOPLE
from server.estate.masking import mask_phone
from server.on_call import handling, listing
from server.on_call.kinds import GROUPS, group_of
from server.on_call.models import LEVELS
from server.on_call.outside import trouble
from server.on_call.plan import on_call, people_of
from server.on_call.rules import rules_of, times_of
from server.payments.decisions import refusal
from server.payments.decisions.alert_closing import resolve_alert
from server.staff import audit, people, scope
from server.staff.doors import staff_only
from server.staff.roles import Area, Deed

A_PAGE = 50
STATES = {
    "open": gettext_lazy("Open alerts"),
    "mine": gettext_lazy("Assigned to me"),
    "silenced": gettext_lazy("Silenced alerts"),
    "ended": gettext_lazy("Over"),
    "all": gettext_lazy("All"),
}
CALLED = {
    "open": gettext_lazy("Alert is open"),
    "acknowledged": gettext_lazy("Somebody looks after it"),
    "silenced": gettext_lazy("Silenced"),
    "passing": gettext_lazy("Seems to be over"),
    "part": gettext_lazy("Part of another"),
    "ended": gettext_lazy("Over"),
}
SILENCES = (
    (60, gettext_lazy("1 hour")),
    (240, gettext_lazy("4 hours")),
    (720, gettext_lazy("12 hours")),
    (1440, gettext_lazy("1 day")),
    (4320, gettext_lazy("3 days")),
    (10080, gettext_lazy("7 days")),
)


@staff_only
@never_cache
@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    if scope.sees(user, Area.ALERTS) == set():
        raise PermissionDenied
    asked = listing.Asked.of(request.GET.dict())
    seen = listing.visible(user)
    page = Paginator(listing.narrowed(seen, asked, user, now), A_PAGE).get_page(
        request.GET.get("page")
    )
    kept = request.GET.copy()
    kept.pop("page", None)
    planner = scope.communities(user, Deed.PLAN_ON_CALL)
    unreached = seen.filter(
        resolved_at=None, handling__nobody=True, handling__acknowledged_at=None
    ).count()
    context = {
        "asked": asked,
        "page": page,
        "rows": [(one := listing.row(alert, now), CALLED[one.state]) for alert in page],
        "states": STATES.items(),
        "groups": [(name, group.name) for name, group in GROUPS.items()],
        "communities": scope.communities(user, Area.ALERTS).order_by("code"),
        "kept": kept.urlencode(),
        "may_plan": planner.exists(),
        "unreached": unreached,
        "watcher": trouble(now),
    }
    return render(request, "on_call/alerts.html", context)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def alert_page(request: HttpRequest, alert: int) -> HttpResponse:
    """Raises Http404 for one that the person may not see."""
    if alert >= 2**63:
        raise Http404
    found = listing.visible(request.user).filter(pk=alert).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        if not scope.may(request.user, Deed.RESOLVE_ALERT, found.community_id):
            raise PermissionDenied
        if request.POST.get("do") == "number":
            number = handling.show_number(found, people.of(request.user), timezone.now())
            return render(
                request, "on_call/alert.html", _context(request, found) | {"number": number}
            )
        _act(request, found)
        return redirect("alert", alert=alert)
    return render(request, "on_call/alert.html", _context(request, found))


def _context(request: HttpRequest, alert: Alert) -> dict[str, Any]:
    now, user = timezone.now(), request.user
    row = listing.row(alert, now)
    times = times_of(alert.kind, rules_of(alert.community_id))
    kiosks = scope.within(scope.sees(user, Area.KIOSKS), alert.community_id)
    area = group_of(alert.kind).area
    due = row.handling.due_at if row.handling is not None else None
    return {
        "row": row,
        "called": CALLED[row.state],
        "alert": alert,
        "in_questions": alert.kind not in FAULTS,
        "known": listing.known_of(alert, kiosks),
        "timeline": listing.timeline(alert),
        "older": listing.messages_beyond(alert),
        "next_told": listing.shown(due, alert) if row.state in ("open", "silenced") else "",
        "silenced_until": _silenced(row, alert),
        "told": [level for level in times.after if level is not None],
        "on_call": [(level, on_call(alert.community, level, now, area)) for level in LEVELS],
        "may_act": scope.may(user, Deed.RESOLVE_ALERT, alert.community_id)
        and alert.resolved_at is None,
        "people": people_of(alert.community_id, user, area),
        "silences": SILENCES,
        "of_people": alert.kind in OF_PEOPLE,
        "seems_over": listing.shown(alert.cured_at, alert),
        "masked": mask_phone(left) if (left := str(alert.details.get(CALL_BACK_AT, ""))) else "",
    }


def _silenced(row: listing.Row, alert: Alert) -> str:
    return listing.shown(row.handling.silenced_until, alert) if row.handling is not None else ""


def _act(request: HttpRequest, alert: Alert) -> None:
    """Says on the page what was not possible."""
    now, form = timezone.now(), request.POST
    try:
        said = _done(form, alert, request.user, now)
    except (handling.NotPossible, refusal.NotPossible) as refused:
        messages.error(request, str(refused.text))
    except audit.ReasonMissing:
        empty = _("Please write something") if form.get("do") == "comment" else ""
        messages.error(request, empty or _("Please give a reason"))
    else:
        messages.success(request, said)


def _done(form: Any, alert: Alert, user: Any, now: datetime) -> str:
    do, by = form.get("do", ""), people.of(user)
    if do == "acknowledge":
        handling.acknowledge(alert, by, now)
        return _("You look after it now; nobody else is told")
    if do == "assign":
        to = whole_number(form.get("person", ""), digits_max=18)
        if to is None:
            raise handling.NotPossible(_("Choose a person"))
        if handling.assign(alert, to, user, now):
            return _("Assigned; the person is told")
        return _("Assigned. The person has no address and is not told")
    if do == "comment":
        handling.comment(alert, form.get("text", ""), by, now)
        return _("Noted beside the alert")
    if do == "silence":
        minutes = whole_number(form.get("minutes", ""), digits_max=6) or 0
        until = now + timedelta(minutes=minutes)
        handling.silence(alert, until, form.get("reason", ""), by, now)
        return _("Nobody is told before then")
    if do == "deal" and alert.kind in OF_PEOPLE:
        resolve_alert(alert.pk, by, form.get("reason", ""), now)
        return _("Marked as dealt with")
    if do == "hear":
        handling.hear_again(alert, by, now)
        return _("People are told again as the rule says")
    raise PermissionDenied
