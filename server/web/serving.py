"""Serves the site with gunicorn: processes, each with a door (``door``) and threads behind it."""

import asyncio
import atexit
import os
import resource
import shutil
import sys
import tempfile
import threading
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers import gasgi
from gunicorn.workers.gasgi import ASGIWorker

CONNECTIONS_MAX = 10_000  # of one process; who waits holds one
UNREAD_S = 60  # that a client may leave an answer where it is
END_S = 5  # at the end, for what is being answered


class _Arbiter(Arbiter):
    def handle_hup(self) -> None:
        """The terminal was closed, and the server ends as on SIGTERM. There is no reloading: what it
        would read anew is read once, at start."""
        raise StopIteration


class Connection(ASGIProtocol):
    """Where a client goes, or never reads, gunicorn's own leaves the call that waits until it reads on
    waiting for ever, with its thread; and what a connection held, to the search for cycles. One that
    never says what it wants it keeps for ever."""

    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._arm_keepalive_timer()  # as it does between two requests

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reads_again()
        self._unread = self.worker.loop.call_later(UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        self._reads_again()
        super().resume_writing()

    def _reads_again(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._reads_again()
        if self._flow_control is not None:
            self._flow_control.resume_writing()
        if self._task is not None:
            self._task.add_done_callback(self._let_go)

    def _let_go(self, _: object) -> None:
        self._task = self._callback_parser = self._body_receiver = self._current_request = None


gasgi.ASGIProtocol = Connection  # the worker takes it by this name


class _Worker(ASGIWorker):
    """Ends as soon as nothing is being answered. gunicorn's own waits for the clients that keep a
    connection without asking anything, too, which kiosks do for ever."""

    async def _shutdown(self) -> None:
        for server in self.servers:
            server.close()
        self.asgi.close()
        ends = self.loop.time() + self.cfg.graceful_timeout
        while self.asgi.busy and self.loop.time() < ends and not self._quick_shutdown:
            await asyncio.sleep(0.05)
        self.nr_conns = 0
        await super()._shutdown()


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
    def __init__(self, bind: str, processes: int, threads: int, jobs: bool) -> None:
        self._threads, self._jobs = threads, jobs
        self._options = {
            "bind": bind,
            "worker_class": _Worker,
            "workers": processes,
            "worker_connections": CONNECTIONS_MAX,
            "timeout": 120,
            "graceful_timeout": END_S,
            "keepalive": 15,
            "asgi_lifespan": "off",
            "asgi_disconnect_grace_period": 0,  # or each connection that ends is kept as long
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
        from django.conf import settings
        from django.urls import get_resolver

        from server import garbage, tracing
        from server.web.door import Door
        from server.web.waiting_room import WaitingRoom
        from server.wsgi import application

        tracing.start(settings.LOBBYPAY.tracing)
        start_sweeping()
        if self._jobs:
            start_jobs()
        room = WaitingRoom()
        room.open()
        _ = get_resolver().url_patterns  # what would be loaded by the first request
        garbage.settle()
        return Door(application, self._threads, room)

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


def allow_connections() -> None:
    """A connection is an open file; where the machine allows more of them than usual, they are used."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MAX + 1000 if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def serve(bind: str, processes: int, threads: int, jobs: bool = True) -> None:
    """Serves until told to stop (SIGTERM, SIGINT, SIGHUP). ``bind`` is HOST:PORT; ``jobs``: whether
    the processes do the jobs, too."""
    count_in_files()
    allow_connections()
    _Application(bind, processes, threads, jobs).run()
