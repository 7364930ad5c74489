"""A kiosk's disk: real SQLite files, and what of them survives when the power goes.

With synchronous=FULL a commit is synced before it returns; with less, what follows the last sync is in
memory only. After a power cut the write-ahead log ends there, or a little later with torn bytes; after a
kill everything that was written is still there.
"""

import random
import sqlite3 as real
from collections.abc import Callable
from pathlib import Path
from typing import Any

FULL = 2


class Disk:
    """``between`` is called before and after each commit: it may kill the process there.
    ``full`` says whether this write finds no room."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        between: Callable[[str], None],
        full: Callable[[], bool],
    ) -> None:
        self._folder, self._random = folder, random.Random(f"disk {seed} {folder.name}")
        self._between, self._full = between, full
        self._lives, self._synced = 0, 0
        self._connection: Connection | None = None
        self.path = folder / "0" / "journal.sqlite3"
        self.path.parent.mkdir(parents=True)

    def replaced(self) -> None:
        """What the next life finds: nothing. The process is dead."""
        self._lives, self._synced = self._lives + 1, 0
        self.path = self._folder / str(self._lives) / "journal.sqlite3"
        self.path.parent.mkdir()

    def connect(self, path: Path, **how: Any) -> "Connection":
        self._connection = Connection(real.connect(path, **how), self)
        return self._connection

    def dies(self, power_cut: bool) -> None:
        """What the next life finds: the files as they are, or as they were synced."""
        before, self._lives = self.path, self._lives + 1
        self.path = self._folder / str(self._lives) / "journal.sqlite3"
        self.path.parent.mkdir()
        if before.exists():
            self.path.write_bytes(before.read_bytes())
        log = _log_of(before)
        if log.exists():
            written = log.read_bytes()
            kept = self._torn(written) if power_cut else written
            _log_of(self.path).write_bytes(kept)
        if self._connection is not None:
            self._connection.real.close()
            self._connection = None

    def _torn(self, written: bytes) -> bytes:
        synced, unsynced = written[: self._synced], written[self._synced :]
        kept = self._random.randint(0, len(unsynced))
        noise = self._random.randbytes(min(kept, 64)) if self._random.random() < 0.5 else b""
        return synced + unsynced[: kept - len(noise)] + noise

    def written(self, connection: "Connection") -> None:
        """A statement ended outside a transaction."""
        if connection.synchronous >= FULL:
            log = _log_of(self.path)
            self._synced = log.stat().st_size if log.exists() else 0

    def may_write(self) -> None:
        if self._full():
            raise real.OperationalError("database or disk is full")

    def between(self, what: str) -> None:
        self._between(what)


class Connection:
    """``sqlite3.Connection`` as far as the journal uses it."""

    def __init__(self, connection: real.Connection, disk: Disk) -> None:
        self.real, self._disk = connection, disk
        self.synchronous = FULL
        self.real.execute("PRAGMA wal_autocheckpoint=0")

    @property
    def in_transaction(self) -> bool:
        return self.real.in_transaction

    def execute(self, statement: str, values: Any = ()) -> real.Cursor:
        if statement.startswith("SELECT"):
            return self.real.execute(statement, values)
        inside = self.real.in_transaction
        if statement == "COMMIT" or (not inside and statement.startswith(("INSERT", "UPDATE"))):
            self._disk.may_write()
            self._disk.between("before a commit")
            done = self.real.execute(statement, values)
            self._disk.written(self)
            self._disk.between("after a commit")
            return done
        done = self.real.execute(statement, values)
        if statement.startswith("PRAGMA synchronous"):
            self.synchronous = self.real.execute("PRAGMA synchronous").fetchone()[0]
        if not self.real.in_transaction:
            self._disk.written(self)
        return done

    def executemany(self, statement: str, rows: Any) -> real.Cursor:
        done = self.real.executemany(statement, rows)
        if not self.real.in_transaction:
            self._disk.written(self)
        return done

    def executescript(self, script: str) -> real.Cursor:
        done = self.real.executescript(script)
        self._disk.written(self)
        return done

    def close(self) -> None:
        self.real.close()


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")
