"""What the terminal and the bank behind it know: each transaction, on disk before anybody hears of it."""

import sqlite3
import threading
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.money import Money

_SCHEMA = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
CREATE TABLE IF NOT EXISTS transactions (
  trace INTEGER PRIMARY KEY, receipt INTEGER NOT NULL, amount_minor INTEGER NOT NULL,
  currency INTEGER NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS reversals (
  trace INTEGER PRIMARY KEY, receipt INTEGER NOT NULL, original INTEGER NOT NULL UNIQUE,
  at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS day_ends (trace INTEGER PRIMARY KEY, at TEXT NOT NULL);
"""
_NEWEST = """
SELECT max(trace) FROM (SELECT trace FROM transactions UNION ALL SELECT trace FROM reversals
  UNION ALL SELECT trace FROM day_ends)
"""
# ISO 4217: what the till of a lobby may ask for, and some with other minor units than hundredths.
_NUMBERED = (
    "AED 784 AUD 36 BHD 48 CAD 124 CHF 756 CLP 152 CNY 156 CZK 203 DKK 208 EUR 978 GBP 826 HKD 344"
    " HUF 348 IQD 368 ISK 352 JOD 400 JPY 392 KRW 410 KWD 414 LYD 434 MOP 446 MYR 458 NOK 578"
    " NZD 554 OMR 512 PLN 985 SEK 752 SGD 702 THB 764 TND 788 TWD 901 USD 840 VND 704"
)
_WORDS = _NUMBERED.split()
CURRENCIES = {
    int(number): letters for letters, number in zip(_WORDS[::2], _WORDS[1::2], strict=True)
}


@dataclass(frozen=True)
class Transaction:
    """``state``: approved, reversed, declined, reserved, booked, cancelled, refunded. ``original``: the
    trace of what a reversal took back."""

    trace: int
    receipt: int
    amount_minor: int
    currency: int
    state: str
    at: str
    original: int = 0

    @property
    def shown(self) -> str:
        """The amount with the decimals of its currency, e.g. ``332.08 EUR``, ``332 JPY``."""
        letters = CURRENCIES.get(self.currency)
        if letters is None:
            return f"{self.amount_minor} minor units of {self.currency}"
        return str(Money(self.amount_minor, letters))

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        del told["trace"], told["receipt"], told["original"]
        return told | {
            "trace_no": f"{self.trace:06d}",
            "receipt_no": f"{self.receipt:04d}",
            "currency": CURRENCIES.get(self.currency, str(self.currency)),
        }


class Bank:
    """One row of trace numbers for everything: payments, reversals and ends of days."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self._lock = threading.Lock()

    def book(self, amount_minor: int, currency: int, state: str) -> Transaction:
        """A new transaction with the next trace and receipt number (1 follows 9999)."""
        with self._lock:
            trace, receipt, at = self._next()
            made = Transaction(trace, receipt, amount_minor, currency, state, at)
            self._db.execute(
                "INSERT INTO transactions VALUES (:trace, :receipt, :amount_minor, :currency,"
                " :state, :at)",
                asdict(made),
            )
        return made

    def take_back(self, done: Transaction) -> Transaction:
        """The reversal of a transaction: one of its own, with numbers of its own."""
        with self._lock:
            trace, receipt, at = self._next()
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "INSERT INTO reversals VALUES (?, ?, ?, ?)", (trace, receipt, done.trace, at)
            )
            self._db.execute(
                "UPDATE transactions SET state = 'reversed' WHERE trace = ?", (done.trace,)
            )
            self._db.execute("COMMIT")
        return _reversal(trace, receipt, at, done)

    def end_day(self) -> tuple[int, list[Transaction]]:
        """The trace of the end of day, and what it hands in; the next batch is empty."""
        batch = self.batch()
        with self._lock:
            trace, _, at = self._next()
            self._db.execute("INSERT INTO day_ends VALUES (?, ?)", (trace, at))
        return trace, batch

    def _next(self) -> tuple[int, int, str]:
        last = self._db.execute(_NEWEST).fetchone()[0] or 0
        return last + 1, last % 9999 + 1, datetime.now(UTC).isoformat(timespec="seconds")

    def mark(self, trace: int, state: str) -> None:
        with self._lock:
            self._db.execute("UPDATE transactions SET state = ? WHERE trace = ?", (state, trace))

    def all(self) -> list[Transaction]:
        with self._lock:
            rows = self._db.execute("SELECT * FROM transactions ORDER BY trace").fetchall()
        return [Transaction(*row) for row in rows]

    def batch(self) -> list[Transaction]:
        """What was booked since the last end of day."""
        with self._lock:
            ended = self._db.execute("SELECT max(trace) FROM day_ends").fetchone()[0] or 0
        return [t for t in self.all() if t.trace > ended]

    def last(self) -> Transaction | None:
        """The newest transaction, which may be a reversal."""
        with self._lock:
            row = self._db.execute(
                "SELECT trace, receipt, at, original FROM reversals ORDER BY trace DESC"
            ).fetchone()
        known = self.all()
        newest = known[-1] if known else None
        if newest is None or row is None or row[0] < newest.trace:
            if newest is not None and newest.state == "reversed":
                return replace(newest, original=newest.trace)  # booked before reversals had numbers
            return newest
        original = next(t for t in known if t.trace == row[3])
        return _reversal(*row[:3], original)

    def by_receipt(self, receipt: int) -> Transaction | None:
        found = [t for t in self.all() if t.receipt == receipt]
        return found[-1] if found else None

    def by_trace(self, trace: int) -> Transaction | None:
        return next((t for t in self.all() if t.trace == trace), None)


def _reversal(trace: int, receipt: int, at: str, done: Transaction) -> Transaction:
    return replace(done, trace=trace, receipt=receipt, at=at, state="reversed", original=done.trace)
