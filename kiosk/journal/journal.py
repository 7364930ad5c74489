"""The kiosk's memory of money: append-only, hash-chained, on disk before anybody is asked or thanked.

SQLite with WAL and synchronous=FULL: when ``append`` returns, the entry survives a power cut. The
journal is also the outbox: the server acknowledges up to a sequence number. Nothing is ever changed.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from contract.journal_hash import canonical, text_hash
from contract.key_change import handover
from contract.messages import EntryKind, PaymentRecord
from contract.plain_text import NUL_IN_JSON, is_keepable, kept
from contract.stop_reason import StopReason
from kiosk.journal.queries import CONFIRMED, STARTED, JournalQueries
from kiosk.journal.schema import JournalBroken as JournalBroken
from kiosk.journal.schema import (
    JournalDamaged,
    Origin,
    Seal,
    marker_of,
    prepare,
    stand,
    unavailable,
)
from kiosk.journal.schema import JournalUnavailable as JournalUnavailable
from kiosk.journal.verification import check_tail
from kiosk.journal.verification import verify as verify


class Journal(JournalQueries):
    """One writer. ``now`` gives aware UTC times; every method may be called from any thread.

    ``seal`` signs each entry as this kiosk; a journal without one is for reading, and for tests.
    ``origin`` is what a new file continues. Raises JournalUnavailable, JournalDamaged, JournalOfAnother.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], datetime],
        *,
        seal: Seal | None = None,
        origin: Origin | None = None,
    ) -> None:
        super().__init__(path)
        self._now, self._seal = now, seal
        self._start_owed: dict[str, Any] | None = None
        self._clock_noted = False
        if marker_of(path).exists():
            raise JournalDamaged(f"{path}: found damaged; what it holds has to be confirmed first")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=10
            )
            path.chmod(0o600)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._origin = prepare(self._db, seal, origin)
            row = check_tail(self._db, path, self._origin)
            number = self._db.execute("SELECT max(number) FROM payments").fetchone()[0]
        except (sqlite3.Error, OSError) as error:
            self._let_go()
            raise unavailable(path, error) from error
        except JournalUnavailable:
            self._let_go()
            raise
        self._last, self._hash = row or (self._origin.sequence, self._origin.hash)
        self._number = max(number or 0, self._origin.number)
        if seal is not None and self._origin.public_key != seal.public_key:
            self._hand_over(seal)

    def _hand_over(self, seal: Seal) -> None:
        """The kiosk has another key since: the last entry by the one before names it. Raises
        JournalUnavailable."""
        before = self._origin.public_key
        here = (seal.kiosk_id, self._last + 1, self._hash, before)
        self._seal = seal.of(before)
        try:
            self.append(EntryKind.NOTE, handover(seal.key, *here))
        except JournalUnavailable:
            self._let_go()
            raise
        self._seal = seal

    def _let_go(self) -> None:
        if hasattr(self, "_db"):
            self._db.close()

    @property
    def last_sequence(self) -> int:
        return self._last

    @property
    def head(self) -> tuple[int, str]:
        """The newest entry's sequence and hash, as one."""
        with self._lock:
            return self._last, self._hash

    def next_number(self) -> int:
        """The number of the next payment at this kiosk; it becomes its reference."""
        return self._number + 1

    def append(self, kind: EntryKind, body: dict[str, Any]) -> int:
        """Adds an entry and returns its sequence once it is on disk. Raises JournalUnavailable."""
        with self._lock:
            return self._write(kind, body, lambda sequence: None)

    def note_start(self, software: str) -> None:
        """A run of the kiosk begins. Raises JournalUnavailable; then ``check_writable`` notes it first,
        so that no payment of this run ever stands behind the notes of the run before it."""
        with self._lock:
            self._start_owed = {"what": STARTED, "software": software}
            self._note_owed()

    def _note_owed(self) -> None:
        if self._start_owed is not None:
            self.append(EntryKind.NOTE, self._start_owed)
            self._start_owed = None

    def note_clock_confirmed(self) -> None:
        """From here on, and until the next start, ``now`` is right. Once a run; raises
        JournalUnavailable."""
        with self._lock:
            if not self._clock_noted:
                self.append(EntryKind.NOTE, {"what": CONFIRMED})
                self._clock_noted = True

    def append_payment(self, record: PaymentRecord) -> int:
        """Adds the payment as it now stands. Raises JournalUnavailable, and ValueError for a version
        that is not newer than the one recorded."""
        number = int(record.reference.rpartition("-")[2])

        with self._lock:
            before = self.payment(record.payment_id)
            if before is not None and before.version >= record.version:
                raise ValueError(f"{record.reference}: version {record.version} is already there")
            body = record.model_dump(mode="json")
            sequence = self._write(
                EntryKind.PAYMENT, body, partial(stand, self._db, record, number)
            )
            self._number = max(self._number, number)
            return sequence

    def _write(self, kind: EntryKind, body: dict[str, Any], also: Callable[[int], None]) -> int:
        sequence, at = self._last + 1, self._now().isoformat()
        text = canonical(body)
        if not is_keepable(text) or NUL_IN_JSON in text:
            text = canonical(kept(body))
        digest = text_hash(sequence, at, kind.value, text, self._hash)
        signature = self._seal.sign(sequence, digest) if self._seal else ""
        with self.together():
            try:
                self._db.execute(
                    "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (sequence, at, kind.value, text, self._hash, digest, signature),
                )
                also(sequence)
            except sqlite3.Error as error:
                raise self._failed(error) from error
            self._last, self._hash = sequence, digest
        return sequence

    @contextmanager
    def together(self) -> Iterator[None]:
        """All entries added inside are on disk together afterwards, or none is. Raises
        JournalUnavailable."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            before = (self._last, self._hash, self._number)
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except BaseException as error:
                self._roll_back()
                self._last, self._hash, self._number = before
                if isinstance(error, sqlite3.Error):
                    raise self._failed(error) from error
                raise

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def check_writable(self) -> None:
        """Writes and syncs without leaving an entry. Raises JournalUnavailable, also for a journal that
        is known to be damaged: what is on its way is still recorded there, nothing new begins."""
        with self._lock:
            if self._damaged:
                raise JournalDamaged(f"{self._path}: {self._damaged}")
            self._note_owed()
            self._set_position("writable", self.position("writable") + 1)

    def acknowledged(self) -> int:
        """Up to here the server has everything."""
        return max(self.position("acknowledged"), self._origin.sequence)

    def acknowledge(self, sequence: int) -> None:
        """The server has everything up to ``sequence``. It never goes back."""
        with self._lock:
            if self.acknowledged() < sequence <= self._last:
                self._set_position("acknowledged", sequence)

    @property
    def first_link(self) -> tuple[int, str]:
        """What the first entry follows: sequence and hash."""
        return self._origin.sequence, self._origin.hash

    def count_start(self) -> int:
        """How often this journal was started, this time included, once that is on disk. Raises
        JournalUnavailable."""
        with self._lock:
            starts = self.position("starts") + 1
            self._set_position("starts", starts)
            return starts

    def go_on_counting(self, starts: int) -> None:
        """Starts are counted on from here: another file of this kiosk's counted so many. Raises
        JournalUnavailable."""
        with self._lock:
            self._set_position("starts", starts)

    def stopped(self) -> StopReason | None:
        """Why the server stopped this kiosk, as far as it is known: it stays so over restarts."""
        place = self.position("stopped")
        return list(StopReason)[place - 1] if place else None

    def keep_stopped(self, reason: StopReason | None) -> None:
        """Raises JournalUnavailable."""
        with self._lock:
            if reason is not self.stopped():
                place = list(StopReason).index(reason) + 1 if reason else 0
                self._set_position("stopped", place)

    def _set_position(self, name: str, value: int) -> None:
        try:
            self._db.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (name, value))
        except sqlite3.Error as error:
            self._roll_back()
            raise self._failed(error) from error
