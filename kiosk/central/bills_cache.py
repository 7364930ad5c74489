"""The kiosk's copy of its community's open bills, for the hours when the server is away.

It holds what a bill on paper shows with the name masked, is replaced whole at each sync, and serves only
while it is young: a bill may be paid, changed or void the next day, and the copy would never hear of it.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from contract.messages import Notice, UnitAccount
from kiosk.central.client import CentralClient
from kiosk.clock import OFF, Clock

log = structlog.get_logger("open_bills")

PAGES_MAX = 500
AGE_MAX = timedelta(hours=24)
RESUMED_S = 600.0  # so long after its first page a copy that was cut short is gone on with
_SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (unit TEXT PRIMARY KEY, account TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notices (id TEXT PRIMARY KEY, notice TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS synced (  -- one row; a copy without it is nobody's
  owner TEXT NOT NULL, as_of TEXT NOT NULL, acknowledged INTEGER NOT NULL
);
"""


@dataclass(frozen=True)
class KnownAccount:
    """``acknowledged``: the journal entry up to which the account can know what was paid here."""

    account: UnitAccount
    acknowledged: int


@dataclass(frozen=True)
class _Synced:
    """``as_of`` by the server's clock; ``fetched`` in monotonic seconds, None from an earlier run."""

    owner: str
    as_of: datetime
    acknowledged: int
    fetched: float | None = None


@dataclass
class _Fetching:
    """Pages that are here already. ``acknowledged`` and ``fetched`` as they were before the first."""

    acknowledged: int
    fetched: float
    as_of: datetime | None = None
    accounts: list[UnitAccount] = field(default_factory=list)
    notices: dict[str, Notice] = field(default_factory=dict)
    cursor: str | None = None
    pages: int = 0


def known_to(acknowledged: int, received: int | None) -> int:
    """The journal entry up to which an answer of the server knows this kiosk's payments: what it had
    acknowledged before, or less if it says so, because it was restored since."""
    return acknowledged if received is None else min(acknowledged, received)


def _open(path: Path) -> sqlite3.Connection:
    """A copy that cannot be used is made anew; where the disk takes nothing, it lives in memory."""
    for attempt in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if attempt:
                path.unlink(missing_ok=True)
            db = _with_tables(str(path))
            path.chmod(0o600)
            return db
        except (sqlite3.Error, OSError) as error:
            log.warning("open_bills_unusable", error=str(error), attempt=attempt)
    return _with_tables(":memory:")


def _with_tables(where: str) -> sqlite3.Connection:
    db = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
    db.executescript(_SCHEMA)
    return db


def _by_unit(accounts: list[UnitAccount]) -> Iterator[tuple[str, str]]:
    """Each account by its unit's code, and by those of units that went into it and still owe."""
    kept = [(account, account.model_dump_json()) for account in accounts]
    yield from ((account.unit, text) for account, text in kept)
    yield from ((bill.unit, text) for account, text in kept for bill in account.bills)


