"""A billing run as a job: begun from a page, gone on with by whichever worker takes it up."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from contract.plain_text import whole_number
from server.billing_runs import runs
from server.billing_runs.models import BillingRun, RunState
from server.jobs import queue
from server.jobs.handlers import JobCancelled, Work
from server.jobs.models import Job

KIND = "billing_run"


def enqueue(run: BillingRun, asked_by: str) -> Job:
    """The job that makes the run's bills; the unfinished one that there is already."""
    return queue.enqueue(
        run.community,
        KIND,
        str(run.pk),
        total=run.of_units,
        asked_by=asked_by,
        at=timezone.now(),
    )


def work(work: Work) -> None:
    """Goes on with the run until it has ended. A job that is cancelled ends its run, whose bills stay."""
    run = BillingRun.objects.select_related("community").get(pk=int(work.subject))

    def between() -> None:
        work.progress(BillingRun.objects.values_list("units", flat=True).get(pk=run.pk))

    try:
        between()
        ended = runs.carry_on(run, timezone.now, between=between)
    except JobCancelled:
        with transaction.atomic():
            BillingRun.objects.filter(pk=run.pk, state=RunState.OPEN).update(cancel_asked=True)
        runs.carry_on(run, timezone.now)
        raise
    if ended.state == RunState.CANCELLED:
        raise JobCancelled


def address(subject: str) -> str:
    """Of the run's page; empty for what names no run."""
    run = whole_number(subject)
    return "" if run is None else reverse("billing_run", args=[run])
