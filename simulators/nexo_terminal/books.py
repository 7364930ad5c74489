"""What the terminal and its bank know: each transaction and each answer, on disk before it is told."""

import json
import sqlite3
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from contract.money import Money

_SCHEMA = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
CREATE TABLE IF NOT EXISTS transactions (
  number INTEGER PRIMARY KEY, service_id TEXT NOT NULL, reference TEXT NOT NULL,
  amount TEXT NOT NULL, amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
  state TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS answers (
  category TEXT NOT NULL, sale_id TEXT NOT NULL, service_id TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (category, sale_id, service_id)
);
CREATE TABLE IF NOT EXISTS heard (sale_id TEXT, service_id TEXT, PRIMARY KEY (sale_id, service_id));
"""


@dataclass(frozen=True)
class Transaction:
    """``state``: approved, declined, reversed. ``amount`` in the currency's main unit, as asked."""

    number: int
    service_id: str
    reference: str
    amount: str
    amount_minor: int
    currency: str
    state: str
    at: str

    @property
    def name(self) -> str:
        """As the protocol calls it: the terminal's reference, a dot, the provider's."""
        return f"SIM{self.number:06d}.PSP{self.number:06d}X"

    def as_json(self) -> dict[str, Any]:
        receipt_no = self.name.partition(".")[0]
        return {**asdict(self), "name": self.name, "receipt_no": receipt_no}


class Books:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self._lock = threading.Lock()

    def first_time(self, sale_id: str, service_id: str) -> bool:
        """False for a name that was used before (it would be within 48 hours)."""
        with self._lock:
            done = self._db.execute(
                "INSERT OR IGNORE INTO heard VALUES (?, ?)", (sale_id, service_id)
            )
            return done.rowcount == 1

    def book(
        self, service_id: str, reference: str, amount: Any, currency: str, state: str
    ) -> Transaction:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self._lock:
            last = self._db.execute("SELECT max(number) FROM transactions").fetchone()[0] or 0
            made = Transaction(
                last + 1,
                service_id,
                reference,
                str(amount),
                Money.of(Decimal(str(amount)), currency).minor,
                currency,
                state,
                at,
            )
            self._db.execute(
                "INSERT INTO transactions VALUES (:number, :service_id, :reference, :amount,"
                " :amount_minor, :currency, :state, :at)",
                asdict(made),
            )
        return made

    def mark(self, number: int, state: str) -> None:
        with self._lock:
            self._db.execute("UPDATE transactions SET state = ? WHERE number = ?", (state, number))

    def all(self) -> list[Transaction]:
        with self._lock:
            rows = self._db.execute("SELECT * FROM transactions ORDER BY number").fetchall()
        return [Transaction(*row) for row in rows]

    def named(self, name: str) -> Transaction | None:
        return next((t for t in self.all() if t.name == name), None)

    def keep_answer(self, header: dict[str, Any], body: dict[str, Any]) -> None:
        key = (header["MessageCategory"], header["SaleID"], header["ServiceID"])
        with self._lock:
            self._db.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", (*key, json.dumps(body))
            )

    def answer(self, category: str, sale_id: str, service_id: str) -> dict[str, Any] | None:
        with self._lock:
            row = self._db.execute(
                "SELECT body FROM answers WHERE category = ? AND sale_id = ? AND service_id = ?",
                (category, sale_id, service_id),
            ).fetchone()
        return json.loads(row[0]) if row else None
