"""Reads what can be read of a journal that nobody writes any more, be it whole, damaged or both.

It works on a copy and believes an entry only if its own hash holds. It never touches the file itself.
"""

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from pydantic import ValidationError

from contract.journal_hash import entry_hash
from contract.messages import EntryKind, PaymentRecord
from kiosk.journal.schema import SCHEMA, Origin

log = structlog.get_logger("salvage")

_COLUMNS = "sequence, at, kind, body, previous_hash, hash"
_HEADER_PAGES_AT = 28  # where SQLite's file header says how many pages there are, big-endian


@dataclass
class Salvage:
    """What was found. ``newest`` holds the newest record of each payment and its sequence."""

    origin: Origin = Origin()
    hashes: dict[int, str] = field(default_factory=dict)
    newest: dict[str, tuple[int, PaymentRecord]] = field(default_factory=dict)
    acknowledged: int = 0
    number: int = 0
    last_at: str = ""

    @property
    def last(self) -> int:
        return max(self.hashes, default=self.origin.sequence)

    @property
    def whole_from(self) -> int:
        """The first of the entries that are all there up to the last one."""
        sequence = self.last
        while sequence - 1 in self.hashes:
            sequence -= 1
        return sequence


def salvage(path: Path) -> Salvage:
    """Never raises for what the file holds; an unreadable file gives an empty Salvage."""
    found = Salvage()
    try:
        with _copy(path) as copy:
            _read_all(copy, found)
    except OSError as error:
        log.error("salvage_without_copy", error=str(error))
    log.info("salvaged", entries=len(found.hashes), payments=len(found.newest), last=found.last)
    return found


@contextmanager
def _copy(path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lobbypay-salvage-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        log_of = path.with_name(path.name + "-wal")
        if log_of.exists():
            shutil.copyfile(log_of, copy.with_name(copy.name + "-wal"))
        yield copy


def _read_all(copy: Path, found: Salvage) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            db.execute("SELECT sequence FROM entries LIMIT 1").fetchone()
        except sqlite3.DatabaseError as error:
            log.warning("first_page_replaced", error=str(error))
            _replace_first_page(copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        found.origin = _origin(db)
        for row in _rows(db):
            _believe(row, found)
        found.acknowledged = _acknowledged(db)


def _replace_first_page(copy: Path) -> None:
    """The first page holds only the tables' layout, and every journal has the same: another one's
    first page makes the rest readable again."""
    with tempfile.TemporaryDirectory(prefix="lobbypay-salvage-") as folder:
        fresh = Path(folder) / "fresh.sqlite3"
        with closing(sqlite3.connect(fresh, isolation_level=None)) as db:
            db.executescript(SCHEMA)
            page_bytes = db.execute("PRAGMA page_size").fetchone()[0]
        first = bytearray(fresh.read_bytes()[:page_bytes])
    pages = max(1, copy.stat().st_size // page_bytes)
    first[_HEADER_PAGES_AT : _HEADER_PAGES_AT + 4] = pages.to_bytes(4, "big")
    with copy.open("r+b") as file:
        file.write(first)


def _rows(db: sqlite3.Connection) -> Iterator[tuple]:
    """From the front to the first damage, from the end back to the last, and between them one by
    one."""
    front = yield from _until_damage(db, "ASC", 0)
    if front is None:
        return
    back = yield from _until_damage(db, "DESC", front)
    if back is None:
        return
    for sequence in range(front + 1, back):
        try:
            row = db.execute(
                f"SELECT {_COLUMNS} FROM entries WHERE sequence = ?", (sequence,)
            ).fetchone()
        except sqlite3.DatabaseError:
            continue
        if row is not None:
            yield row


def _until_damage(db: sqlite3.Connection, order: str, after: int) -> Iterator[tuple]:
    """Yields rows; returns the last sequence before the damage, None when there was none."""
    last = after
    try:
        query = f"SELECT {_COLUMNS} FROM entries WHERE sequence > ? ORDER BY sequence {order}"
        for row in db.execute(query, (after,)):
            last = row[0]
            yield row
    except sqlite3.DatabaseError:
        return last
    return None


def _believe(row: tuple, found: Salvage) -> None:
    sequence, at, kind, body, previous_hash, digest = row
    try:
        content = json.loads(body)
        if entry_hash(sequence, at, kind, content, previous_hash) != digest:
            raise ValueError("its hash does not hold")
        found.hashes[sequence] = digest
        found.last_at = max(found.last_at, at)
        if kind == EntryKind.PAYMENT:
            record = PaymentRecord.model_validate(content)
            found.number = max(found.number, int(record.reference.rpartition("-")[2]))
            known = found.newest.get(record.payment_id)
            if known is None or known[1].version < record.version:
                found.newest[record.payment_id] = (sequence, record)
    except (ValueError, TypeError, ValidationError) as error:
        log.warning("entry_not_believed", sequence=sequence, error=type(error).__name__)


def _origin(db: sqlite3.Connection) -> Origin:
    try:
        row = db.execute(
            "SELECT kiosk_id, public_key, sequence, hash, number FROM origin"
        ).fetchone()
    except sqlite3.DatabaseError:
        return Origin()
    return Origin(*row) if row else Origin()


def _acknowledged(db: sqlite3.Connection) -> int:
    try:
        row = db.execute("SELECT value FROM positions WHERE name = 'acknowledged'").fetchone()
    except sqlite3.DatabaseError:
        return 0
    return row[0] if row else 0
