"""What residents hold before the scanner: bills of the demo's server, and what a forger makes of them.

A bill costs seconds to print. Each is printed when it is wanted first, the usual ones ahead of time.
"""

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from contract.bill_code import BillCode, encode
from contract.money import Money
from lobbypay.demo.desk import back_office
from lobbypay.demo.house import House
from lobbypay.demo.processes import DidNotStart

PAID_UNIT = "3-2-1202"  # of which the sample leaves nothing open
OTHER_COMMUNITY = "riverside"
_OPEN = """
SELECT u.code FROM billing_bill b JOIN estate_unit u ON u.id = b.unit_id
WHERE b.state = 'open' GROUP BY u.code HAVING count(*) >= ? ORDER BY u.code <> ?, count(*) DESC, u.code
"""
_OPEN_PERIODS = """
SELECT b.period FROM billing_bill b JOIN estate_unit u ON u.id = b.unit_id
WHERE u.code = ? AND b.state = 'open' ORDER BY b.period DESC
"""
_NEWEST_BILL = """
SELECT b.number, b.amount_minor, b.currency, b.due, c.code FROM billing_bill b
JOIN estate_unit u ON u.id = b.unit_id JOIN estate_community c ON c.id = b.community_id
WHERE u.code = ? AND b.state = ? ORDER BY b.period DESC
"""
_NEWEST_KEY = "SELECT key_id FROM billing_billsigningkey ORDER BY created_at DESC"


class Props:
    def __init__(self, house: House) -> None:
        self._house = house
        self._folder = house.folder / "props"
        self._printing = threading.Lock()
        self.household = house.scanned_unit

    def prepare(self) -> None:
        """The usual ones, on a thread of its own: who wants one meanwhile waits for it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        threading.Thread(target=self._print_ahead, name="props", daemon=True).start()

    def bill(self) -> Path:
        """The newest open bill of the household; of another one once that has paid all."""
        self.household = self._owing(1)
        return self._printed(self.household, self._rows(_OPEN_PERIODS, self.household)[0][0])

    def overdue_bill(self) -> Path:
        """Of three open bills the oldest is late on any day."""
        self.household = self._owing(3)
        return self._printed(self.household, self._rows(_OPEN_PERIODS, self.household)[-1][0])

    def _owing(self, bills: int) -> str:
        """The household as long as it owes so many, else one that does."""
        return self._rows(_OPEN, bills, self.household)[0][0]

    def paid_code(self) -> str:
        """A genuine bill as it was printed before it was paid: a paid one has no code any more."""
        (key_id,) = self._rows(_NEWEST_KEY)[0]
        key = _private(self._house.folder / "server" / "keys" / f"bill-{key_id}.pem")
        return self._code(key, of=(PAID_UNIT, "paid"))

    def forged_code(self) -> str:
        """The household's bill for one fen, signed by somebody who is not the property company."""
        return self._code(Ed25519PrivateKey.generate(), amount_minor=1)

    def other_communitys_code(self) -> str:
        return self._code(Ed25519PrivateKey.generate(), community=OTHER_COMMUNITY)

    def stale_code(self) -> str:
        """Signed by a key of the community's whose last day is over."""
        return self._code(_private(self._expired_key()))

    def sticker(self) -> str:
        """The code of the household's sticker."""
        self.bill()
        community = self._rows(_NEWEST_BILL, self.household, "open")[0][4]
        return f"LPUNIT:{community}:{self.household}"

    def _code(
        self,
        key: Ed25519PrivateKey,
        *,
        community: str = "",
        amount_minor: int | None = None,
        of: tuple[str, str] | None = None,
    ) -> str:
        """Of the household's newest open bill, or of ``of``, a unit and a state."""
        self.bill()
        unit, state = of or (self.household, "open")
        number, minor, currency, due, own = self._rows(_NEWEST_BILL, unit, state)[0]
        code = BillCode(
            community=community or own,
            bill_number=number,
            unit=unit,
            amount=Money(minor if amount_minor is None else amount_minor, currency),
            due=date.fromisoformat(due),
        )
        return encode(code, key, self._house.server_url)

    def _expired_key(self) -> Path:
        with self._printing:
            path = self._folder / "expired-key.pem"
            if not path.exists():
                back_office.make_expired_key(self._house, path)
            return path

    def _print_ahead(self) -> None:
        try:
            unit, newest = self.household, self._rows(_OPEN_PERIODS, self.household)[0][0]
            shutil.copy(self._house.bill_pdf, self._folder / f"{unit}-{newest}.pdf")
            for (period,) in self._rows(_OPEN_PERIODS, unit):
                self._printed(unit, period)
            self._expired_key()
        except (DidNotStart, OSError, sqlite3.Error):
            return  # the house is being left, or the server is down; it is tried again when wanted

    def _printed(self, unit: str, period: str) -> Path:
        path = self._folder / f"{unit}-{period}.pdf"
        if path.exists():
            return path  # whatever is being printed just now
        with self._printing:
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                part = path.with_suffix(".part")  # never half a bill
                options = ("--unit", unit, "--period", period, "--out", str(part))
                self._house.server_command("bill-pdf", *options)
                part.rename(path)
            return path

    def _rows(self, query: str, *values: str | int) -> list[tuple]:
        address = f"file:{self._house.server_db}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as db:
            return db.execute(query, values).fetchall()


def _private(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key
