"""An estate's file is checked, and then imported, as a job. Killed at any point it leaves nothing half:
all of it is one transaction, and what it did is written in that one, too."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from contract.plain_text import whole_number
from server.jobs import queue
from server.jobs.handlers import JobCancelled, Work
from server.jobs.models import Job
from server.onboarding import kept_problems, uploads
from server.onboarding.importing import import_estate
from server.onboarding.models import EstateFile, FileState
from server.onboarding.report import Report
from server.staff import scope
from server.staff.people import Person
from server.staff.roles import Area

CHECK, IMPORT = "estate_check", "estate_import"
_WRITES = (Area.ESTATE, Area.RESIDENTS, Area.FEES, Area.METERS)


class _Overtaken(Exception):
    """Another worker has imported the file meanwhile, or staff stopped it: all is taken back."""


def may_import(user: Any, community: int) -> bool:
    """Whoever may change all that a file can bring."""
    return all(scope.within(scope.changes(user, area), community) for area in _WRITES)


def enqueue(file: EstateFile, kind: str, asked_by: str, at: datetime) -> Job:
    return queue.enqueue(file.community, kind, str(file.pk), total=0, asked_by=asked_by, at=at)


def newest_job(file: EstateFile) -> Job | None:
    """The check's or the import's, whichever was asked for last."""
    return Job.objects.filter(kind__in=(CHECK, IMPORT), subject=str(file.pk)).first()


def begin_import(file: EstateFile, asked_by: str, at: datetime) -> bool:
    """False unless it was found in order and its file is still there."""
    if not _there(file):
        _set(file.pk, FileState.IN_ORDER, FileState.GONE)
        return False
    if not _set(file.pk, FileState.IN_ORDER, FileState.IMPORTING):
        return False
    enqueue(file, IMPORT, asked_by, at)
    return True


def again(file: EstateFile, at: datetime) -> None:
    """Begins anew what was stopped or has failed; nothing else."""
    job = newest_job(file)
    if job is not None and file.state != FileState.IN_ORDER and queue.again(job, at=at):
        _set(file.pk, FileState.STOPPED, FileState.CHECKING)


def check(work: Work) -> None:
    """Nothing is imported; the file is then in order, or with mistakes."""
    _perform(work, FileState.CHECKING, FileState.STOPPED)


def bring_in(work: Work) -> None:
    """Imports a file that was found in order. Stopped before its end it is as it was before."""
    _perform(work, FileState.IMPORTING, FileState.IN_ORDER)


def address(subject: str) -> str:
    """Of the file's page; empty for what names no file."""
    file = EstateFile.objects.filter(pk=whole_number(subject) or 0).first()
    return "" if file is None else reverse("onboarding_file", args=[file.community_id, file.pk])


def stop(file: EstateFile) -> None:
    """What a job that waited and was cancelled leaves of its file's state."""
    _set(file.pk, FileState.CHECKING, FileState.STOPPED)
    _set(file.pk, FileState.IMPORTING, FileState.IN_ORDER)


def _perform(work: Work, state: FileState, stopped: FileState) -> None:
    file = EstateFile.objects.select_related("community").get(pk=whole_number(work.subject) or 0)
    _set(file.pk, stopped, state)  # a job that was stopped is begun again
    file.refresh_from_db(fields=["state"])
    if file.state != state:
        return
    try:
        _run(file, work)
    except uploads.UploadGone:
        _set(file.pk, state, FileState.GONE)
    except JobCancelled:
        _set(file.pk, state, stopped)
        raise
    except _Overtaken:
        return


def _run(file: EstateFile, work: Work) -> None:
    """Raises UploadGone, JobCancelled, _Overtaken."""
    path = uploads.path_of(file.community_id, file.account, file.token)
    checks = file.state == FileState.CHECKING

    def imported(report: Report) -> None:
        if not _set(file.pk, FileState.IMPORTING, FileState.IMPORTED, _found(report)):
            raise _Overtaken

    report = import_estate(
        path,
        file.community,
        person=Person(file.sent_by, file.account),
        at=timezone.now(),
        check=checks,
        name=file.name,
        watch=work.within,
        imported=imported,
    )
    if not report.problem_count and not checks:
        uploads.forget(path)
        return
    kept_problems.write(uploads.problems_of(path), report.problems)
    end = FileState.WRONG if report.problem_count else FileState.IN_ORDER
    _set(file.pk, FileState(file.state), end, _found(report))


def _found(report: Report) -> dict[str, Any]:
    return {
        "counts": report.counts,
        "problem_count": report.problem_count,
        "ignored_sheets": report.ignored_sheets,
    }


def _set(pk: int, state: FileState, to: FileState, found: dict[str, Any] | None = None) -> bool:
    """False when it is in another state meanwhile."""
    return bool(EstateFile.objects.filter(pk=pk, state=state).update(state=to, **(found or {})))


def _there(file: EstateFile) -> bool:
    try:
        uploads.path_of(file.community_id, file.account, file.token)
    except uploads.UploadGone:
        return False
    return True
