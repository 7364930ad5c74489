"""Checks a journal's file link by link, without trusting it. Reads only; never repairs."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from contract.journal_hash import NotSigned, check_signature, entry_hash, public_key
from kiosk.journal_file import JournalBroken, JournalUnavailable, Origin, unavailable

Row = tuple[int, str, str, str, str, str, str]
_ROWS = "SELECT sequence, at, kind, body, previous_hash, hash, signature FROM entries"


def verify(path: Path, trusted_key: str = "") -> int:
    """Reads the whole journal and checks each link and signature. Returns the number of entries.

    ``trusted_key`` (base64url, raw) is the key by which the server knows the kiosk; without it the
    key that the file names is believed, so only the chain shows a file that was written anew.
    Raises JournalBroken at the first entry that was changed, removed or put in, and
    JournalUnavailable when the file cannot be read.
    """
    origin = origin_of(path)
    if trusted_key and origin.public_key != trusted_key:
        raise JournalBroken(origin.sequence + 1, "is signed by another key than the one given")
    previous, expected = origin.hash, origin.sequence + 1
    for row in rows(path):
        sequence = row[0]
        if sequence != expected:
            raise JournalBroken(expected, f"is missing; the next one is {sequence}")
        check_link(row, previous, origin)
        previous, expected = row[5], expected + 1
    return expected - origin.sequence - 1


def check_link(row: Row, previous: str, origin: Origin) -> None:
    """Raises JournalBroken unless the entry follows ``previous`` and is the owner's own."""
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
        return
    try:
        key = public_key(origin.public_key)
        check_signature(key, origin.kiosk_id, sequence, digest, signature)
    except (NotSigned, ValueError) as error:
        raise JournalBroken(sequence, "is not signed by this kiosk") from error


def origin_of(path: Path) -> Origin:
    """Where the file's chain begins. A file from before signatures begins at the beginning."""
    try:
        with closing(reading(path)) as db:
            table = "SELECT count(*) FROM sqlite_master WHERE name = 'origin'"
            if not db.execute(table).fetchone()[0]:
                return Origin()
            found = db.execute("SELECT kiosk_id, public_key, sequence, hash, number FROM origin")
            row = found.fetchone()
    except sqlite3.Error as error:
        raise unavailable(path, error) from error
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


def reading(path: Path) -> sqlite3.Connection:
    """Raises JournalUnavailable when there is no such file."""
    if not path.exists():
        raise JournalUnavailable(f"{path}: there is no such file")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
