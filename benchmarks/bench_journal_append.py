"""Signed journal append against a bare SQLite FULL commit of the same bytes, side by side in one run.

Others on the machine slow down our share, which is the processor's, more than the disk's: the best round
of each is given beside the median.
"""

import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.messages import EntryKind
from kiosk.journal.journal import Journal
from kiosk.journal.schema import Seal

ROUNDS, BATCH = 40, 25
BODY = {"payment_id": "01900000-0000-7000-8000-000000000001", "lines": ["x" * 60] * 20}
TEXT = str(BODY)
SEAL = Seal("kiosk", Ed25519PrivateKey.generate())


def bare(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE entries (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    return db


def main() -> None:
    with tempfile.TemporaryDirectory(dir=".") as folder:
        journal = Journal(Path(folder) / "journal.sqlite3", lambda: datetime.now(UTC), seal=SEAL)
        db = bare(Path(folder) / "bare.sqlite3")
        ours, theirs = [], []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            for _ in range(BATCH):
                journal.append(EntryKind.NOTE, BODY)
            ours.append(time.perf_counter() - start)
            start = time.perf_counter()
            for _ in range(BATCH):
                db.execute("BEGIN IMMEDIATE")
                db.execute("INSERT INTO entries (body) VALUES (?)", (TEXT,))
                db.execute("COMMIT")
            theirs.append(time.perf_counter() - start)
        journal.close()
    ratio = statistics.median(ours) / statistics.median(theirs)
    best = min(ours) / min(theirs)
    each, bare_each = (statistics.median(taken) / BATCH * 1e6 for taken in (ours, theirs))
    print(
        f"journal append / bare SQLite FULL commit: {ratio:.2f} ({each:.0f} us / {bare_each:.0f} us),"
        f" best rounds {best:.2f} ({min(ours) / BATCH * 1e6:.0f} us / {min(theirs) / BATCH * 1e6:.0f} us)"
    )


if __name__ == "__main__":
    main()
