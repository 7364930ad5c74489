"""The pages on which a month's bills are made: choose, start, watch, cancel; one bill anew."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contract.business_day import business_day
from server.billing import approval, closing
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.models import Bill
from server.billing.periods import period_of
from server.billing.reissue import CannotBeIssued, reissue_by
from server.billing_runs import (
    background,
    paper_views,
    papers,
    presentation,
    report,
    runs,
    schedules,
)
from server.billing_runs.forms import ChoiceForm, StartForm
from server.billing_runs.models import BillingRun, RunState
from server.fleet.views import staff_only
from server.jobs.models import UNFINISHED, Job
from server.language import chosen
from server.staff import approvals, audit, people, scope
from server.staff.roles import Area, Deed

RUNS_SHOWN = 20


@staff_only
@never_cache
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which bills are to be made, and the runs there were."""
    mine = scope.communities(request.user, Deed.RUN_BILLS)
    asked = request.GET.get("community", "")
    first = (
        mine.filter(pk=int(asked)).first()
        if asked.isascii() and asked.isdigit() and len(asked) < 18
        else None
    )
    community = first or mine.first()
    form = None
    if community is not None:
        today = business_day(timezone.now(), community.time_zone)
        form = ChoiceForm(request.user, {"community": community.pk, "period": period_of(today)})
    found = scope.visible(request.user, BillingRun).select_related("community")[:RUNS_SHOWN]
    due = schedules.waiting(mine)
    context = {
        "waiting": [(one, presentation.money(one.community, one)) for one in due],
        "form": form,
        "community": community,
        "others": [other for other in mine if other != community],
        "closed": closing.closed(scope.communities(request.user, Area.BILLS)),
        "runs": [(run, presentation.total(run.community, report.figures_of(run))) for run in found],
    }
    return render(request, "billing_runs/choose.html", context)


@staff_only
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begins the run, or goes on with the open one of the period, in the background."""
    form = StartForm(request.user, request.POST)
    if not form.is_valid():
        said = "; ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, said)
        return redirect("billing_runs")
    community, now = form.cleaned_data["community"], timezone.now()
    person = people.of(request.user)
    try:
        run = runs.begin(
            community,
            form.cleaned_data["period"],
            form.codes,
            due=form.cleaned_data["due"],
            today=business_day(now, community.time_zone),
            person=person,
            reason=form.cleaned_data["reason"],
            at=now,
        )
    except runs.RunOfClosedPeriod:
        messages.error(request, _("This period is closed; two people have to open it again first"))
        return redirect("billing_runs")
    except runs.RunRefused:
        messages.error(
            request,
            _(
                "A run of this period with other fee items or another due date is going on; cancel it"
            ),
        )
        return redirect("billing_runs")
    except audit.ReasonMissing:
        messages.error(request, _("Give the reason"))
        return redirect("billing_runs")
    background.enqueue(run, person.name)
    return redirect("billing_run", pk=run.pk)


@staff_only
@never_cache
@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "billing_runs/run.html", _run(request, pk))


@staff_only
@never_cache
@require_GET
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is fetched again while the run goes on."""
    known = _run(request, pk)
    answer = render(request, "billing_runs/live.html", known)
    if not known["open"]:
        answer["HX-Refresh"] = "true"  # what can be done now is another thing
    return answer


