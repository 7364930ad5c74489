"""The kiosk's copy of its community's open bills, for the hours when the server is away.

It holds what a bill on paper shows with the name masked, and is replaced whole at each sync.
"""

import sqlite3
import threading
from pathlib import Path

from contract.messages import UnitAccount
from kiosk.central.client import CentralClient

PAGES_MAX = 500


class OpenBillsCopy:
    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS accounts (unit TEXT PRIMARY KEY, account TEXT NOT NULL)"
        )

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
        with self._lock:
            self._db.execute("BEGIN")
            self._db.execute("DELETE FROM accounts")
            self._db.executemany(
                "INSERT INTO accounts VALUES (?, ?)",
                [(account.unit, account.model_dump_json()) for account in accounts],
            )
            self._db.execute("COMMIT")
        return len(accounts)

    def account(self, unit: str) -> UnitAccount | None:
        with self._lock:
            row = self._db.execute("SELECT account FROM accounts WHERE unit = ?", (unit,))
            found = row.fetchone()
        return UnitAccount.model_validate_json(found[0]) if found else None

    def settle(self, unit: str, bill_numbers: set[str]) -> None:
        """Takes bills paid while offline out of the copy, so that they are not offered again."""
        account = self.account(unit)
        if account is None:
            return
        left = [b for b in account.bills if b.number not in bill_numbers]
        text = account.model_copy(update={"bills": left}).model_dump_json()
        with self._lock:
            self._db.execute("UPDATE accounts SET account = ? WHERE unit = ?", (text, unit))

    def close(self) -> None:
        with self._lock:
            self._db.close()
