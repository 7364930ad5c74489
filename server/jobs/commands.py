"""``lobbypay server worker``. Imports Django only when it runs."""

import argparse
import signal
import threading

from server.terminal import Add


def add_commands(add: Add) -> None:
    """Tells the command line of the server about this room's command."""
    add("worker", _worker, "do the jobs that pages ask for, until SIGTERM or SIGINT")


def _worker(_: argparse.Namespace) -> int:
    from django.conf import settings
    from django.utils.translation import gettext

    from server import tracing
    from server.jobs import worker

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    tracing.start(settings.LOBBYPAY.tracing)
    print(gettext("worker: ready"), flush=True)
    worker.work(stop)
    return 0