class BillsCache:
    """It is a convenience: no fault of the disk it lies on gets in the way of anything else.

    ``owner`` is whose copy it is; ``begins`` the entry after which its owner's present journal file
    begins: what was paid before is not in that file, so a copy that cannot know it is not used.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        owner: str = "",
        *,
        begins: int = 0,
        age_max: timedelta = AGE_MAX,
    ) -> None:
        self._clock, self._owner, self._begins, self._age_max = clock, owner, begins, age_max
        self._lock = threading.Lock()
        self._db = _open(path)
        self._synced = self._last_sync()
        self._fetching: _Fetching | None = None

    def _last_sync(self) -> _Synced | None:
        try:
            row = self._db.execute("SELECT owner, as_of, acknowledged FROM synced").fetchone()
            return _Synced(row[0], datetime.fromisoformat(row[1]), row[2]) if row else None
        except (sqlite3.Error, ValueError, TypeError) as error:
            log.warning("open_bills_not_read", error=str(error))
            return None

    def sync(self, client: CentralClient, acknowledged: int) -> int:
        """Fetches every page, then replaces the copy at once. ``acknowledged``: the journal entry up
        to which the server certainly knew this kiosk's payments before. Raises ServerAway or Refused;
        the next call soon after goes on with the page that did not come."""
        here = self._begun(acknowledged)
        while here.pages < PAGES_MAX:
            page = client.open_bills(here.cursor)
            here.pages += 1
            here.accounts += page.accounts
            here.notices |= {one.id: one for one in page.notices}
            here.as_of = here.as_of or page.as_of
            here.acknowledged = known_to(here.acknowledged, page.journal_received)
            here.cursor = page.next_cursor
            if here.cursor is None:
                break
        assert here.as_of is not None
        self._fetching = None
        try:
            with self._lock:
                synced = _Synced(self._owner, here.as_of, here.acknowledged, here.fetched)
                self._replace(here.accounts, here.notices.values(), synced)
        except sqlite3.Error as error:
            log.warning("open_bills_not_copied", error=str(error))
        return len(here.accounts)

    def _begun(self, acknowledged: int) -> _Fetching:
        """What was cut short is as old as its first page; a server that was restored since, and has
        less of the journal, is believed about no earlier page."""
        now, begun = self._clock.seconds(), self._fetching
        if begun is None or now - begun.fetched > RESUMED_S or acknowledged < begun.acknowledged:
            begun = _Fetching(acknowledged, now)
        self._fetching = begun
        return begun

    def _replace(
        self, accounts: list[UnitAccount], notices: Iterable[Notice], synced: _Synced
    ) -> None:
        try:
            self._db.execute("BEGIN")
            self._db.execute("DELETE FROM accounts")
            self._db.execute("DELETE FROM notices")
            self._db.execute("DELETE FROM synced")
            self._db.executemany("INSERT OR IGNORE INTO accounts VALUES (?, ?)", _by_unit(accounts))
            rows = [(one.id, one.model_dump_json()) for one in notices]
            self._db.executemany("INSERT INTO notices VALUES (?, ?)", rows)
            told = (synced.owner, synced.as_of.isoformat(), synced.acknowledged)
            self._db.execute("INSERT INTO synced VALUES (?, ?, ?)", told)
            self._db.execute("COMMIT")
            self._synced = synced
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    @property
    def usable(self) -> bool:
        """Whether it is this kiosk's, complete, and known to be young enough."""
        synced = self._synced
        if synced is None or synced.owner != self._owner or synced.acknowledged < self._begins:
            return False
        age = self._age(synced)
        return age is not None and age <= self._age_max

    def _age(self, synced: _Synced) -> timedelta | None:
        """None: nobody can tell. What this run fetched is as old as it counted itself; for an earlier
        run's, a clock that cannot be right or stands before that run proves nothing."""
        if synced.fetched is not None:
            return timedelta(seconds=self._clock.seconds() - synced.fetched)
        age = self._clock.now() - synced.as_of
        return age if self._clock.trusted and age >= -OFF else None

    def account(self, unit: str) -> KnownAccount | None:
        """None also while the copy is not ``usable``."""
        if not self.usable:
            return None
        try:
            with self._lock:
                row = self._db.execute("SELECT account FROM accounts WHERE unit = ?", (unit,))
                found, synced = row.fetchone(), self._synced
        except sqlite3.Error as error:
            log.warning("open_bills_not_read", error=str(error))
            return None
        if not found or synced is None:
            return None
        try:
            account = UnitAccount.model_validate_json(found[0])
        except (
            ValueError
        ):  # of another version of the software: until the next sync it is not there
            log.warning("open_bills_not_understood", unit=unit)
            return None
        own = account.model_copy(update={"notices": self._notices(account.notice_ids)})
        return KnownAccount(own, synced.acknowledged)

    def _notices(self, ids: list[str]) -> list[Notice]:
        """Those of the copy, in this order, but what is over by a clock that can be believed. What cannot
        be read is left out: the bills are not."""
        if not ids:
            return []
        marks = ",".join("?" * len(ids))
        try:
            with self._lock:
                rows = self._db.execute(
                    f"SELECT id, notice FROM notices WHERE id IN ({marks})", ids
                ).fetchall()
            kept = {id: Notice.model_validate_json(text) for id, text in rows}
        except (sqlite3.Error, ValueError) as error:
            log.warning("notices_not_read", error=type(error).__name__)
            return []
        now = self._clock.now() if self._clock.trusted else None
        hanging = [kept[id] for id in ids if id in kept]
        return [one for one in hanging if now is None or one.over_at is None or now < one.over_at]

    def close(self) -> None:
        with self._lock:
            self._db.close()
