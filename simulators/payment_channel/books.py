"""The channel's books: what was ordered, paid, closed and given back. On disk: this is the truth."""

import secrets
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
  out_trade_no TEXT PRIMARY KEY, amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
  subject TEXT NOT NULL, code_url TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
  expires_at TEXT NOT NULL, notify_url TEXT NOT NULL,
  transaction_id TEXT NOT NULL DEFAULT '', paid_at TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS refunds (
  refund_no TEXT PRIMARY KEY, out_trade_no TEXT NOT NULL, amount_minor INTEGER NOT NULL,
  refund_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refund_times (refund_no TEXT PRIMARY KEY, made_at TEXT NOT NULL);
"""


CHARGED = "phone-code:"  # begins the name of an order that was charged by the phone's code


class NotPossible(Exception):
    """The books do not allow it; ``code`` says why: not_found, other_amount, closed, paid, ..."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Ordered:
    """``state``: unscanned (Alipay: no trade yet), waiting, paid, closed; of a charged phone also asking
    (for the password), refused, reversed. ``code_url`` names the order on the phone."""

    out_trade_no: str
    amount_minor: int
    currency: str
    subject: str
    code_url: str
    state: str
    expires_at: datetime
    notify_url: str
    transaction_id: str
    paid_at: str
    refunded_minor: int

    @property
    def charged(self) -> bool:
        """Whether the phone's code was charged, and not our code scanned."""
        return self.code_url.startswith(CHARGED)

    def as_json(self) -> dict[str, Any]:
        state = "refunded" if self.refunded_minor and self.state == "paid" else self.state
        return {
            "out_trade_no": self.out_trade_no,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "subject": self.subject,
            "code_url": self.code_url,
            "state": state,
            "transaction_id": self.transaction_id,
            "refunded_minor": self.refunded_minor,
        }


class Books:
    def __init__(
        self, path: Path, now: Callable[[], datetime], first_state: str, code_prefix: str
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _SCHEMA)
        self._db.row_factory = sqlite3.Row
        self._lock, self._now = threading.RLock(), now
        self._first_state, self._code_prefix = first_state, code_prefix

    def order(
        self,
        out_trade_no: str,
        amount_minor: int,
        currency: str,
        subject: str,
        expires_at: datetime,
        notify_url: str,
        named: str = "",
    ) -> Ordered:
        """Makes the order, or finds the same one. ``named``: how its name begins, where no code is
        shown. Raises NotPossible."""
        with self._lock:
            known = self.find(out_trade_no)
            if known is not None:
                if known.amount_minor != amount_minor or known.subject != subject:
                    raise NotPossible("other_amount")
                if known.state in ("paid", "closed"):
                    raise NotPossible(known.state)
                return known
            code_url = (named or self._code_prefix) + secrets.token_hex(8)
            self._insert(
                out_trade_no,
                amount_minor,
                currency,
                subject,
                code_url,
                self._first_state,
                expires_at.isoformat(),
                notify_url,
            )
            return self.must(out_trade_no)

    def _insert(self, *row: str | int) -> None:
        """A new order's first eight columns."""
        self._db.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '')", row)

    def find(self, out_trade_no: str) -> Ordered | None:
        with self._lock:
            self._expire()
            row = self._db.execute(
                "SELECT o.*, coalesce((SELECT sum(amount_minor) FROM refunds r"
                " WHERE r.out_trade_no = o.out_trade_no), 0) AS refunded_minor"
                " FROM orders o WHERE o.out_trade_no = ?",
                (out_trade_no,),
            ).fetchone()
        if row is None:
            return None
        fields = dict(row)
        return Ordered(**{**fields, "expires_at": datetime.fromisoformat(fields["expires_at"])})

    def must(self, out_trade_no: str) -> Ordered:
        found = self.find(out_trade_no)
        if found is None:
            raise NotPossible("not_found")
        return found

    def by_code(self, code_url: str) -> Ordered:
        with self._lock:
            row = self._db.execute(
                "SELECT out_trade_no FROM orders WHERE code_url = ?", (code_url,)
            ).fetchone()
        if row is None:
            raise NotPossible("not_found")
        return self.must(row[0])

    def all(self) -> list[Ordered]:
        with self._lock:
            rows = self._db.execute("SELECT out_trade_no FROM orders ORDER BY rowid").fetchall()
            return [self.must(row[0]) for row in rows]

    def _expire(self) -> None:
        """What was not paid in time cannot be paid any more."""
        self._db.execute(
            "UPDATE orders SET state = 'closed' WHERE state IN ('unscanned', 'waiting', 'asking')"
            " AND datetime(expires_at) < datetime(?)",
            (self._now().isoformat(),),
        )

    def scan(self, out_trade_no: str) -> Ordered:
        """A phone has read the code: from now on there is a trade."""
        with self._lock:
            self._set_state(out_trade_no, "waiting", only_from=("unscanned",))
            return self.must(out_trade_no)

    def pay(self, out_trade_no: str, *, even_if_closed: bool = False) -> Ordered:
        """The payer has paid. Raises NotPossible for what is paid or closed."""
        with self._lock:
            order = self.must(out_trade_no)
            ended = order.state in ("closed", "refused") and not even_if_closed
            if ended or order.state in ("paid", "reversed"):
                raise NotPossible(order.state)
            self._db.execute(
                "UPDATE orders SET state = 'paid', transaction_id = ?, paid_at = ?"
                " WHERE out_trade_no = ?",
                (f"42{secrets.randbelow(10**26):026d}", self._now().isoformat(), out_trade_no),
            )
            return self.must(out_trade_no)

    def close(self, out_trade_no: str) -> Ordered:
        """Raises NotPossible for what is paid or not there."""
        with self._lock:
            order = self.must(out_trade_no)
            if order.state == "paid":
                raise NotPossible("paid")
            self._set_state(out_trade_no, "closed", only_from=("unscanned", "waiting"))
            return self.must(out_trade_no)

    def _set_state(self, out_trade_no: str, state: str, only_from: tuple[str, ...]) -> None:
        marks = ", ".join("?" for _ in only_from)
        self._db.execute(
            f"UPDATE orders SET state = ? WHERE out_trade_no = ? AND state IN ({marks})",
            (state, out_trade_no, *only_from),
        )

    def refund(self, out_trade_no: str, refund_no: str, amount_minor: int) -> str:
        """Gives money back once for each number; returns the channel's id of it."""
        with self._lock:
            known = self.find_refund(refund_no)
            if known is not None:
                if known[0] != amount_minor:
                    raise NotPossible("other_amount")
                return known[1]
            order = self.must(out_trade_no)
            if order.state != "paid":
                raise NotPossible("not_paid")
            if order.refunded_minor + amount_minor > order.amount_minor:
                raise NotPossible("too_much")
            refund_id = f"50{secrets.randbelow(10**26):026d}"
            self._db.execute(
                "INSERT INTO refunds VALUES (?, ?, ?, ?)",
                (refund_no, out_trade_no, amount_minor, refund_id),
            )
            self._db.execute(
                "INSERT INTO refund_times VALUES (?, ?)", (refund_no, self._now().isoformat())
            )
            return refund_id

    def refund_in_console(self, out_trade_no: str, amount_minor: int) -> Ordered:
        """A person of the merchant's gives money back, under a number of the channel's own."""
        self.refund(out_trade_no, f"console{secrets.randbelow(10**16):016d}", amount_minor)
        return self.must(out_trade_no)

    def refunds_made(self) -> list[tuple[datetime, str, str, int]]:
        """When, of which order, under which number, how much."""
        with self._lock:
            rows = self._db.execute(
                "SELECT made_at, out_trade_no, r.refund_no, amount_minor FROM refunds r"
                " JOIN refund_times t ON t.refund_no = r.refund_no ORDER BY made_at"
            ).fetchall()
        return [(datetime.fromisoformat(row[0]), row[1], row[2], row[3]) for row in rows]

    def find_refund(self, refund_no: str) -> tuple[int, str] | None:
        with self._lock:
            row = self._db.execute(
                "SELECT amount_minor, refund_id FROM refunds WHERE refund_no = ?", (refund_no,)
            ).fetchone()
        return (row[0], row[1]) if row else None
