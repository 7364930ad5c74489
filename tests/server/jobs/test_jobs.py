"""Jobs are done once, tried again, cancelled, and taken up when their worker died."""

import threading
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from server.estate.models import Community
from server.jobs import handlers, queue, worker
from server.jobs.handlers import Handler, JobCancelled
from server.jobs.models import Job, JobState
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import create_village

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def village() -> Community:
    return create_village()


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the jobs of kind "note" did. Subjects beginning with a sign go wrong that often."""
    did: list[str] = []

    def work(work: handlers.Work) -> None:
        did.append(work.subject)
        work.progress(1, 3)
        if did.count(work.subject) <= work.subject.count("!"):
            raise ValueError("no luck")
        work.progress(3)

    monkeypatch.setitem(handlers._HANDLERS, "note", Handler("Note", work, lambda s: f"/{s}"))
    return did


def ask(village: Community, subject: str = "a") -> Job:
    return queue.enqueue(village, "note", subject, total=3, asked_by="Li Lei", at=timezone.now())


def run_ready() -> None:
    """What a worker does when it finds something; pauses are over."""
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    worker._worker(0).run()


def test_a_job_is_done_and_says_how_far_it_is(village: Community, done: list[str]):
    job = ask(village)
    run_ready()
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.attempts) == (JobState.DONE, 3, 3, 1)
    assert done == ["a"] and job.ended_at


def test_asked_for_twice_it_is_one_job_done_once(village: Community, done: list[str]):
    assert ask(village).pk == ask(village).pk
    run_ready()
    queue.perform(Job.objects.get().pk)  # told of twice, as after a rescue
    assert done == ["a"]
    assert ask(village).pk != Job.objects.earliest("pk").pk


def test_what_goes_wrong_is_tried_again_and_then_left_to_staff(village: Community, done: list[str]):
    twice, always = ask(village, "b!!"), ask(village, "c!!!!!!!!")
    for _ in range(queue.ATTEMPTS_MAX):
        run_ready()
    twice.refresh_from_db()
    always.refresh_from_db()
    assert (twice.state, twice.attempts, twice.problem) == (JobState.DONE, 3, "")
    assert (always.state, always.attempts) == (JobState.FAILED, queue.ATTEMPTS_MAX)
    assert always.problem == "no luck"
    assert queue.again(always, at=timezone.now())
    assert not queue.again(twice, at=timezone.now())
    assert Job.objects.get(pk=always.pk).state == JobState.WAITING


def test_pauses_grow(village: Community, done: list[str]):
    ask(village, "b!!!")
    run_ready()
    waits = DBTaskResult.objects.get(status="READY").run_after - timezone.now()
    assert timedelta(seconds=3) < waits <= timedelta(seconds=queue.PAUSES_S[0])


def test_a_job_that_waits_is_cancelled_at_once(village: Community, done: list[str]):
    job = ask(village)
    queue.cancel(job, at=timezone.now())
    run_ready()
    assert done == [] and Job.objects.get().state == JobState.CANCELLED


def test_a_job_at_work_is_cancelled_at_its_next_sign(village: Community, monkeypatch):
    def work(work: handlers.Work) -> None:
        queue.cancel(Job.objects.get(), at=timezone.now())
        with pytest.raises(JobCancelled):
            work.progress(1)
        raise JobCancelled

    monkeypatch.setitem(handlers._HANDLERS, "note", Handler("Note", work, str))
    ask(village)
    run_ready()
    assert Job.objects.get().state == JobState.CANCELLED


def test_a_job_whose_worker_was_killed_is_taken_up(village: Community, done: list[str]):
    job = ask(village)
    DBTaskResult.objects.all().delete()  # claimed, and the worker is gone
    Job.objects.update(state=JobState.RUNNING)
    assert queue.rescue(timezone.now()) == 0
    later = timezone.now() + timedelta(seconds=queue.SILENT_S + 1)
    assert (queue.rescue(later), queue.rescue(later)) == (1, 0)
    run_ready()
    job.refresh_from_db()
    assert (job.state, done) == (JobState.DONE, ["a"])


def test_nobody_hears_of_a_job_whose_row_was_taken_back(village: Community, done: list[str]):
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        ask(village)
        raise RuntimeError
    assert not DBTaskResult.objects.exists()


def test_a_kind_that_nobody_knows_fails_in_words(village: Community):
    job = queue.enqueue(village, "magic", "x", total=0, asked_by="x", at=timezone.now())
    for _ in range(queue.ATTEMPTS_MAX):
        run_ready()
    job.refresh_from_db()
    assert (job.state, job.problem) == (JobState.FAILED, "this version knows no jobs of kind magic")


def test_the_worker_ends_when_told(village: Community, done: list[str]):
    stop = threading.Event()
    stop.set()
    worker.work(stop, look_s=0)


def test_the_page_of_jobs(village: Community, done: list[str]):
    other = create_village("other")
    job = ask(village, "b!!!!!!!!")
    ask(other, "elsewhere")
    Job.objects.filter(pk=job.pk).update(state="failed", problem="no luck", ended_at=timezone.now())
    keeper = signed_in(create_person("keeper", (village, Role.BOOKKEEPER)))
    auditor = signed_in(create_person("auditor", (village, Role.AUDITOR)))
    for address in ("/staff/jobs/", "/staff/jobs/live/"):
        page = keeper.get(address).content.decode()
        assert "no luck" in page and "再试一次" in page and "/elsewhere" not in page
        assert "再试一次" not in auditor.get(address).content.decode()
    assert auditor.post("/staff/jobs/act/", {"job": job.pk, "act": "again"}).status_code == 403
    assert keeper.post("/staff/jobs/act/", {"job": job.pk, "act": "again"}).status_code == 302
    assert Job.objects.get(pk=job.pk).state == JobState.FAILED  # no reason, no act
    keeper.post("/staff/jobs/act/", {"job": job.pk, "act": "again", "reason": "mended"})
    assert Job.objects.get(pk=job.pk).state == JobState.WAITING
    keeper.post("/staff/jobs/act/", {"job": job.pk, "act": "cancel", "reason": "not today"})
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert list(Act.objects.order_by("pk").values_list("act", "reason")) == [
        ("job_again", "mended"),
        ("job_cancel", "not today"),
    ]
    foreign = Job.objects.get(subject="elsewhere")
    asked = {"job": foreign.pk, "act": "cancel", "reason": "x"}
    assert keeper.post("/staff/jobs/act/", asked).status_code == 404
    assert Client().get("/staff/jobs/").status_code == 302


def test_what_is_done_every_few_seconds_goes_on_after_a_failure(monkeypatch):
    seen, stop = [], threading.Event()

    def look(now):
        seen.append(now)
        if len(seen) > 2:
            stop.set()
        raise ValueError("once more")

    monkeypatch.setattr(worker, "OFTEN_S", 0.01)
    worker._often(stop, "test", look)
    assert len(seen) == 3


def test_a_worker_that_ends_waits_for_what_is_done_every_few_seconds(monkeypatch):
    def look(_now):
        begun.set()
        time.sleep(0.3)
        written.append(1)

    stop, begun, written = threading.Event(), threading.Event(), []
    monkeypatch.setattr(worker, "OFTEN", {"slow": look})
    monkeypatch.setattr(worker, "OFTEN_S", 0.01)
    threading.Thread(target=lambda: (begun.wait(10), stop.set()), daemon=True).start()
    worker.work(stop, look_s=0.01)
    assert len(written) == 1
