"""The journal's file: its tables, its owner, where it begins, and what can be wrong with it.

It never changes or removes an entry. A file from before entries were signed is signed once, when opened.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.journal_hash import GENESIS, public_key_text, sign_entry
from contract.key_change import KEY_CHANGED
from contract.messages import JournalEntry, PaymentRecord

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
  sequence INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  signature TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TRIGGER IF NOT EXISTS entries_are_never_changed BEFORE UPDATE ON entries
  BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END;
CREATE TRIGGER IF NOT EXISTS entries_are_never_deleted BEFORE DELETE ON entries
  BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END;
CREATE TABLE IF NOT EXISTS payments (  -- where each payment stands: the newest entry of each
  payment_id TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  unit TEXT NOT NULL,
  state TEXT NOT NULL,
  sequence INTEGER NOT NULL REFERENCES entries(sequence)
) STRICT;
CREATE INDEX IF NOT EXISTS payments_unfinished ON payments(sequence)
  WHERE state IN ('created', 'pending', 'unknown');
CREATE INDEX IF NOT EXISTS payments_by_unit ON payments(unit, sequence);
CREATE INDEX IF NOT EXISTS payments_by_number ON payments(number);
CREATE INDEX IF NOT EXISTS entries_with_card ON entries(sequence)
  WHERE kind = 'payment' AND json_extract(body, '$.card') IS NOT NULL;
CREATE INDEX IF NOT EXISTS entries_notes ON entries(sequence) WHERE kind = 'note';
CREATE TABLE IF NOT EXISTS positions (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS origin (  -- whose journal it is, and what it continues; one row
  kiosk_id TEXT NOT NULL,
  public_key TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  number INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS payment_bills (  -- the bills that each payment is for
  bill TEXT NOT NULL,
  unit TEXT NOT NULL,
  period TEXT NOT NULL,
  payment_id TEXT NOT NULL REFERENCES payments(payment_id),
  PRIMARY KEY (bill, payment_id)
) STRICT;
CREATE INDEX IF NOT EXISTS payment_bills_by_month ON payment_bills(unit, period);
"""
COLUMNS = "sequence, at, kind, body, previous_hash, hash, signature"  # of an entry
# Payments that may have paid one of the bills (a JSON array of number, unit and period) and of which
# whoever knows the journal up to a sequence cannot know it.
MAY_HAVE_PAID = """
WHERE payment_id IN (
  SELECT payment_id FROM json_each(?1) wanted
    JOIN payment_bills ON bill = json_extract(wanted.value, '$[0]')
  UNION
  SELECT payment_id FROM json_each(?1) wanted
    JOIN payment_bills ON unit = json_extract(wanted.value, '$[1]')
      AND period = json_extract(wanted.value, '$[2]')
) AND (state IN ('created', 'pending', 'unknown') OR state = 'approved' AND sequence > ?2)
"""
_TRIGGERS = ("entries_are_never_changed", "entries_are_never_deleted")
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class JournalUnavailable(Exception):
    """The journal cannot be written or read: no money may be taken until it can."""


class JournalDamaged(JournalUnavailable):
    """What is on disk is not what was written. The file is kept; staff or the server must help."""


class JournalOfAnother(JournalUnavailable):
    """The file was written under another identity: this one has to begin its own."""


class JournalBroken(Exception):
    """An entry does not match its hash, its signature or its predecessor. ``sequence`` is the first
    such entry."""

    def __init__(self, sequence: int, what: str) -> None:
        super().__init__(f"journal entry {sequence}: {what}")
        self.sequence = sequence


@dataclass(frozen=True)
class Seal:
    """Signs entries as this kiosk."""

    kiosk_id: str
    key: Ed25519PrivateKey
    earlier: tuple[
        Ed25519PrivateKey, ...
    ] = ()  # the kiosk's keys before, which may have begun a file

    @property
    def public_key(self) -> str:
        return public_key_text(self.key.public_key())

    def of(self, public_key: str) -> "Seal | None":
        """The seal of the kiosk's key, of now or before; None for another's."""
        keys = (self.key, *self.earlier)
        found = [one for one in keys if public_key_text(one.public_key()) == public_key]
        return Seal(self.kiosk_id, found[0]) if found else None

    def sign(self, sequence: int, digest: str) -> str:
        return sign_entry(self.key, self.kiosk_id, sequence, digest)


