"""The pages of previews: ask for one, watch it being reckoned, look at it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from server.billing.fees import charged
from server.billing_runs import presentation, previews
from server.billing_runs.forms import ChoiceForm
from server.billing_runs.models import terms_of
from server.billing_runs.preview_models import RunPreview
from server.fleet.views import staff_only
from server.jobs import queue
from server.jobs.models import Job
from server.staff import people, scope
from server.staff.roles import Deed


@staff_only
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Has it reckoned in the background; no bill is made."""
    form = ChoiceForm(request.user, request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a community and a period"))
        return redirect("billing_runs")
    chosen, person = form.cleaned_data, people.of(request.user)
    row = previews.ask(
        chosen["community"], chosen["period"], form.codes, person.name, timezone.now()
    )
    return redirect("billing_preview", pk=row.pk)


@staff_only
@never_cache
@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "billing_runs/preview.html", _context(request, pk))


@staff_only
@never_cache
@require_GET
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is fetched again while it is being reckoned."""
    context = _context(request, pk)
    answer = render(request, "billing_runs/preview_live.html", context)
    if not context["going"]:
        answer["HX-Refresh"] = "true"  # now there is something to look at
    return answer


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    mine = RunPreview.objects.filter(community__in=scope.communities(request.user, Deed.RUN_BILLS))
    row = get_object_or_404(mine.select_related("community"), pk=pk)
    job = Job.objects.filter(kind=previews.KIND, subject=str(pk)).first()
    done, total = (0, 0) if job is None else queue.come_to(job)
    context: dict[str, Any] = {
        "row": row,
        "community": row.community,
        "period": row.period,
        "going": row.figures is None and job is not None and job.unfinished,
        "job": job,
        "done": done,
        "total": total,
        "percent": min(100, done * 100 // total) if total else 0,
    }
    if row.figures is None:
        return context
    codes = charged(row.community).values_list("code", flat=True) if row.items else ()
    return (
        context
        | presentation.figures(
            row.community,
            row.period,
            previews.figures_of(row),
            previews.groups_of(row),
            row.blocked,
        )
        | {
            "due": terms_of(row.community).due(row.period),
            "chosen": [code for code in codes if code in row.items],
        }
    )
