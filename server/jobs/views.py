"""The page of jobs: what waits, what is at work and how far, what failed; try again, cancel."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from contract.business_day import local_time
from contract.plain_text import whole_number
from server.fleet.views import staff_only
from server.jobs import queue
from server.jobs.handlers import handler_of, makes_bills
from server.jobs.models import Job
from server.language import chosen
from server.staff import audit, page_export, people, scope

SHOWN_MAX, ROWS_MAX = 50, 10_000


@dataclass(frozen=True, slots=True)
class Shown:
    job: Job
    title: Any
    address: str
    may_act: bool
    done: int
    total: int

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


@staff_only
@never_cache
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    if page_export.wanted(request):
        return page_export.answer(request, _table(request))
    return render(request, "jobs/page.html", _context(request))


def _table(request: HttpRequest) -> page_export.Table:
    """All of them, not only those that the page shows."""
    rows = scope.visible(request.user, Job).select_related("community")[:ROWS_MAX]
    heading = (
        _("Community"),
        _("Job"),
        _("State"),
        _("Done so far"),
        _("Of all"),
        _("Asked by"),
        _("Asked at"),
        _("Problem"),
    )
    cells = []
    for job in rows:
        one = _shown(request.user, job)
        asked = f"{local_time(job.asked_at, job.community.time_zone):%Y-%m-%d %H:%M}"
        state = job.get_state_display()
        name, title = chosen(job.community.name), str(one.title)
        cells.append((name, title, state, one.done, one.total, job.asked_by, asked, job.problem))
    return page_export.Table("jobs", [job.community_id for job in rows], heading, cells)


@staff_only
@never_cache
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The part of the page that is fetched again every few seconds."""
    return render(request, "jobs/live.html", _context(request))


@staff_only
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Cancels a job or begins it again; both are written down with their reason."""
    pk = whole_number(request.POST.get("job", ""))
    job = get_object_or_404(scope.visible(request.user, Job), pk=pk)
    if not _may_act(request.user, job):
        raise PermissionDenied
    wanted = request.POST.get("act", "")
    person, now = people.of(request.user), timezone.now()
    reason = request.POST.get("reason", "")
    if wanted == "cancel" and reason.strip():
        queue.ask_to_end(job)
    try:
        _act(job, wanted, person, reason, now)
    except audit.ReasonMissing:
        messages.error(request, _("Give the reason"))
    return redirect("jobs")


def _act(job: Job, wanted: str, person: people.Person, reason: str, at: datetime) -> None:
    """Raises ReasonMissing, and PermissionDenied for what is no act."""
    if wanted not in ("cancel", "again"):
        raise PermissionDenied
    with transaction.atomic():
        audit.record(
            job.community_id,
            person,
            f"job_{wanted}",
            ("job", str(job.pk)),
            reason,
            at,
            before={"kind": job.kind, "subject": job.subject, "state": job.state},
        )
        if wanted == "cancel":
            queue.cancel(job, at=at)
        else:
            queue.again(job, at=at)


def _context(request: HttpRequest) -> dict[str, Any]:
    rows = scope.visible(request.user, Job).select_related("community")[:SHOWN_MAX]
    return {"jobs": [_shown(request.user, job) for job in rows], "now": timezone.now()}


def _may_act(user: Any, job: Job) -> bool:
    handler = handler_of(job.kind)
    may = makes_bills if handler is None else handler.may_act
    return may(user, job.community_id)


def _shown(user: Any, job: Job) -> Shown:
    handler = handler_of(job.kind)
    title = job.kind if handler is None else handler.title
    address = "" if handler is None else handler.address(job.subject)
    return Shown(job, title, address, _may_act(user, job), *queue.come_to(job))
