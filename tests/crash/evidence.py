"""What everybody's files say once all is at rest, in the form that the simulation's invariants judge.

Nothing is asked of the kiosk here but its screen: the journal is read as a file, the channels' and the
bank's books as their databases, the server's as its own, the receipts as the paper that came out.
"""

import re
import sqlite3
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from contract.messages import EntryKind, Method, PaymentState
from kiosk.journal.journal import Journal
from tests.crash.house import CrashHouse
from tests.simulation.accounts import Truth
from tests.simulation.histories import histories

_OPEN = "('created', 'pending', 'unknown')"
_PAPER = re.compile(r"\[qr read from the paper\] \S*/p/([0-9a-f-]{36})")


@dataclass(frozen=True)
class Transaction:
    amount_minor: int
    taken: bool


def _rows(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(query).fetchall()


def channel(path: Path, name: str) -> SimpleNamespace:
    """The simulated channels take nothing for a closed order, and nobody gives anything back in their
    console; their server is never restored, so nobody asks when they told it of a payment."""
    rows = _rows(
        path,
        "SELECT out_trade_no, amount_minor, coalesce((SELECT sum(amount_minor) FROM refunds r"
        " WHERE r.out_trade_no = o.out_trade_no), 0) FROM orders o WHERE state = 'paid'"
        " UNION ALL SELECT out_trade_no, 0, 0 FROM orders WHERE state <> 'paid'",
    )
    return SimpleNamespace(
        accounts={
            number: Truth(name, paid, {"": back} if back else {}) for number, paid, back in rows
        }
    )


def bank(path: Path) -> SimpleNamespace:
    rows = _rows(path, "SELECT amount_minor, state = 'approved' FROM transactions")
    return SimpleNamespace(transactions=[Transaction(amount, bool(ok)) for amount, ok in rows])


def journal_positions(path: Path) -> tuple[int, int, int]:
    """Newest entry, acknowledged up to, payments without an end."""
    return _rows(
        path,
        "SELECT coalesce(max(sequence), 0),"
        " coalesce((SELECT value FROM positions WHERE name = 'acknowledged'), 0),"
        f" (SELECT count(*) FROM payments WHERE state IN {_OPEN}) FROM entries",
    )[0]


def gathered(house: CrashHouse, screen: str) -> SimpleNamespace:
    """Everybody's books, as a run of the simulation holds them."""
    from server.fleet.models import Kiosk

    row = Kiosk.objects.get(code="K03")
    copy = house.folder / "journal-copy.sqlite3"
    copy.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"file:{house.journal}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(copy)) as target,
    ):
        original.backup(target)
    journal = Journal(copy, lambda: datetime.now(UTC))
    kiosk = SimpleNamespace(
        code=row.code,
        kiosk_id=str(row.pk),
        running=True,
        session=SimpleNamespace(visit=SimpleNamespace(screen=screen)),
        journal=journal,
        records=lambda: {r.payment_id: r for r in journal._payments("WHERE 1 = 1", ())},
        forgotten=set(),
        disk=SimpleNamespace(path=house.journal),
        terminal=bank(house.folder / "terminal.sqlite3"),
    )
    channels = {
        m: channel(house.folder / f"{m}.sqlite3", m.value) for m in (Method.WECHAT, Method.ALIPAY)
    }
    never_restored = SimpleNamespace(lost=[], unnoticed=[], refused=set())
    nobody_foreign = SimpleNamespace(
        code="", kiosk_id="", sent=SimpleNamespace(spoiled={}, told={})
    )
    return SimpleNamespace(
        channels=channels, kiosks=[kiosk], server=never_restored, foreign=nobody_foreign
    )


def outcomes() -> Counter[str]:
    """Payments by way and end, as the server knows them."""
    from server.alerts.models import Alert
    from server.payments.models import PaymentOrder

    found: Counter[str] = Counter()
    for order in PaymentOrder.objects.all():
        way = f"{order.method}{' by code' if order.with_payment_code else ''}"
        found[f"{way} {order.state}{' late' if order.reason == 'late' else ''}"] += 1
    for kind in Alert.objects.values_list("kind", flat=True):
        found[f"alert {kind}"] += 1
    return found


def papers(house: CrashHouse, journal: Journal) -> Iterator[str]:
    """What the journal calls printed came out; what came out is about a payment that there is."""
    out: Counter[str] = Counter()
    for text in (house.folder / "receipts").glob("receipt-*.txt"):
        out.update(_PAPER.findall(text.read_text(encoding="utf-8")))
    said: Counter[str] = Counter()
    for entry in journal.after(0, journal.last_sequence):
        if entry.kind is EntryKind.RECEIPT and entry.body["outcome"] == "printed":
            said[str(entry.body["payment_id"])] += 1
    known = histories(journal)
    for payment_id, times in said.items():
        if out[payment_id] < times:
            yield f"{payment_id}: printed {times} times by the journal, {out[payment_id]} papers"
    for payment_id in out:
        if payment_id not in known:
            yield f"{payment_id}: on paper, not in the journal"


def pages(house: CrashHouse, journal: Journal) -> Iterator[str]:
    """Every payment that took money shows its receipt on the phone."""
    for records in histories(journal).values():
        newest = records[-1]
        if newest.state is not PaymentState.APPROVED:
            continue
        url = f"{house.server_url}/p/{newest.payment_id}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                page = answer.read().decode()
        except urllib.error.HTTPError as error:
            page = f"status {error.code}"
        says_so = "缴费成功" in page or "款项已记入预存款" in page
        if not says_so or newest.reference not in page:
            yield f"{newest.reference}: approved, and its page on the phone does not say so"
