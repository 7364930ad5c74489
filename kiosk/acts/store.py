"""The kiosk's memory of acts: on disk before anything is done, so that a crash does nothing twice.

It holds nothing of any resident. A file that cannot be read is begun anew: the server gives out again
only what was never begun, and tells whether the kiosk is out of service.
"""

import json
import sqlite3
import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from contract.remote_acts import Act, ActReport

log = structlog.get_logger("acts")

ENDS = ("done", "failed", "in_doubt", "refused")
KEPT = 200  # ends that were told, to know them again
_SCHEMA = """
CREATE TABLE IF NOT EXISTS acts (
  act_id TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  act TEXT NOT NULL,
  state TEXT NOT NULL,
  boot TEXT NOT NULL DEFAULT '',
  report TEXT NOT NULL DEFAULT '',
  told INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS known (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True)
class Result:
    """How an act ended. ``kept``: what the kiosk knows from then on, by name; None forgets it."""

    state: str = "done"
    code: str = ""
    more: dict[str, Any] = field(default_factory=dict)  # of an ActReport
    kept: dict[str, str | None] = field(default_factory=dict)


class Store:
    """May be used from any thread. Raises sqlite3.Error where the disk refuses."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        try:
            self._db = _opened(path)
        except sqlite3.DatabaseError as error:
            log.error("acts_unreadable", error=str(error))
            path.replace(path.with_name(path.name + ".damaged"))
            self._db = _opened(path)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @property
    def last_number(self) -> int:
        with self._lock:
            return int(self.known("last_number") or 0)

    def known(self, name: str) -> str | None:
        with self._lock:
            row = self._db.execute("SELECT value FROM known WHERE name = ?", (name,)).fetchone()
            return row[0] if row else None

    def know(self, name: str, value: str | None) -> None:
        with self._lock, self._db:
            self._know(name, value)

    def keep(self, act: Act) -> bool:
        """Whether it is new. One that comes after a later one is kept as refused."""
        with self._lock, self._db:
            if self._row(act.act_id):
                return False
            last = self.last_number
            self._db.execute(
                "INSERT INTO acts (act_id, number, act, state) VALUES (?, ?, ?, 'taken')",
                (act.act_id, act.number, act.model_dump_json()),
            )
            self._know("last_number", str(max(last, act.number)))
            return act.number > last

    def waiting(self) -> list[Act]:
        """Kept and not begun, in order."""
        return self._in_state("taken")

    def begun(self) -> list[tuple[Act, str]]:
        """Begun and not ended, each with the boot of the machine in which it was."""
        with self._lock:
            rows = self._db.execute("SELECT act, boot FROM acts WHERE state = 'begun'").fetchall()
        return [(Act.model_validate_json(row[0]), row[1]) for row in rows]

    def begin(self, act: Act, boot: str) -> None:
        """The intention, before the act."""
        with self._lock, self._db:
            self._db.execute(
                "UPDATE acts SET state = 'begun', boot = ? WHERE act_id = ?", (boot, act.act_id)
            )

    def end(self, act: Act, result: Result, at: datetime) -> None:
        """The end and what is known from then on, together or not at all."""
        report = ActReport.model_validate(
            {
                "act_id": act.act_id,
                "state": result.state,
                "at": at,
                "code": result.code,
                **result.more,
            }
        )
        with self._lock, self._db:
            self._db.execute(
                "UPDATE acts SET state = ?, report = ?, told = 0 WHERE act_id = ?",
                (result.state, report.model_dump_json(), act.act_id),
            )
            for name, value in result.kept.items():
                self._know(name, value)

    def drop(self, act: Act) -> None:
        """The server does not ask for it any more, and it was not begun."""
        with self._lock, self._db:
            self._db.execute("DELETE FROM acts WHERE act_id = ? AND state = 'taken'", (act.act_id,))

    def untold(self, most: int) -> list[ActReport]:
        with self._lock:
            rows = self._db.execute(
                "SELECT report FROM acts WHERE told = 0 AND report != '' ORDER BY number LIMIT ?",
                (most,),
            ).fetchall()
        return [ActReport.model_validate_json(row[0]) for row in rows]

    def told(self, act_ids: list[str]) -> None:
        """Their ends are at the server. What was sent with them is not kept."""
        with self._lock, self._db:
            for act_id in act_ids:
                self._db.execute(
                    "UPDATE acts SET told = 1, report = '' WHERE act_id = ? AND report != ''",
                    (act_id,),
                )
            self._db.execute(
                "DELETE FROM acts WHERE told = 1 AND number <= ?", (self.last_number - KEPT,)
            )

    def unfinished(self) -> bool:
        """Whether there is anything to do or to tell."""
        with self._lock:
            row = self._db.execute(
                "SELECT 1 FROM acts WHERE state IN ('taken', 'begun') OR (report != '' AND told = 0)"
            ).fetchone()
            return row is not None

    def state_of(self, act_id: str) -> str:
        """Empty for one that is not known."""
        row = self._row(act_id)
        return row[0] if row else ""

    def _row(self, act_id: str) -> tuple[str] | None:
        with self._lock:
            found = self._db.execute("SELECT state FROM acts WHERE act_id = ?", (act_id,))
            return found.fetchone()

    def _in_state(self, state: str) -> list[Act]:
        with self._lock:
            rows = self._db.execute(
                "SELECT act FROM acts WHERE state = ? ORDER BY number", (state,)
            ).fetchall()
        return [Act.model_validate(json.loads(row[0])) for row in rows]

    def _know(self, name: str, value: str | None) -> None:
        if value is None:
            self._db.execute("DELETE FROM known WHERE name = ?", (name,))
            return
        self._db.execute(
            "INSERT INTO known VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(_SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    path.chmod(0o600)
    return db
