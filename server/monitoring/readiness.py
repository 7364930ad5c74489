"""Whether this process can serve kiosks now, and what else is not as it should be.

A check that fails keeps a load balancer from sending kiosks here: without database, with tables of
another version, or with a clock that would refuse their signatures, nobody can be served. A worker that
is not heard is a warning: kiosks are served all the same, and taking every web process away for it would
close the lobbies. So are alerts that no worker looks after any more
(``server.on_call.turns``), and a watcher outside that is not reached (``server.on_call.outside``).
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from server.jobs.models import WorkerSign
from server.on_call import outside, turns

WORKER_SILENT_S = 180.0  # it signs every 30 s, whatever it is at
CLOCK_OFF_S = 30.0  # kiosks are refused at five minutes
_WARNINGS = ("worker", "alerts", "watcher")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """``checks``: by name, ok or what is wrong. ``ready``: whether kiosks can be served."""

    ready: bool
    checks: dict[str, str]


def readiness(now: datetime) -> Readiness:
    """Asks the database; never raises."""
    try:
        checks = {
            "database": "ok",
            "migrations": _migrations(),
            "clock": _clock(now),
            "worker": _worker(now),
            "alerts": turns.standing_still(now) or "ok",
            "watcher": outside.trouble(now) or "ok",
        }
    except DatabaseError as error:
        log.warning("not ready: the database does not answer (%s)", error)
        checks = {"database": "no answer"}
    deciding = {name: said for name, said in checks.items() if name not in _WARNINGS}
    return Readiness(all(said == "ok" for said in deciding.values()), checks)


def worker_silent_s(now: datetime) -> float | None:
    """Seconds since a worker was heard; None when never."""
    newest = WorkerSign.objects.order_by("-at").values_list("at", flat=True).first()
    return (now - newest).total_seconds() if newest else None


def _worker(now: datetime) -> str:
    silent = worker_silent_s(now)
    if silent is None:
        return "never heard"
    return "ok" if silent < WORKER_SILENT_S else f"not heard for {silent:.0f} s"


_applied: list[bool] = []  # once true, true for the life of the process


def _migrations() -> str:
    if _applied:
        return "ok"
    executor: Any = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return f"{len(waiting)} not applied"
    _applied.append(True)
    return "ok"


def _clock(now: datetime) -> str:
    """Ours against the database machine's. SQLite has ours."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT 1")
            return "ok"
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    off = abs((now - theirs.astimezone(UTC)).total_seconds())
    return "ok" if off < CLOCK_OFF_S else f"{off:.0f} s from the database's"
