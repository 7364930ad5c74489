"""Serves the site with gunicorn: one process, many threads, because long polls hold a thread each."""

import atexit
import os
import shutil
import sys
import tempfile
import threading
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter


class _Arbiter(Arbiter):
    def handle_hup(self) -> None:
        """The terminal was closed, and the server ends as on SIGTERM. There is no reloading: what it
        would read anew is read once, at start."""
        raise StopIteration


def _forget_figures(arbiter: Arbiter, worker: Any) -> None:
    """What a process that ended had counted stays counted; what only it could be at the moment ends."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def count_in_files() -> None:
    """Each process counts in files of its own, in a folder that this run of the server begins anew."""
    folder = tempfile.mkdtemp(prefix="lobbypay-figures-")
    atexit.register(_remove, folder, os.getpid())
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # not in the processes that were forked from it
        shutil.rmtree(folder, ignore_errors=True)


class _Application(BaseApplication):
    def __init__(self, bind: str, threads: int, jobs: bool) -> None:
        self._jobs = jobs
        self._options = {
            "bind": bind,
            "worker_class": "gthread",
            "workers": 1,
            "threads": threads,
            "timeout": 120,
            "graceful_timeout": 5,
            "keepalive": 15,
            "accesslog": None,  # addresses hold payment ids
            "proc_name": "lobbypay-server",
            "control_socket_disable": True,
            "child_exit": _forget_figures,
        }
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            if key in self.cfg.settings:
                self.cfg.set(key, value)

    def load(self) -> Any:
        from server.wsgi import application

        start_sweeping()
        if self._jobs:
            start_jobs()
        return application

    def run(self) -> None:
        try:
            _Arbiter(self).run()
        except RuntimeError as problem:
            print(f"lobbypay server: {problem}", file=sys.stderr)
            sys.exit(1)


def start_sweeping() -> None:
    """Orders and refunds without a known end are followed up from this process, whoever began them."""
    from django.utils import timezone

    from server.fleet.heartbeats import last_word
    from server.payments import sweeper

    sweeper.start(timezone.now, threading.Event().wait, last_word)


def start_jobs() -> None:
    """Small sites need no process of its own for what pages ask to be done in the background."""
    from server.jobs import worker

    worker.start()


def serve(bind: str, threads: int, jobs: bool = True) -> None:
    """Serves until told to stop (SIGTERM, SIGINT, SIGHUP). ``bind`` is HOST:PORT; ``jobs``: whether
    this process does the jobs, too."""
    count_in_files()
    _Application(bind, threads, jobs).run()