@staff_only
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels an open run, or has a worker go on with it."""
    row = get_object_or_404(scope.visible(request.user, BillingRun), pk=pk)
    if not scope.may(request.user, Deed.RUN_BILLS, row.community_id):
        raise PermissionDenied
    person, wanted = people.of(request.user), request.POST.get("act", "")
    if wanted == "cancel":
        try:
            runs.cancel(row, person, request.POST.get("reason", ""), at=timezone.now())
            background.enqueue(row, person.name)  # whoever takes it up ends it
        except audit.ReasonMissing:
            messages.error(request, _("Give the reason"))
    elif wanted == "papers" and row.state != RunState.OPEN:
        papers.enqueue(row, person.name)
    elif wanted == "go_on" and row.state == RunState.OPEN:
        background.enqueue(row, person.name)
    return redirect("billing_run", pk=pk)


@staff_only
@never_cache
@require_GET
def paper(request: HttpRequest, pk: int, name: str) -> FileResponse:
    """One file of bills on paper, for who may look at the bills."""
    row = get_object_or_404(scope.visible(request.user, BillingRun), pk=pk)
    found = papers.paper(row, name)
    if found is None:
        raise Http404
    return FileResponse(found.open("rb"), content_type="application/pdf", filename=name)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def reissue(request: HttpRequest) -> HttpResponse:
    """One bill anew: the old one is voided, a new one with a number of its own takes its place."""
    number = request.POST.get("number", request.GET.get("number", "")).strip()
    mine = scope.communities(request.user, Deed.RUN_BILLS)
    bill = Bill.objects.filter(number=number, community__in=mine).select_related(
        "unit", "community"
    )
    found = bill.first()
    context: dict[str, Any] = {"number": number, "bill": found}
    if request.method == "POST" and found is None:
        messages.error(request, _("There is no bill of this number"))
    elif request.method == "POST" and found is not None:
        said = _reissue(request, found)
        if isinstance(said, Bill):
            messages.success(
                request,
                _("Bill %(new)s takes the place of %(old)s")
                % {"new": said.number, "old": found.number},
            )
            return redirect("billing_reissue")
        messages.error(request, said)
    return render(request, "billing_runs/reissue.html", context)


def _reissue(request: HttpRequest, bill: Bill) -> Bill | str:
    """The new bill, or why there is none."""
    now, reason = timezone.now(), request.POST.get("reason", "")
    today = business_day(now, bill.community.time_zone)
    try:
        if _above_limit(request, bill):
            values = (bill.number, bill.amount_minor, bill.currency, reason, now)
            approvals.ask(request.user, approval.REISSUE_CODE, bill.community_id, *values)
            return _("It is above your limit: it waits for another person to approve it")
        return reissue_by(people.of(request.user), bill, reason, today=today, at=now)
    except audit.ReasonMissing:
        return _("Give the reason")
    except BillNotOpen:
        return _("Bill %(number)s is not open and cannot be voided") % {"number": bill.number}
    except BillLeased:
        return _("Bill %(number)s may be paid already; it stays until that is known") % {
            "number": bill.number
        }
    except CannotBeIssued as refused:
        reasons = "; ".join(chosen(why.reason) for _item, why in refused.blocked)
        return reasons or _("There would be nothing to pay: void this bill instead")


def _above_limit(request: HttpRequest, bill: Bill) -> bool:
    """Of voiding as well, where the community has a limit of it: a bill that is made anew is voided."""
    user, where, amount = request.user, bill.community_id, bill.amount_minor
    return closing.needs_another(
        user, approval.REISSUE_CODE, bill, amount
    ) or approvals.needs_another(user, approval.CODE, where, amount, said_only=True)


def _run(request: HttpRequest, pk: int) -> dict[str, Any]:
    mine = scope.visible(request.user, BillingRun).select_related("community")
    row = get_object_or_404(mine, pk=pk)
    figures = report.figures_of(row)
    jobs = Job.objects.filter(kind=background.KIND, subject=str(pk))
    found = presentation.groups(report.remarks_of(row))
    blocked = presentation.blocked(found)
    return presentation.figures(row.community, row.period, figures, found, blocked) | {
        "community": row.community,
        "period": row.period,
        "run": row,
        "open": row.state == RunState.OPEN,
        "at_work": jobs.filter(state__in=UNFINISHED).exists(),
        "failed": jobs.filter(state="failed").first(),
        "percent": min(100, row.units * 100 // row.of_units) if row.of_units else 0,
        "may_act": scope.may(request.user, Deed.RUN_BILLS, row.community_id),
        "note": paper_views.note_form(row.community, row.period),
        "papers": [(path.name, *papers.building_of(path)) for path in papers.papers(row)],
        "printing": Job.objects.filter(
            kind=papers.KIND, subject=str(pk), state__in=UNFINISHED
        ).first(),
    }
