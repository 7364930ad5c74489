"""The pages of monthly schedules: set one, and leave a month out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from server.billing.fees import FeeItem, charged
from server.billing_runs import schedules
from server.billing_runs.schedule_models import DueRun, Schedule
from server.estate.models import Community
from server.fleet.views import staff_only
from server.staff import audit, people, scope
from server.staff.roles import Deed


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
            return redirect("billing_runs")
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
