"""A file's job says how far it is from within its transaction, can be stopped there, and dies whole."""

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from server.estate.models import Community, Unit
from server.jobs import progress_files, queue
from server.jobs.models import Job, JobState
from server.onboarding import file_jobs, importing, uploads
from server.onboarding.models import EstateFile, FileState
from server.onboarding.sheets import units
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.onboarding.files import UNITS, save, unit
from tests.server.staff_accounts import create_person, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", autouse=True)
def own_day() -> None:
    """A sign of life is a file's time, which is real."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH_ROWS", 2)


@pytest.fixture
def clerk(acacia: Community) -> Client:
    return signed_in(create_person("li", (acacia, Role.ADMINISTRATOR)))


@pytest.fixture
def job(clerk: Client, acacia: Community, tmp_path: Path) -> Job:
    """That imports a file of six units, which was found in order."""
    rows = [unit(str(number)) for number in range(101, 107)]
    path = save(tmp_path / "f.xlsx", {"units": [UNITS, *rows]})
    with path.open("rb") as file:
        clerk.post(f"/staff/onboarding/{acacia.pk}/import/", {"file": file})
    queue.perform(Job.objects.get().pk)
    clerk.post(page(), {"act": "import"})
    return Job.objects.get(kind=file_jobs.IMPORT)


def page() -> str:
    file = EstateFile.objects.get()
    return f"/staff/onboarding/{file.community_id}/import/{file.pk}/"


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_it_says_how_far_it_is_and_is_stopped_in_its_midst(
    job: Job, clerk: Client, monkeypatch: pytest.MonkeyPatch
):
    apply, batches, go_on = units.apply, [], threading.Event()

    def second_waits(batch, to) -> None:
        batches.append(len(batch))
        if len(batches) == 2:
            go_on.wait(30)
        apply(batch, to)

    monkeypatch.setattr(units, "apply", second_waits)

    def work() -> None:
        queue.perform(job.pk)
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    until(lambda: queue.come_to(job)[0])
    assert "已读 3 行，共 7 行" in clerk.get(f"{page()}live/").content.decode()
    assert queue.come_to(job) == (3, 7)
    assert 'value="42"' in clerk.get("/staff/jobs/").content.decode()
    assert not Unit.objects.exists()
    threading.Timer(0.5, go_on.set).start()  # meanwhile the page asks for the end
    clerk.post(page(), {"act": "cancel"})
    worker.join(30)
    job.refresh_from_db()
    assert (job.state, EstateFile.objects.get().state) == (JobState.CANCELLED, FileState.IN_ORDER)
    assert not Unit.objects.exists() and batches == [2, 2]
    assert progress_files.read(job.pk) is None
    monkeypatch.setattr(units, "apply", apply)
    clerk.post(page(), {"act": "import"})
    queue.perform(Job.objects.get(state=JobState.WAITING).pk)
    assert EstateFile.objects.get().state == FileState.IMPORTED and Unit.objects.count() == 6


def test_a_worker_that_is_killed_leaves_nothing_half(
    job: Job, monkeypatch: pytest.MonkeyPatch, data_folder: Path
):
    connections.close_all()
    child = os.fork()
    if child == 0:  # the worker, which hangs in the midst of its second batch
        apply, batches = units.apply, []

        def hang(batch, to) -> None:
            apply(batch, to)
            batches.append(batch)
            if len(batches) == 2:
                (data_folder / "hangs").touch()
                time.sleep(60)

        units.apply = hang
        queue.perform(job.pk)
        os._exit(1)
    until((data_folder / "hangs").exists)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert not Unit.objects.exists() and EstateFile.objects.get().state == FileState.IMPORTING
    now = timezone.now()
    assert queue.rescue(now) == 0
    later = now + timedelta(seconds=queue.SILENT_S + 5)
    assert queue.rescue(later) == 1
    queue.perform(job.pk)
    queue.perform(job.pk)  # told of twice
    assert Unit.objects.count() == 6 and EstateFile.objects.get().state == FileState.IMPORTED
    assert Act.objects.filter(act="import_estate").count() == 1
    assert not list((data_folder / "uploads").glob("*"))


def test_a_sign_of_life_from_within_keeps_others_from_taking_it_up(job: Job):
    later = timezone.now() + timedelta(seconds=queue.SILENT_S * 2)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    progress_files.write(job.pk, 1, 7)
    alive = progress_files._path(job.pk, "json")
    os.utime(alive, (later.timestamp(), later.timestamp()))
    assert queue.rescue(later) == 0
    progress_files.forget(job.pk)
    assert queue.rescue(later) == 1


def test_two_workers_import_it_once(job: Job, monkeypatch: pytest.MonkeyPatch):
    """The second one, whose import found nothing to change, takes back even its line in the log."""
    file, run = EstateFile.objects.get(), file_jobs.import_estate

    def overtaken(*args, **kwargs):
        monkeypatch.setattr(file_jobs, "import_estate", run)
        run(*args, **kwargs)
        return run(*args, **kwargs)

    monkeypatch.setattr(file_jobs, "import_estate", overtaken)
    queue.perform(job.pk)
    job.refresh_from_db()
    file.refresh_from_db()
    assert (job.state, file.state) == (JobState.DONE, FileState.IMPORTED)
    assert Act.objects.filter(act="import_estate").count() == 1 and Unit.objects.count() == 6


def test_what_waits_is_stopped_at_once_and_begun_again(clerk: Client, acacia: Community, tmp_path):
    path = save(tmp_path / "f.xlsx", {"units": [UNITS, unit("101")]})
    with path.open("rb") as sent:
        clerk.post(f"/staff/onboarding/{acacia.pk}/import/", {"file": sent})
    clerk.post(page(), {"act": "cancel"})
    assert "检查已停止" in clerk.get(page()).content.decode()
    clerk.post(page(), {"act": "again"})
    queue.perform(Job.objects.get().pk)
    assert EstateFile.objects.get().state == FileState.IN_ORDER
    assert [act.act for act in Act.objects.all()] == ["job_cancel"]


def test_what_cannot_be_done_is_told_on_the_page(
    job: Job, clerk: Client, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_args, **_kwargs):
        raise ValueError("no room on the disk")

    monkeypatch.setattr(file_jobs, "import_estate", fails)
    for _ in range(queue.ATTEMPTS_MAX):
        queue.perform(job.pk)
    text = clerk.get(page()).content.decode()
    assert "no room on the disk" in text and "再试一次" in text
    monkeypatch.undo()
    clerk.post(page(), {"act": "again"})
    queue.perform(job.pk)
    assert EstateFile.objects.get().state == FileState.IMPORTED


def test_a_file_that_is_gone_is_told_by_the_job(job: Job, clerk: Client):
    file = EstateFile.objects.get()
    uploads.path_of(file.community_id, file.account, file.token).unlink()
    queue.perform(job.pk)
    assert EstateFile.objects.get().state == FileState.GONE
    assert "请重新选择" in clerk.get(page()).content.decode()
