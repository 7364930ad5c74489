"""What the terminal and the bank behind it know: each transaction, on disk before anybody hears of it."""

import sqlite3
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
CREATE TABLE IF NOT EXISTS transactions (
  trace INTEGER PRIMARY KEY, receipt INTEGER NOT NULL, amount_minor INTEGER NOT NULL,
  currency INTEGER NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL
);
"""
CURRENCIES = {156: "CNY", 978: "EUR", 840: "USD", 344: "HKD"}


@dataclass(frozen=True)
class Transaction:
    """``state``: approved, reversed, declined."""

    trace: int
    receipt: int
    amount_minor: int
    currency: int
    state: str
    at: str

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        del told["trace"], told["receipt"]
        return told | {
            "trace_no": f"{self.trace:06d}",
            "receipt_no": f"{self.receipt:04d}",
            "currency": CURRENCIES.get(self.currency, str(self.currency)),
        }


class Bank:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self._lock = threading.Lock()

    def book(self, amount_minor: int, currency: int, state: str) -> Transaction:
        """A new transaction with the next trace and receipt number (1 follows 9999)."""
        with self._lock:
            last = self._db.execute("SELECT max(trace) FROM transactions").fetchone()[0] or 0
            made = Transaction(
                last + 1,
                last % 9999 + 1,
                amount_minor,
                currency,
                state,
                datetime.now(UTC).isoformat(timespec="seconds"),
            )
            self._db.execute(
                "INSERT INTO transactions VALUES (:trace, :receipt, :amount_minor, :currency,"
                " :state, :at)",
                asdict(made),
            )
        return made

    def mark(self, trace: int, state: str) -> None:
        with self._lock:
            self._db.execute("UPDATE transactions SET state = ? WHERE trace = ?", (state, trace))

    def all(self) -> list[Transaction]:
        with self._lock:
            rows = self._db.execute("SELECT * FROM transactions ORDER BY trace").fetchall()
        return [Transaction(*row) for row in rows]

    def last(self) -> Transaction | None:
        return (self.all() or [None])[-1]

    def by_receipt(self, receipt: int) -> Transaction | None:
        found = [t for t in self.all() if t.receipt == receipt]
        return found[-1] if found else None
