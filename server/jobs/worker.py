"""The worker: does jobs, one after the other, until it is told to stop. Any number of them may run."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from server.jobs import queue
from server.jobs.handlers import MINUTELY, OFTEN
from server.jobs.models import WorkerSign

LOOK_S = 1.0
RESCUE_S = 60.0
SIGN_S = 30.0
OFTEN_S = 2.5
END_S = 30.0  # at most, for what is done every few seconds
KEPT_DAYS = 7  # what the library remembers of finished tasks; the jobs themselves stay

log = logging.getLogger(__name__)


def work(stop: threading.Event, look_s: float = LOOK_S) -> None:
    """Until ``stop`` is set; the job at hand is finished first. What the database cannot do now is tried
    again."""
    worker = _worker(look_s)
    threading.Thread(target=_sign, args=(stop,), name="worker-sign", daemon=True).start()
    threading.Thread(target=_end_with, args=(stop, worker), daemon=True).start()
    often = [
        threading.Thread(target=_often, args=(stop, name, look), name=name, daemon=True)
        for name, look in OFTEN.items()
    ]
    for thread in often:
        thread.start()
    rescued = 0.0
    while not stop.is_set():
        try:
            close_old_connections()
            if time.monotonic() - rescued > RESCUE_S:
                rescued = time.monotonic()
                queue.rescue(timezone.now())
                _forget()
                _look()
            if DBTaskResult.objects.ready().exists():  # a question writes nothing; a claim does
                worker.run()
        except DatabaseError:
            log.exception("the jobs cannot be read now")
        stop.wait(look_s)
    until = time.monotonic() + END_S
    for thread in often:  # what is being sent is written down before the process ends
        thread.join(max(0.0, until - time.monotonic()))


def start() -> threading.Event:
    """A worker in a thread of this process; set the event to end it."""
    stop = threading.Event()
    threading.Thread(target=work, args=(stop,), name="jobs", daemon=True).start()
    return stop


def _often(stop: threading.Event, name: str, look: Callable[[datetime], object]) -> None:
    """Also while a job takes long. What goes wrong is tried again."""
    while not stop.wait(OFTEN_S):
        try:
            close_old_connections()
            look(timezone.now())
        except Exception:
            log.exception("%s: what is looked for every few seconds failed", name)
    connections.close_all()


def _sign(stop: threading.Event, every_s: float = SIGN_S) -> None:
    """Says that this worker lives, also while a job takes long."""
    name = socket.gethostname()[:80]
    while True:
        try:
            WorkerSign.objects.update_or_create(name=name, defaults={"at": timezone.now()})
        except DatabaseError:
            log.warning("the worker's sign of life could not be written")
        finally:
            close_old_connections()
        if stop.wait(every_s):
            return


def _worker(look_s: float) -> Worker:
    """The library's own, which ends when nothing is ready."""
    return Worker(
        queue_names=["default"],
        interval=look_s,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )


def _end_with(stop: threading.Event, worker: Any) -> None:
    stop.wait()
    worker.running = False


def _look() -> None:
    """What goes wrong in one room keeps no other from its work, nor this worker from its jobs."""
    for look in MINUTELY:
        try:
            look(timezone.now())
        except DatabaseError:
            raise
        except Exception:
            log.exception("what is looked for every minute failed")


def _forget() -> None:
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    DBTaskResult.objects.finished().filter(finished_at__lt=before).delete()