@dataclass(frozen=True)
class Origin:
    """Whose journal a file holds, and the entry that its first one follows. ``number`` is the
    highest number of a payment before that."""

    kiosk_id: str = ""
    public_key: str = ""
    sequence: int = 0
    hash: str = GENESIS
    number: int = 0


def marker_of(path: Path) -> Path:
    """A file beside a journal that was found damaged, so that no start goes on with it."""
    return path.with_name(path.name + ".damaged")


def unavailable(where: object, error: Exception) -> JournalUnavailable:
    """The error in our words: whether the disk refuses, or gave back what was never written."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    kind = JournalDamaged if code in _DAMAGE else JournalUnavailable
    return kind(f"{where}: {error}")


def prepare(db: sqlite3.Connection, seal: Seal | None, origin: Origin | None = None) -> Origin:
    """Makes the tables where they are missing and returns the file's origin; its key is the one that
    signs the next entry.

    ``origin`` is for a file that is new. Raises JournalOfAnother and sqlite3.Error.
    """
    db.executescript(SCHEMA)
    columns = [row[1] for row in db.execute("SELECT * FROM pragma_table_info('entries')")]
    if "signature" not in columns:
        _sign_what_was_not(db, seal)
    row = db.execute("SELECT kiosk_id, public_key, sequence, hash, number FROM origin").fetchone()
    if row is not None:
        found = replace(Origin(*row), public_key=signer_at(db, row[1]))
        if seal and (found.kiosk_id != seal.kiosk_id or seal.of(found.public_key) is None):
            raise JournalOfAnother(
                "the journal belongs to another identity; enrol this kiosk again"
            )
        return found
    if seal is None:
        return origin or Origin()
    begun = origin or Origin(seal.kiosk_id, seal.public_key)
    db.execute(
        "INSERT INTO origin VALUES (?, ?, ?, ?, ?)",
        (begun.kiosk_id, begun.public_key, begun.sequence, begun.hash, begun.number),
    )
    return begun


def signer_at(db: sqlite3.Connection, first: str, up_to: int = 2**62) -> str:
    """Which key signs the entry after ``up_to``, in a file that ``first`` began. Raises sqlite3.Error."""
    row = db.execute(
        "SELECT json_extract(body, '$.public_key') FROM entries WHERE kind = 'note' AND sequence <= ?"
        " AND CASE WHEN json_valid(body) THEN json_extract(body, '$.what') END = ?"
        " ORDER BY sequence DESC LIMIT 1",
        (up_to, KEY_CHANGED),
    ).fetchone()
    return str(row[0]) if row else first


def entry_of(row: tuple[Any, ...]) -> JournalEntry:
    """``row``: the values of COLUMNS."""
    return JournalEntry(
        sequence=row[0],
        at=row[1],
        kind=row[2],
        body=json.loads(row[3]),
        previous_hash=row[4],
        hash=row[5],
        signature=row[6],
    )


def stand(db: sqlite3.Connection, record: PaymentRecord, number: int, sequence: int) -> None:
    """Where a payment stands from the entry ``sequence`` on. Raises sqlite3.Error."""
    db.execute(
        "INSERT INTO payments VALUES (?, ?, ?, ?, ?) ON CONFLICT (payment_id) DO UPDATE"
        " SET state = excluded.state, sequence = excluded.sequence",
        (record.payment_id, number, record.unit, record.state.value, sequence),
    )
    for bill in record.bills:
        db.execute(
            "INSERT OR IGNORE INTO payment_bills VALUES (?, ?, ?, ?)",
            (bill.number, bill.unit, bill.paid_once, record.payment_id),
        )


def _sign_what_was_not(db: sqlite3.Connection, seal: Seal | None) -> None:
    """Entries written before signatures were: all at once or none. The chain already vouches for
    them, and the file was never out of this kiosk's hands."""
    sign: Callable[[int, str], str] = seal.sign if seal else lambda sequence, digest: ""
    db.execute("BEGIN IMMEDIATE")
    for name in _TRIGGERS:
        db.execute(f"DROP TRIGGER {name}")
    db.execute("ALTER TABLE entries ADD COLUMN signature TEXT NOT NULL DEFAULT ''")
    rows = db.execute("SELECT sequence, hash FROM entries").fetchall()
    for sequence, digest in rows:
        signature = sign(sequence, digest)
        db.execute("UPDATE entries SET signature = ? WHERE sequence = ?", (signature, sequence))
    db.execute("COMMIT")
    db.executescript(SCHEMA)
