"""Which payments changed, as the database tells it: PostgreSQL by NOTIFY, another not at all."""

import logging
import time
from typing import Any, Protocol

from django.db import connection

from server.payments import timing
from server.payments.news import CHANNEL

ALL_EVERY_S = 2.0  # all that wait are looked at, told or not: a pooler may swallow what is told

log = logging.getLogger(__name__)


class Changes(Protocol):
    def next(self) -> set[str] | None:
        """Waits a little. Returns the payments that changed meanwhile; None: it may be any."""

    def end(self) -> None:
        """The line is given up; ``next`` begins anew, and what was told meanwhile is lost."""


class Untold:
    """A database that tells nobody: whoever wants to know looks."""

    def next(self) -> set[str] | None:
        time.sleep(timing.ROW_POLL_S)
        return None

    def end(self) -> None:
        return


class Told:
    """PostgreSQL's LISTEN, on a connection of its own (https://www.postgresql.org/docs/current/sql-listen.html)."""

    def __init__(self) -> None:
        self._line: Any = None
        self._all_at = 0.0

    def next(self) -> set[str] | None:
        """Raises psycopg.Error where the line is lost."""
        if self._line is None:
            self._line = _listening()
            self._all_at = 0.0
        told = {n.payload for n in self._line.notifies(timeout=timing.ROW_POLL_S, stop_after=1)}
        told |= {n.payload for n in self._line.notifies(timeout=0)}
        if time.monotonic() >= self._all_at:
            self._all_at = time.monotonic() + ALL_EVERY_S
            return None
        return told

    def end(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


def _listening() -> Any:
    line = connection.get_new_connection(connection.get_connection_params())
    line.autocommit = True
    line.execute(f"LISTEN {CHANNEL}")
    return line


def of_this_database() -> Changes:
    return Told() if connection.vendor == "postgresql" else Untold()
