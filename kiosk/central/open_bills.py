"""The kiosk's copy of its community's open bills, for the hours when the server is away.

It holds what a bill on paper shows with the name masked, and is replaced whole at each sync.
"""

import sqlite3
import threading
from pathlib import Path

import structlog

from contract.messages import PaymentRecord, UnitAccount
from kiosk.central.client import CentralClient

log = structlog.get_logger("open_bills")

PAGES_MAX = 500


def _open(path: Path) -> sqlite3.Connection:
    """A copy that cannot be used is made anew; where the disk takes nothing, it lives in memory."""
    for attempt in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if attempt:
                path.unlink(missing_ok=True)
            db = _with_table(str(path))
            path.chmod(0o600)
            return db
        except (sqlite3.Error, OSError) as error:
            log.warning("open_bills_unusable", error=str(error), attempt=attempt)
    return _with_table(":memory:")


def _with_table(where: str) -> sqlite3.Connection:
    db = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
    db.execute("CREATE TABLE IF NOT EXISTS accounts (unit TEXT PRIMARY KEY, account TEXT NOT NULL)")
    return db


class OpenBillsCopy:
    """It is a convenience: no fault of the disk it lies on gets in the way of anything else."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = _open(path)

    def sync(self, client: CentralClient) -> int:
        """Fetches every page, then replaces the copy at once. Raises ServerAway or Refused."""
        accounts: list[UnitAccount] = []
        cursor: str | None = None
        for _ in range(PAGES_MAX):
            page = client.open_bills(cursor)
            accounts += page.accounts
            cursor = page.next_cursor
            if cursor is None:
                break
        try:
            with self._lock:
                self._replace(accounts)
        except sqlite3.Error as error:
            log.warning("open_bills_not_copied", error=str(error))
        return len(accounts)

    def _replace(self, accounts: list[UnitAccount]) -> None:
        try:
            self._db.execute("BEGIN")
            self._db.execute("DELETE FROM accounts")
            self._db.executemany(
                "INSERT INTO accounts VALUES (?, ?)",
                [(account.unit, account.model_dump_json()) for account in accounts],
            )
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def account(self, unit: str) -> UnitAccount | None:
        try:
            with self._lock:
                row = self._db.execute("SELECT account FROM accounts WHERE unit = ?", (unit,))
                found = row.fetchone()
        except sqlite3.Error as error:
            log.warning("open_bills_not_read", error=str(error))
            return None
        try:
            return UnitAccount.model_validate_json(found[0]) if found else None
        except (
            ValueError
        ):  # of another version of the software: until the next sync it is not there
            log.warning("open_bills_not_understood", unit=unit)
            return None

    def settle(self, unit: str, bill_numbers: set[str]) -> None:
        """Takes bills paid while offline out of the copy, so that they are not offered again."""
        account = self.account(unit)
        if account is None:
            return
        left = [b for b in account.bills if b.number not in bill_numbers]
        text = account.model_copy(update={"bills": left}).model_dump_json()
        try:
            with self._lock:
                self._db.execute("UPDATE accounts SET account = ? WHERE unit = ?", (text, unit))
        except sqlite3.Error as error:
            log.warning("open_bills_not_settled", error=str(error))

    def settle_all(self, paid: list[PaymentRecord]) -> None:
        for record in paid:
            self.settle(record.unit, {bill.number for bill in record.bills})

    def close(self) -> None:
        with self._lock:
            self._db.close()
