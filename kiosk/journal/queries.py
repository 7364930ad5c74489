"""What is read of the journal: entries, payments as they stand now, notes, positions.

A read that finds the file damaged marks it so: whoever asks next, and the next start, know it.
"""

import itertools
import json
import sqlite3
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from contract.messages import Bill, JournalEntry, PaymentRecord, PaymentState
from kiosk.journal.schema import (
    COLUMNS,
    MAY_HAVE_PAID,
    JournalDamaged,
    JournalUnavailable,
    entry_of,
    marker_of,
    unavailable,
)

STARTED, CONFIRMED = (
    "started",
    "clock_confirmed",
)  # notes: a run begins; from here on ``now`` is right
_END = 2**63 - 1  # later than any entry


class JournalQueries:
    """Over an open file, whoever writes to it. Every method may be called from any thread, and each
    raises JournalUnavailable when the file cannot be read."""

    _db: sqlite3.Connection

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._damaged = ""

    @property
    def path(self) -> Path:
        return self._path

    def last_at(self) -> datetime | None:
        """When the newest entry was written, by the clock of then."""
        with self._lock:
            row = self._read("SELECT at FROM entries ORDER BY sequence DESC LIMIT 1").fetchone()
        return datetime.fromisoformat(row[0]) if row else None

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
                self._last_note(what, before=first[0]) for what in (STARTED, CONFIRMED)
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
        wanted = json.dumps(
            [
                (number, bill.unit, bill.paid_once)
                for bill in bills
                for number in (bill.number, *bill.replaces)
            ]
        )
        return self._payments(MAY_HAVE_PAID, (wanted, after))

    def last_in(self, unit: str, states: Sequence[PaymentState]) -> PaymentRecord | None:
        """The unit's newest payment among those that stand so now. Raises JournalUnavailable."""
        rows = self._payments(
            "WHERE unit = ? AND state IN (SELECT value FROM json_each(?))",
            (unit, json.dumps([state.value for state in states])),
        )
        return rows[-1] if rows else None

    def approved_for(self, bill_number: str) -> PaymentRecord | None:
        """The approved payment of this kiosk that settled a bill. Raises JournalUnavailable."""
        rows = self._payments(
            "WHERE state = 'approved' AND payment_id IN"
            " (SELECT payment_id FROM payment_bills WHERE bill = ?)",
            (bill_number,),
        )
        return rows[-1] if rows else None

    def receipts_printed(self, payment_id: str) -> int:
        """How often the receipt of a payment that is settled came out whole here, also of one that was
        taken elsewhere. Raises JournalUnavailable."""
        with self._lock:
            row = self._read(
                "SELECT count(*) FROM entries WHERE kind = 'receipt'"
                " AND sequence > coalesce("
                "(SELECT sequence FROM payments WHERE payment_id = ?1), 0)"
                " AND json_extract(body, '$.payment_id') = ?1"
                " AND json_extract(body, '$.how') = 'print'"
                " AND json_extract(body, '$.outcome') = 'printed'",
                (payment_id,),
            ).fetchone()
        return row[0]

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
        return row[0] if row else _END

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

    def position(self, name: str) -> int:
        with self._lock:
            row = self._read("SELECT value FROM positions WHERE name = ?", (name,)).fetchone()
        return row[0] if row else 0

    def _failed(self, error: sqlite3.Error) -> JournalUnavailable:
        failure = unavailable(self._path, error)
        if isinstance(failure, JournalDamaged):
            self.mark_damaged(str(error))
        return failure

    def _read(self, query: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(query, values)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def close(self) -> None:
        with self._lock:
            self._db.close()
