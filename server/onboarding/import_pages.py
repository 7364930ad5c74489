"""The pages of an import: send a file, watch it being checked, see what it would do, let it be done."""

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from server.estate.models import Community
from server.fleet.views import staff_only
from server.jobs import queue
from server.jobs.models import Job, JobState
from server.onboarding import file_jobs, kept_problems, uploads
from server.onboarding.columns import column_shown
from server.onboarding.file_jobs import may_import
from server.onboarding.kept_problems import KeptProblem
from server.onboarding.models import EstateFile, FileState
from server.onboarding.next_steps import steps
from server.onboarding.problem_list import write_problems
from server.onboarding.report import KINDS
from server.onboarding.template import write_template
from server.onboarding.workbook_file import FILE_BYTES_MAX
from server.staff import audit, people

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_MAX, FILES_MAX = 200, 5


@staff_only
@never_cache
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The file to fill in; it says nothing of any community."""
    file = io.BytesIO()
    write_template(file)
    return _download(file, "lobbypay-estate.xlsx")


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest, community: int) -> HttpResponse:
    """GET: the form, and the person's own last files. POST: a file, which is checked as a job."""
    if not may_import(request.user, community):
        raise PermissionDenied
    into = Community.objects.filter(pk=community).first()
    if into is None:
        raise Http404
    if request.method == "GET":
        files = EstateFile.objects.filter(community=into, account=_account(request))
        context = {"community": into, "files": files[:FILES_MAX]}
        return render(request, "onboarding/import.html", context)
    file = request.FILES.get("file")
    if file is None or not file.size or file.size > FILE_BYTES_MAX:
        messages.error(request, _("Please choose an Excel file of at most 50 MB"))
        return redirect("onboarding_import", community=into.pk)
    token = uploads.keep(into.pk, _account(request), file.chunks())
    person, now = people.of(request.user), timezone.now()
    sent = EstateFile.objects.create(
        community=into,
        name=str(file.name or "")[:120],
        token=token,
        account=_account(request),
        sent_by=person.name,
        sent_at=now,
    )
    file_jobs.enqueue(sent, file_jobs.CHECK, person.name, now)
    return redirect("onboarding_file", community=into.pk, pk=sent.pk)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def file_page(request: HttpRequest, community: int, pk: int) -> HttpResponse:
    """What becomes of a file. POST ``act``: ``import`` it, ``cancel`` what is done with it, try it
    ``again``, list its ``problems``."""
    file = _own_file(request, community, pk)
    acts = {"import": _import, "cancel": _cancel, "again": _again, "problems": _problems}
    act = acts.get(request.POST.get("act", ""))
    if act is not None:
        return act(request, file)
    context = _context(file) | {"next": steps(request.user, community)[1:]}
    return render(request, "onboarding/import_found.html", context)


@staff_only
@never_cache
@require_GET
def file_live(request: HttpRequest, community: int, pk: int) -> HttpResponse:
    """The part of the page that is fetched again while somebody is at work at the file."""
    context = _context(_own_file(request, community, pk))
    answer = render(request, "onboarding/import_live.html", context)
    if not context["going"]:
        answer["HX-Refresh"] = "true"  # what can be done now is another thing
    return answer


def _own_file(request: HttpRequest, community: int, pk: int) -> EstateFile:
    """Files hold residents' data: each is its sender's alone."""
    if not may_import(request.user, community):
        raise PermissionDenied
    mine = EstateFile.objects.filter(community=community, account=_account(request))
    return get_object_or_404(mine.select_related("community"), pk=pk)


def _import(request: HttpRequest, file: EstateFile) -> HttpResponse:
    if not file_jobs.begin_import(file, people.of(request.user).name, timezone.now()):
        messages.error(request, _("The file is no longer here; please choose it again"))
    return _back(file)


def _cancel(request: HttpRequest, file: EstateFile) -> HttpResponse:
    """Nothing was written yet, so nothing is lost, and no reason is asked for."""
    job, now = file_jobs.newest_job(file), timezone.now()
    if job is None or not job.unfinished:
        return _back(file)
    # First: while it is at work, SQLite has no place for anybody else's writing.
    queue.ask_to_end(job)
    with transaction.atomic():
        queue.cancel(job, at=now)
        job.refresh_from_db()
        if job.state == JobState.CANCELLED:
            file_jobs.stop(file)
        subject, said = ("job", str(job.pk)), "stopped from the page of the file"
        before = {"kind": job.kind, "subject": job.subject}
        person = people.of(request.user)
        audit.record(file.community_id, person, "job_cancel", subject, said, now, before=before)
    return _back(file)


def _again(request: HttpRequest, file: EstateFile) -> HttpResponse:
    file_jobs.again(file, timezone.now())
    return _back(file)


def _problems(request: HttpRequest, file: EstateFile) -> HttpResponse:
    found = _kept(file)
    if not found:
        messages.error(request, _("The file is no longer here; please choose it again"))
        return _back(file)
    listed = io.BytesIO()
    write_problems(listed, found, _chinese())
    return _download(listed, f"{file.community.code}-mistakes.xlsx")


def _back(file: EstateFile) -> HttpResponse:
    return redirect("onboarding_file", community=file.community_id, pk=file.pk)


def _kept(file: EstateFile) -> list[KeptProblem]:
    if file.state != FileState.WRONG:
        return []
    try:
        path = uploads.path_of(file.community_id, file.account, file.token)
    except uploads.UploadGone:
        return []
    return kept_problems.read(uploads.problems_of(path))


def _context(file: EstateFile) -> dict[str, Any]:
    counts = [file.counts.get(how, {}) for how in ("created", "changed", "unchanged")]
    kinds = [kind for kind in KINDS if any(of_kind.get(kind) for of_kind in counts)]
    problems = _kept(file)
    job = file_jobs.newest_job(file)
    done, total = (0, 0) if job is None else queue.come_to(job)
    return {
        "file": file,
        "community": file.community,
        "rows": [(KINDS[kind], [of_kind.get(kind, 0) for of_kind in counts]) for kind in kinds],
        "problems": [
            (one, column_shown(one.sheet, one.column, _chinese())) for one in problems[:SHOWN_MAX]
        ],
        "shown_max": SHOWN_MAX,
        "going": file.at_work and job is not None and job.unfinished,
        "failed": job if file.at_work and _has_ended(job) else None,
        "done": done,
        "total": total,
        "percent": min(100, done * 100 // total) if total else 0,
    }


def _has_ended(job: Job | None) -> bool:
    return job is not None and not job.unfinished


def _account(request: HttpRequest) -> int:
    return people.of(request.user).account or 0


def _chinese() -> bool:
    return (translation.get_language() or "").startswith("zh")


def _download(file: io.BytesIO, name: str) -> HttpResponse:
    answer = HttpResponse(file.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
