"""Checks a journal's file link by link, without trusting it. Reads only; never repairs."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from contract.journal_hash import NotSigned, check_signature, entry_hash, public_key
from contract.key_change import signer_after
from contract.messages import EntryKind, PaymentRecord
from kiosk.journal.schema import (
    JournalBroken,
    JournalDamaged,
    JournalUnavailable,
    Origin,
    signer_at,
    unavailable,
)

TAIL_ENTRIES = 100
PAUSE_ENTRIES = 50
Row = tuple[int, str, str, str, str, str, str]
_ROWS = "SELECT sequence, at, kind, body, previous_hash, hash, signature FROM entries"


def verify(path: Path, trusted_key: str = "") -> int:
    """Reads the whole journal and checks each link and signature. Returns the number of entries.

    ``trusted_key`` (base64url, raw) is a key by which the server knew the kiosk: where the kiosk's key
    was replaced, each vouches for what the one before it signed; without it the key that the file names
    is believed, so only the chain shows a file that was written anew.
    Raises JournalBroken at the first entry that was changed, removed or put in, and
    JournalUnavailable when the file cannot be read.
    """
    first = origin = origin_of(path)
    signers = {origin.public_key}
    previous, expected = origin.hash, origin.sequence + 1
    for row in rows(path):
        sequence = row[0]
        if sequence != expected:
            raise JournalBroken(expected, f"is missing; the next one is {sequence}")
        origin = check_link(row, previous, origin)
        signers.add(origin.public_key)
        previous, expected = row[5], expected + 1
    if trusted_key and trusted_key not in signers:
        raise JournalBroken(first.sequence + 1, "is signed by another key than the one given")
    return expected - first.sequence - 1


def page_damage(path: Path) -> str:
    """What is wrong with the file's pages, also those that hold no entry; empty when nothing is.
    Raises JournalUnavailable."""
    try:
        with closing(reading(path)) as db:
            said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise unavailable(path, error) from error
    return "" if said == "ok" else " ".join(said.split())


def check_tail(db: sqlite3.Connection, path: Path, origin: Origin) -> tuple[int, str] | None:
    """Checks the newest entries, which any fault of a power cut would hit first, in a time that does
    not grow with the journal. Returns the newest one's sequence and hash, None for an empty journal.

    Raises JournalDamaged and sqlite3.Error.
    """
    newest = db.execute(f"{_ROWS} ORDER BY sequence DESC LIMIT {TAIL_ENTRIES + 1}").fetchall()
    if not newest:
        return None
    previous = origin.hash if len(newest) <= TAIL_ENTRIES else newest.pop()[5]
    expected = newest[-1][0] if len(newest) == TAIL_ENTRIES else origin.sequence + 1
    first = origin_in(db)
    signer = replace(first, public_key=signer_at(db, first.public_key, expected - 1))
    try:
        for row in reversed(newest):
            if row[0] != expected:
                raise JournalBroken(expected, f"is missing; the next one is {row[0]}")
            signer = check_link(row, previous, signer)
            previous, expected = row[5], expected + 1
    except JournalBroken as broken:
        raise JournalDamaged(f"{path}: {broken}") from broken
    return newest[0][0], newest[0][5]


def check_whole(path: Path, after: tuple[int, str], pause: Callable[[], None]) -> tuple[int, str]:
    """Checks the file's pages, then each link that follows ``after``, taking its time. Returns the
    last link's sequence and hash. Raises JournalBroken and JournalUnavailable."""
    origin = origin_of(path)
    try:
        if damage := page_damage(path):
            raise JournalDamaged(f"{path}: {damage}")
        with closing(reading(path)) as db:
            expected, previous = after[0] + 1, after[1]
            origin = replace(origin, public_key=signer_at(db, origin.public_key, after[0]))
            query = f"{_ROWS} WHERE sequence > ? ORDER BY sequence LIMIT {PAUSE_ENTRIES}"
            while found := db.execute(query, (expected - 1,)).fetchall():
                for row in found:
                    if row[0] != expected:
                        raise JournalBroken(expected, f"is missing; the next one is {row[0]}")
                    origin = check_link(row, previous, origin)
                    previous, expected = row[5], expected + 1
                pause()
    except sqlite3.Error as error:
        raise unavailable(path, error) from error
    return expected - 1, previous


def check_link(row: Row, previous: str, origin: Origin) -> Origin:
    """``origin`` with the key that signs what follows. Raises JournalBroken unless the entry follows
    ``previous`` and is the owner's own."""
    sequence, at, kind, body, previous_hash, digest, signature = row
    if previous_hash != previous:
        raise JournalBroken(sequence, "does not follow its predecessor")
    try:
        content = json.loads(body)
    except ValueError as error:
        raise JournalBroken(sequence, "cannot be read") from error
    if entry_hash(sequence, at, kind, content, previous) != digest:
        raise JournalBroken(sequence, "was changed after it was written")
    if not origin.public_key:
        return origin
    try:
        key = public_key(origin.public_key)
        check_signature(key, origin.kiosk_id, sequence, digest, signature)
        here = (origin.public_key, origin.kiosk_id, sequence, previous_hash)
        return replace(origin, public_key=signer_after(*here, kind, content))
    except (NotSigned, ValueError) as error:
        raise JournalBroken(sequence, "is not signed by this kiosk") from error


def origin_of(path: Path) -> Origin:
    """Where the file's chain begins. A file from before signatures begins at the beginning."""
    try:
        with closing(reading(path)) as db:
            return origin_in(db)
    except sqlite3.Error as error:
        raise unavailable(path, error) from error


def signer_of(path: Path) -> str:
    """The key (base64url, raw) that signs the file's next entry. Raises JournalUnavailable."""
    try:
        with closing(reading(path)) as db:
            return signer_at(db, origin_in(db).public_key)
    except sqlite3.Error as error:
        raise unavailable(path, error) from error


def origin_in(db: sqlite3.Connection) -> Origin:
    """Raises sqlite3.Error."""
    table = "SELECT count(*) FROM sqlite_master WHERE name = 'origin'"
    if not db.execute(table).fetchone()[0]:
        return Origin()
    row = db.execute("SELECT kiosk_id, public_key, sequence, hash, number FROM origin").fetchone()
    return Origin(*row) if row else Origin()


def rows(path: Path) -> Iterator[Row]:
    """Every entry in order. Raises JournalUnavailable."""
    try:
        with closing(reading(path)) as db:
            names = [row[1] for row in db.execute("SELECT * FROM pragma_table_info('entries')")]
            query = _ROWS if "signature" in names else _ROWS.replace("signature", "''")
            yield from db.execute(f"{query} ORDER BY sequence")
    except sqlite3.Error as error:
        raise unavailable(path, error) from error


def newest_record(path: Path, wanted: str) -> PaymentRecord | None:
    """The newest record of the payment with that id or reference. Raises JournalUnavailable."""
    found = None
    for _, _, kind, entry, *_ in rows(path):
        if kind == EntryKind.PAYMENT:
            body = json.loads(entry)
            if wanted in (body["payment_id"], body["reference"]):
                found = PaymentRecord.model_validate(body)
    return found


def reading(path: Path) -> sqlite3.Connection:
    """Raises JournalUnavailable when there is no such file."""
    if not path.exists():
        raise JournalUnavailable(f"{path}: there is no such file")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
