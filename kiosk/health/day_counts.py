"""What the kiosk counts of its days, kept in a file of its own beside the journal.

Counting never waits for the disk and never fails anybody: what is counted is written half a minute later
at most, and a file that cannot be used is put aside for a new one. It holds no money and no person.
"""

import secrets
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog

from contract.business_day import business_day, local_time
from contract.day_tally import (
    CLOSED_S,
    DAYS_AT_ONCE,
    IN_ORDER_S,
    TURNED_AWAY,
    UP_S,
    About,
    DayTally,
    HourTally,
    Tallies,
    TalliesTaken,
)
from kiosk.core.capabilities import closed_but_well, offers
from kiosk.core.model import Session
from kiosk.core.visit_counts import SoFar, follow

log = structlog.get_logger("day_counts")

KEPT = timedelta(days=40)
TICK_S_MAX = 5.0  # the session changes each second; more between two is a machine that slept
_SCHEMA = """
CREATE TABLE IF NOT EXISTS counts (
  day TEXT NOT NULL, hour INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,
  PRIMARY KEY (day, hour, name)
) STRICT;
CREATE TABLE IF NOT EXISTS told (day TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS totals (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS source (name TEXT PRIMARY KEY) STRICT;
"""
_ADD = """INSERT INTO counts VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET value = value + excluded.value"""
_TOTAL = """INSERT INTO totals VALUES (?, ?)
ON CONFLICT DO UPDATE SET value = value + excluded.value"""
_TOLD = "INSERT INTO told VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
_UNTOLD = """SELECT day, sum(value) AS sum FROM counts GROUP BY day
HAVING sum <> coalesce((SELECT value FROM told WHERE told.day = counts.day), 0) ORDER BY day LIMIT ?"""

Place = tuple[str, int, str]  # day, hour, name


class DayCounts:
    """``now``: aware; ``session``: the newest one. Until the community is known, only totals are counted.
    Safe from any thread."""

    def __init__(
        self,
        path: Path,
        now: Callable[[], datetime],
        session: Callable[[], Session],
        about: About | None = None,
    ) -> None:
        self._path, self._now, self._session, self._about = path, now, session, about
        self._lock, self._disk = threading.Lock(), threading.Lock()
        self._waiting: Counter[Place] = Counter()
        self._totals: Counter[str] = Counter()
        self._known: Counter[str] = Counter()  # the totals, as they are with what waits
        self._before, self._visit = session(), SoFar()
        self._seconds: Counter[str] = Counter()
        self._db, self._source = self._opened()

    def see(self) -> None:
        """The session changed: once a second at least, on the thread that changes it."""
        after = self._session()
        self._visit, names = follow(self._visit, self._before, after)
        for name in names:
            self.add(name)
        self._pass(after.now - self._before.now, after)
        self._before = after

    def _pass(self, seconds: float, session: Session) -> None:
        if not 0 < seconds <= TICK_S_MAX:
            return
        running = [UP_S, *([IN_ORDER_S] if offers(session.lobby).in_order else [])]
        shut = [CLOSED_S] if closed_but_well(session.lobby) else []
        for name in (*running, *shut):
            self._seconds[name] += seconds  # type: ignore[assignment]
            whole = int(self._seconds[name])
            if whole:
                self._seconds[name] -= whole
                self.add(name, whole)

    def add(self, name: str, by: int = 1) -> None:
        config = self._session().lobby.config
        with self._lock:
            if config is not None:
                now, zone = self._now(), config.community.time_zone
                day, hour = business_day(now, zone).isoformat(), local_time(now, zone).hour
                self._waiting[day, hour, name] += by
            total = name.partition(".")[0]
            self._totals[total] += by
            self._known[total] += by

    @property
    def turned_away(self) -> int:
        """Ever since this kiosk counts."""
        return self._known[TURNED_AWAY]

    def flush(self) -> None:
        """Writes what waits. What cannot be written goes on waiting."""
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
            totals, self._totals = self._totals, Counter()
        if not waiting and not totals:
            return
        try:
            with self._disk, self._db:
                self._db.executemany(_ADD, [(*place, n) for place, n in waiting.items()])
                self._db.executemany(_TOTAL, list(totals.items()))
        except sqlite3.Error as error:
            log.warning("counts_not_written", error=str(error))
            with self._lock:
                self._waiting.update(waiting)
                self._totals.update(totals)

    def tell(self, send: Callable[[Tallies], TalliesTaken]) -> None:
        """Sends the days of which the server does not know everything. Raises what ``send`` raises."""
        self.flush()
        while (told := self._untold()) is not None:
            tallies, sums = told
            taken = {day.isoformat() for day in send(tallies).days}
            self._about = None
            with self._disk, self._db:
                self._db.executemany(_TOLD, [(day, n) for day, n in sums.items() if day in taken])
            if len(sums) < DAYS_AT_ONCE or not taken:
                break
        self._forget()

    def close(self) -> None:
        self.flush()
        with self._disk:
            self._db.close()

    def _untold(self) -> tuple[Tallies, dict[str, int]] | None:
        with self._disk:
            sums = dict(self._db.execute(_UNTOLD, (DAYS_AT_ONCE,)).fetchall())
            days = []
            for day in sums:
                hours: dict[int, dict[str, int]] = defaultdict(dict)
                rows = self._db.execute(
                    "SELECT hour, name, value FROM counts WHERE day = ?", (day,)
                )
                for hour, name, value in rows:
                    hours[hour][name] = value
                tallied = [HourTally(hour=hour, counts=hours[hour]) for hour in sorted(hours)]
                days.append(DayTally(day=date.fromisoformat(day), hours=tallied))
        if not sums and self._about is None:
            return None
        return Tallies(source=self._source, days=days, about=self._about), sums

    def _forget(self) -> None:
        """Days that are told and long past."""
        config = self._session().lobby.config
        if config is None:
            return
        before = business_day(self._now() - KEPT, config.community.time_zone).isoformat()
        with self._disk, self._db:
            for table in ("counts", "told"):
                self._db.execute(f"DELETE FROM {table} WHERE day < ?", (before,))

    def _opened(self) -> tuple[sqlite3.Connection, str]:
        try:
            return self._open(str(self._path))
        except (sqlite3.Error, OSError) as error:
            log.warning("counts_begin_anew", error=str(error))
        with suppress(OSError):
            self._path.replace(self._path.with_suffix(".unusable"))
        try:
            return self._open(str(self._path))
        except (sqlite3.Error, OSError) as error:
            log.error("counts_not_kept", error=str(error))
            return self._open(":memory:")

    def _open(self, path: str) -> tuple[sqlite3.Connection, str]:
        db = sqlite3.connect(path, check_same_thread=False, timeout=10)
        try:
            db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)
            with db:
                db.execute(
                    "INSERT INTO source SELECT ? WHERE NOT EXISTS (SELECT 1 FROM source)",
                    (secrets.token_hex(8),),
                )
            source = db.execute("SELECT name FROM source").fetchone()[0]
            self._known = Counter(dict(db.execute("SELECT name, value FROM totals").fetchall()))
        except sqlite3.Error:
            db.close()
            raise
        return db, source
