"""Charging the resident's phone by the code on its screen: fresh each minute, good for one charge.

Small amounts pass at once; larger ones ask for the password on the phone, where the resident pays,
refuses, or does nothing. Neither an order number nor a code can be used a second time.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from simulators.payment_channel.books import CHARGED, Books, NotPossible, Ordered

CODE_LIFE = timedelta(seconds=60)
PASSWORD_LIFE = timedelta(minutes=2)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS phone_codes (
  code TEXT PRIMARY KEY, shown_at TEXT NOT NULL, used INTEGER NOT NULL DEFAULT 0
);
"""


class ChargingBooks(Books):
    """``new_code`` makes the digits that the wallet shows; above ``password_above_minor`` it asks."""

    def __init__(
        self,
        path: Path,
        now: Callable[[], datetime],
        first_state: str,
        code_prefix: str,
        new_code: Callable[[], str],
        password_above_minor: int,
    ) -> None:
        super().__init__(path, now, first_state, code_prefix)
        self._db.executescript(_SCHEMA)
        self._new_code, self.password_above_minor = new_code, password_above_minor

    def phone_code(self) -> tuple[str, datetime]:
        """What the phone shows now, and until when; used ones are never shown again."""
        with self._lock:
            row = self._db.execute(
                "SELECT code, shown_at FROM phone_codes WHERE used = 0 ORDER BY shown_at DESC"
            ).fetchone()
            if row is not None:
                until = datetime.fromisoformat(row[1]) + CODE_LIFE
                if self._now() < until:
                    return row[0], until
            code, shown_at = self._new_code(), self._now()
            self._db.execute(
                "INSERT INTO phone_codes (code, shown_at) VALUES (?, ?)",
                (code, shown_at.isoformat()),
            )
            return code, shown_at + CODE_LIFE

    def charge(
        self, out_trade_no: str, code: str, amount_minor: int, subject: str, notify_url: str
    ) -> Ordered:
        """Paid, or asking for the password. Raises NotPossible: number_used, code_invalid, code_used,
        code_expired."""
        with self._lock:
            if self.find(out_trade_no) is not None:
                raise NotPossible("number_used")
            self._use(code)
            ends = (self._now() + PASSWORD_LIFE).isoformat()
            name = CHARGED + secrets.token_hex(8)
            self._insert(
                out_trade_no, amount_minor, "CNY", subject, name, "asking", ends, notify_url
            )
            if amount_minor <= self.password_above_minor:
                return self.pay(out_trade_no)
            return self.must(out_trade_no)

    def _use(self, code: str) -> None:
        row = self._db.execute(
            "SELECT shown_at, used FROM phone_codes WHERE code = ?", (code,)
        ).fetchone()
        if row is None:
            raise NotPossible("code_invalid")
        if row[1]:
            raise NotPossible("code_used")
        if self._now() >= datetime.fromisoformat(row[0]) + CODE_LIFE:
            raise NotPossible("code_expired")
        self._db.execute("UPDATE phone_codes SET used = 1 WHERE code = ?", (code,))

    def refuse(self, out_trade_no: str) -> Ordered:
        """The resident does not give the password."""
        with self._lock:
            self._set_state(out_trade_no, "refused", only_from=("asking",))
            return self.must(out_trade_no)

    def reverse(self, out_trade_no: str) -> Ordered:
        """Ends a charge in whatever state; what was paid goes back. Raises NotPossible: not_found."""
        with self._lock:
            order = self.must(out_trade_no)
            if order.state == "paid":
                if not order.refunded_minor:
                    self.refund(out_trade_no, f"reverse-{out_trade_no}", order.amount_minor)
                self._set_state(out_trade_no, "reversed", only_from=("paid",))
            self._set_state(
                out_trade_no, "closed", only_from=("unscanned", "waiting", "asking", "refused")
            )
            return self.must(out_trade_no)
