"""The kiosk's memory of money: append-only, hash-chained, on disk before anybody is asked or thanked.

SQLite with WAL and synchronous=FULL: when ``append`` returns, the entry survives a power cut. The
journal is also the outbox: the server acknowledges up to a sequence number. Nothing is ever changed.
"""

import itertools
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from contract.journal_hash import canonical, text_hash
from contract.messages import (
    Bill,
    EntryKind,
    JournalEntry,
    PaymentRecord,
    PaymentState,
    StopReason,
)
from contract.plain_text import NUL_IN_JSON, is_keepable, kept
from kiosk.journal.schema import (
    COLUMNS,
    MAY_HAVE_PAID,
    JournalDamaged,
    Origin,
    Seal,
    entry_of,
    marker_of,
    prepare,
    stand,
    unavailable,
)
from kiosk.journal.schema import JournalBroken as JournalBroken
from kiosk.journal.schema import JournalUnavailable as JournalUnavailable
from kiosk.journal.verification import check_tail
from kiosk.journal.verification import verify as verify

_STARTED, _CONFIRMED = "started", "clock_confirmed"
_END = 2**63 - 1  # later than any entry


class Journal:
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
        self._path, self._now, self._seal = path, now, seal
        self._lock = threading.RLock()
        self._damaged = ""
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

    def last_at(self) -> datetime | None:
        """When the newest entry was written, by the clock of then."""
        with self._lock:
            row = self._read("SELECT at FROM entries ORDER BY sequence DESC LIMIT 1").fetchone()
        return datetime.fromisoformat(row[0]) if row else None

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
            self._start_owed = {"what": _STARTED, "software": software}
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
                self.append(EntryKind.NOTE, {"what": _CONFIRMED})
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

    def _failed(self, error: sqlite3.Error) -> JournalUnavailable:
        failure = unavailable(self._path, error)
        if isinstance(failure, JournalDamaged):
            self.mark_damaged(str(error))
        return failure

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

    def payment(self, payment_id: str) -> PaymentRecord | None:
        rows = self._payments("WHERE payment_id = ?", (payment_id,))
        return rows[0] if rows else None

    def intended_at(self, payment_id: str) -> datetime | None:
        """When a payment was written down first; None if the clock was not confirmed then, or if that
        was in an earlier file. Raises JournalUnavailable."""
        with self._lock:
            first = self._read(
                "SELECT sequence, at FROM entries WHERE kind = 'payment'"
                " AND sequence <= (SELECT sequence FROM payments WHERE payment_id = ?)"
                " AND json_extract(body, '$.payment_id') = ?"
                " AND json_extract(body, '$.version') = 1 ORDER BY sequence DESC LIMIT 1",
                (payment_id, payment_id),
            ).fetchone()
            if first is None:
                return None
            started, confirmed = (
                self._last_note(what, before=first[0]) for what in (_STARTED, _CONFIRMED)
            )
        right = confirmed is not None and (started is None or started[0] < confirmed[0])
        return datetime.fromisoformat(first[1]) if right else None

    def unfinished(self) -> list[PaymentRecord]:
        """Every payment whose end is not known, oldest first."""
        return self._payments("WHERE state IN ('created', 'pending', 'unknown')", ())

    def may_have_paid(self, bills: Sequence[Bill], after: int) -> list[PaymentRecord]:
        """May one of these bills be paid already? The payments of this kiosk because of which, oldest
        first: without a known end whenever they began, and approved after the entry ``after``, up to
        which the server knew this journal when it told of the bills. Never reversed ones. Another bill
        for the same unit and month took this one's place. Raises JournalUnavailable."""
        wanted = json.dumps([(bill.number, bill.unit, bill.period) for bill in bills])
        return self._payments(MAY_HAVE_PAID, (wanted, after))

    def last_approved(self, unit: str) -> PaymentRecord | None:
        """The unit's newest payment, if it was approved: its receipt can be had again."""
        rows = self._payments("WHERE unit = ? AND state = 'approved'", (unit,))
        return rows[-1] if rows else None

    def without_receipt(self) -> PaymentRecord | None:
        """The newest payment, if it was approved and nothing was said of its receipt since."""
        with self._lock:
            row = self._read(
                "SELECT sequence, body FROM entries WHERE kind = 'payment'"
                " ORDER BY sequence DESC LIMIT 1"
            ).fetchone()
            said = (
                row
                and self._read(
                    "SELECT 1 FROM entries WHERE sequence > ? AND kind = 'receipt' LIMIT 1",
                    (row[0],),
                ).fetchone()
            )
        record = PaymentRecord.model_validate_json(row[1]) if row and not said else None
        return record if record and record.state is PaymentState.APPROVED else None

    def last_card_payment(self) -> PaymentRecord | None:
        """The newest payment that carries terminal data."""
        with self._lock:
            row = self._read(
                "SELECT body FROM entries WHERE kind = 'payment'"
                " AND json_extract(body, '$.card') IS NOT NULL ORDER BY sequence DESC LIMIT 1"
            ).fetchone()
        return PaymentRecord.model_validate_json(row[0]) if row else None

    def last_card_paid(self) -> PaymentRecord | None:
        """The card payment that was asked last, if it was approved."""
        with self._lock:
            row = self._read(
                "SELECT body, sequence FROM entries WHERE kind = 'payment' AND sequence >= ?"
                " AND json_extract(body, '$.method') = 'card'"
                " AND json_extract(body, '$.state') <> 'created' ORDER BY sequence DESC LIMIT 1",
                (self._last_with_card(),),
            ).fetchone()
            trial = self._last_note("test_payment") if row else None
        if row is None or (trial and trial[0] > row[1]):
            return None  # what the terminal holds now is the test payment that came after it
        record = PaymentRecord.model_validate_json(row[0])
        return record if record.state is PaymentState.APPROVED else None

    def last_note(self, what: str) -> dict[str, Any] | None:
        """The newest note that says ``what``. Raises JournalUnavailable."""
        with self._lock:
            row = self._last_note(what)
        return json.loads(row[1]) if row else None

    def _last_note(self, what: str, before: int = _END) -> tuple[int, str] | None:
        """By its text, so that a body which is damaged costs no error here."""
        return self._read(
            "SELECT sequence, body FROM entries WHERE kind = 'note' AND body GLOB ? AND sequence < ?"
            " ORDER BY sequence DESC LIMIT 1",
            (f'*"what":"{what}"*', before),
        ).fetchone()

    def _last_with_card(self) -> int:
        row = self._read(
            "SELECT sequence FROM entries WHERE kind = 'payment'"
            " AND json_extract(body, '$.card') IS NOT NULL ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
        return row[0] if row else self._last + 1

    def _payments(self, where: str, values: tuple[Any, ...]) -> list[PaymentRecord]:
        with self._lock:
            rows = self._read(
                "SELECT body FROM entries JOIN payments USING (sequence)"
                f" {where} ORDER BY sequence",
                values,
            ).fetchall()
        return [PaymentRecord.model_validate_json(row[0]) for row in rows]

    def after(self, sequence: int, limit: int, bytes_max: int | None = None) -> list[JournalEntry]:
        """Up to ``limit`` entries that follow ``sequence``, in order: fewer when their bodies come to
        more than ``bytes_max``, but one at least."""
        with self._lock:
            rows = self._read(
                f"SELECT {COLUMNS} FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ?",
                (sequence, limit),
            ).fetchall()
        if bytes_max is not None:
            sizes = itertools.accumulate(len(row[3].encode()) for row in rows)
            rows = rows[: max(1, sum(size <= bytes_max for size in sizes))]
        return [entry_of(row) for row in rows]

    def acknowledged(self) -> int:
        """Up to here the server has everything."""
        return max(self.position("acknowledged"), self._origin.sequence)

    def acknowledge(self, sequence: int) -> None:
        """The server has everything up to ``sequence``. It never goes back."""
        with self._lock:
            if self.acknowledged() < sequence <= self._last:
                self._set_position("acknowledged", sequence)

    @property
    def path(self) -> Path:
        return self._path

    @property
    def first_link(self) -> tuple[int, str]:
        """What the first entry follows: sequence and hash."""
        return self._origin.sequence, self._origin.hash

    @property
    def damaged(self) -> str:
        """What is wrong with the file; empty while nothing is known to be."""
        return self._damaged

    def mark_damaged(self, what: str) -> None:
        """From now on no payment may begin, and the next start salvages instead of going on."""
        with self._lock:
            if self._damaged:
                return
            self._damaged = what
            try:
                marker_of(self._path).touch()
            except OSError:  # then the next check finds it again
                return

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

    def position(self, name: str) -> int:
        with self._lock:
            row = self._read("SELECT value FROM positions WHERE name = ?", (name,)).fetchone()
        return row[0] if row else 0

    def _set_position(self, name: str, value: int) -> None:
        try:
            self._db.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (name, value))
        except sqlite3.Error as error:
            self._roll_back()
            raise self._failed(error) from error

    def _read(self, query: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(query, values)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def close(self) -> None:
        with self._lock:
            self._db.close()
