"""The pages of monthly schedules: all of them and what they did, set or pause one, leave a month out."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from contract.business_day import business_day
from contract.plain_text import whole_number
from server.billing.fees import FeeItem, charged
from server.billing_runs import presentation, schedules
from server.billing_runs.schedule_models import DueRun, Schedule
from server.estate.models import Community
from server.fleet.views import staff_only
from server.language import chosen
from server.staff import audit, people, scope
from server.staff.roles import Deed

MONTHS_SHOWN = 12


class ScheduleForm(forms.Form):
    """``items``: all of the community's when none is chosen."""

    day = forms.IntegerField(label=gettext_lazy("On day"), min_value=1, max_value=31)
    ahead = forms.TypedChoiceField(
        label=gettext_lazy("Of which month"),
        coerce=int,
        choices=[
            (0, gettext_lazy("The same month")),
            (1, gettext_lazy("The next month")),
            (-1, gettext_lazy("The month before")),
        ],
    )
    items = forms.ModelMultipleChoiceField(
        FeeItem.objects.none(),
        label=gettext_lazy("Fee items"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        to_field_name="code",
    )
    automatic = forms.BooleanField(
        label=gettext_lazy("Made at once if nothing is blocked"), required=False
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=audit.REASON_MAX)

    def __init__(self, community: Community, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].queryset = charged(community)  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """As a schedule keeps it."""
        found = {name: self.cleaned_data[name] for name in ("day", "ahead", "automatic", "active")}
        codes = sorted(item.code for item in self.cleaned_data["items"])
        of_all = self.fields["items"].queryset.count()  # type: ignore[attr-defined]
        return found | {"items": None if len(codes) in (0, of_all) else codes}


@dataclass(frozen=True, slots=True)
class Shown:
    """A community's schedule, None without one. ``names``: of its fee items, none for all of them."""

    community: Community
    row: Schedule | None
    next: date | None
    next_period: str
    names: list[str]
    months: list[tuple[DueRun, str]]


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def every_schedule(request: HttpRequest) -> HttpResponse:
    """Those of all communities in which the person makes bills. POST: one is paused or goes on."""
    mine = scope.communities(request.user, Deed.RUN_BILLS)
    if request.method == "POST":
        _pause(request, mine)
        return redirect("billing_schedules")
    rows = Schedule.objects.filter(community__in=mine)
    known = {row.community_id: row for row in rows.select_related("community")}
    months: dict[int, list[DueRun]] = {}
    for due in DueRun.objects.filter(community__in=mine).select_related("community"):
        months.setdefault(due.community_id, []).append(due)
    shown = [_shown(one, known.get(one.pk), months.get(one.pk, [])) for one in mine]
    return render(request, "billing_runs/schedules.html", {"shown": shown})


def _shown(community: Community, row: Schedule | None, months: list[DueRun]) -> Shown:
    today = business_day(timezone.now(), community.time_zone)
    day = schedules.next_day(row, today, [due.period for due in months]) if row else None
    names = []
    if row is not None and row.items:
        items = charged(community).filter(code__in=row.items)
        names = [chosen(item.name) for item in items]
    totals = [
        (due, presentation.money(community, due) if due.figures else "")
        for due in months[:MONTHS_SHOWN]
    ]
    period = row.period_on(day) if row and day else ""
    return Shown(community, row, day, period, names, totals)


def _pause(request: HttpRequest, mine: QuerySet[Community]) -> None:
    wanted = {"pause": False, "resume": True}.get(request.POST.get("do", ""))
    key = whole_number(request.POST.get("community", "")) or 0
    row = Schedule.objects.filter(community__in=mine.filter(pk=key)).first()
    if row is None or wanted is None:
        raise PermissionDenied
    person, reason = people.of(request.user), request.POST.get("reason", "")
    try:
        schedules.set_schedule(row.community, {"active": wanted}, person, reason, timezone.now())
    except audit.ReasonMissing:
        messages.error(request, _("Give the reason"))
    else:
        said = _("The schedule goes on from today") if wanted else _("The schedule is paused")
        messages.success(request, said)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def schedule(request: HttpRequest) -> HttpResponse:
    """Of one community, named by ``community`` where the person makes the bills of several."""
    mine = scope.communities(request.user, Deed.RUN_BILLS)
    asked = request.POST.get("community") or request.GET.get("community", "")
    known = asked.isascii() and asked.isdigit() and len(asked) < 18
    community = mine.filter(pk=int(asked)).first() if known else mine.first()
    if community is None and mine:
        raise Http404
    if community is None:
        raise PermissionDenied
    row = Schedule.objects.filter(community=community).first()
    form = ScheduleForm(community, request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            person, reason = people.of(request.user), form.cleaned_data["reason"]
            schedules.set_schedule(community, form.said(), person, reason, timezone.now())
        except audit.ReasonMissing:
            form.add_error("reason", _("Give the reason"))
        else:
            messages.success(request, _("The schedule is set"))
            return redirect("billing_schedules")
    context = {"community": community, "form": form, "row": row}
    return render(request, "billing_runs/schedule.html", context)


def _initial(row: Schedule | None) -> dict[str, Any]:
    if row is None:
        return {"day": 1, "ahead": 0, "active": True}
    fields = ("day", "ahead", "items", "automatic", "active")
    return {name: getattr(row, name) for name in fields}


@staff_only
@require_POST
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """A month that waits is not made."""
    row = get_object_or_404(scope.visible(request.user, DueRun), pk=pk)
    if not scope.may(request.user, Deed.RUN_BILLS, row.community_id):
        raise PermissionDenied
    try:
        reason = request.POST.get("reason", "")
        schedules.leave_out(row, people.of(request.user), reason, timezone.now())
    except audit.ReasonMissing:
        messages.error(request, _("Give the reason"))
    return redirect("billing_runs")
