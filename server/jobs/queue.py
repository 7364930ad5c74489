"""Jobs are asked for, done, tried again, cancelled, and taken up when their worker died.

A job is a row; that somebody should do it is told to the task library once the row is committed. What
that library loses (a crash between both, a worker that was killed) is told again by ``rescue``: the row
says what is to be done, and doing a job twice does no harm (see ``handlers``).
"""

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from server.database import database_away
from server.estate.models import Community
from server.jobs import progress_files
from server.jobs.handlers import JobCancelled, handler_of
from server.jobs.models import UNFINISHED, Job, JobState

ATTEMPTS_MAX = 4
PAUSES_S = (5, 30, 120)  # before the second, third and fourth attempt
SILENT_S = 180  # after so long without a sign of life nobody is at work any more

log = logging.getLogger(__name__)


@task()
def perform_job(job_id: int) -> None:
    """What the task library calls."""
    perform(job_id)


def enqueue(
    community: Community, kind: str, subject: str, *, total: int, asked_by: str, at: datetime
) -> Job:
    """The job, or the unfinished one of this kind and subject that there is already."""
    try:
        with transaction.atomic():
            job = Job.objects.create(
                community=community,
                kind=kind,
                subject=subject,
                total=total,
                asked_by=asked_by,
                asked_at=at,
                beat_at=at,
            )
            progress_files.forget(job.pk)  # of another job of this number, before a restore
            _tell(job.pk)
            return job
    except IntegrityError:
        return Job.objects.get(kind=kind, subject=subject, state__in=UNFINISHED)


def cancel(job: Job, *, at: datetime) -> None:
    """A job that waits ends now, one that is at work at its next progress, others stay as they are.
    Before that, and outside of a transaction, ``ask_to_end`` reaches one that keeps the database busy."""
    with transaction.atomic():
        row = Job.objects.select_for_update().get(pk=job.pk)
        if row.state == JobState.WAITING:
            row.state, row.ended_at = JobState.CANCELLED, at
            progress_files.forget(row.pk)
        row.cancel_asked = row.cancel_asked or row.state in (JobState.RUNNING, JobState.CANCELLED)
        row.save(update_fields=["state", "ended_at", "cancel_asked"])


def ask_to_end(job: Job) -> None:
    """Writes nothing in the database."""
    if job.unfinished:
        progress_files.ask_to_end(job.pk)


def come_to(job: Job) -> tuple[int, int]:
    """How far it has come, of how much; also from within its transaction."""
    within = progress_files.read(job.pk) if job.unfinished else None
    return (job.done, job.total) if within is None else (within.done, within.total)


def again(job: Job, *, at: datetime) -> bool:
    """Begins a job anew that failed or was cancelled. False for others, and when another job of the same
    kind and subject is unfinished."""
    try:
        with transaction.atomic():
            row = Job.objects.select_for_update().get(pk=job.pk)
            if row.state not in (JobState.FAILED, JobState.CANCELLED):
                return False
            row.state, row.ended_at, row.problem = JobState.WAITING, None, ""
            row.attempts, row.cancel_asked, row.beat_at = 0, False, at
            row.save()
            progress_files.forget(row.pk)
            _tell(row.pk)
            return True
    except IntegrityError:
        return False


def rescue(at: datetime) -> int:
    """Tells again of jobs that nobody is at work at although they are unfinished; how many."""
    silent = at - timedelta(seconds=SILENT_S)
    found = Job.objects.filter(state__in=UNFINISHED, beat_at__lt=silent)
    count = 0
    for pk in found.values_list("pk", flat=True):
        heard = progress_files.read(pk)
        if heard is not None and heard.at >= silent:
            continue
        with transaction.atomic():
            row = Job.objects.select_for_update().get(pk=pk)
            if row.state in UNFINISHED and row.beat_at < silent:
                row.state, row.beat_at = JobState.WAITING, at
                row.save(update_fields=["state", "beat_at"])
                _tell(pk)
                count += 1
    return count


def perform(job_id: int) -> None:
    """Does a job that waits; nothing for any other. What goes wrong is tried again some times."""
    job = _claim(job_id)
    if job is None:
        return
    handler = handler_of(job.kind)
    try:
        if handler is None:
            raise LookupError(f"this version knows no jobs of kind {job.kind}")
        handler.work(_Progress(job))
    except JobCancelled:
        _end(job, JobState.CANCELLED)
    except Exception as error:
        log.exception("job %s %s failed", job.kind, job.subject)
        _failed(job, error)
    else:
        _end(job, JobState.DONE)


class _Progress:
    """The ``Work`` of one job."""

    def __init__(self, job: Job) -> None:
        self.subject, self._pk = job.subject, job.pk

    def progress(self, done: int, total: int | None = None) -> None:
        figures = {"done": done} | ({} if total is None else {"total": total})
        Job.objects.filter(pk=self._pk).update(beat_at=timezone.now(), **figures)
        if Job.objects.filter(pk=self._pk, cancel_asked=True).exists():
            raise JobCancelled

    def within(self, done: int, total: int) -> None:
        progress_files.write(self._pk, done, total)
        if progress_files.asked_to_end(self._pk):
            raise JobCancelled


def _claim(job_id: int) -> Job | None:
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, state=JobState.WAITING).first()
        if job is None:
            return None
        job.state, job.beat_at = JobState.RUNNING, timezone.now()
        job.attempts += 1
        job.save(update_fields=["state", "beat_at", "attempts"])
        return job


def _end(job: Job, state: JobState, problem: str = "") -> None:
    last = progress_files.read(job.pk)
    figures = {} if last is None else {"done": last.done, "total": last.total}
    Job.objects.filter(pk=job.pk).update(
        state=state, ended_at=timezone.now(), problem=problem, **figures
    )
    progress_files.forget(job.pk)


def _failed(job: Job, error: Exception) -> None:
    if job.attempts >= ATTEMPTS_MAX:
        _end(job, JobState.FAILED, "" if database_away(error) else str(error)[:200])
        return
    pause = timedelta(seconds=PAUSES_S[min(job.attempts, len(PAUSES_S)) - 1])
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(state=JobState.WAITING, beat_at=timezone.now())
        _tell(job.pk, pause)


def _tell(pk: int, pause: timedelta | None = None) -> None:
    """Once the row is committed: whoever is told finds it."""
    told = perform_job if pause is None else perform_job.using(run_after=timezone.now() + pause)
    transaction.on_commit(partial(told.enqueue, pk))
