"""Copies of the open bills for tests, with the server, the clock and the age that a test wants."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.messages import Notice, OpenBills, UnitAccount
from kiosk.central.bills_cache import BillsCache
from kiosk.clock import Clock

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Time:
    """What time it is, and what the machine's clock says; a test moves both."""

    def __init__(self) -> None:
        self.true, self.off, self.running_s = NOON, timedelta(), 0.0

    def passes(self, time: timedelta) -> None:
        self.true += time
        self.running_s += time.total_seconds()

    def clock(self) -> Clock:
        return Clock(lambda: self.true + self.off, lambda: self.running_s)


class Pages:
    """A server's open bills, as of ``at``."""

    def __init__(
        self,
        *accounts: UnitAccount,
        at: datetime = NOON,
        received: int | None = None,
        notices: list[Notice] | None = None,
    ) -> None:
        self.notices = notices or []
        self.accounts, self.at, self.received = list(accounts), at, received

    def open_bills(self, cursor):
        return OpenBills(
            accounts=self.accounts,
            notices=self.notices,
            as_of=self.at,
            journal_received=self.received,
        )


def copy_in(folder: Path, *accounts: UnitAccount, acknowledged: int = 0) -> BillsCache:
    """A copy just fetched."""
    made = BillsCache(folder / "open_bills.sqlite3", Time().clock())
    made.sync(Pages(*accounts), acknowledged)
    return made
