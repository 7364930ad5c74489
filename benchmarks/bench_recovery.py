"""Recovery of a long journal against reading it once with plain SQL, side by side in one run.

Ours: the journal is opened and checked, the session put together, and three open payments are asked about
(a terminal and a server that answer at once) until the findings are on disk. Theirs: every entry is read
once and the three open payments are looked up, in plain SQL.
"""

import logging
import shutil
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.lifecycle import Fact
from contract.messages import (
    Bill,
    BillLine,
    CardData,
    EntryKind,
    Method,
    PaymentRecord,
    PaymentState,
    PaymentView,
    Text,
)
from device_drivers.card_terminals.interface import CardResult, LastKnown, Outcome, TerminalSnapshot
from kiosk.core.events import Event, RecoveryDone
from kiosk.core.model import Lobby, Session
from kiosk.core.payment import apply_fact
from kiosk.journal.journal import Journal
from kiosk.journal.schema import Seal
from kiosk.recovery.inquiry import Recovery
from kiosk.runtime.engine import Engine

ENTRIES, ROUNDS = 100_000, 5
SEAL = Seal("kiosk", Ed25519PrivateKey.generate())
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CARD = CardData(receipt_no="0042", trace_no="000042", masked_pan="559883******8074")


def payment(n: int, method: Method = Method.CARD) -> PaymentRecord:
    label = Text(zh="物业服务费", en="Property fee")
    line = BillLine(
        fee_item="property",
        name=label,
        amount_minor=33208,
        quantity="118.60",
        quantity_unit=Text(zh="㎡", en="m²"),
        rate="2.80",
    )
    bill = Bill(
        number=f"B{n:09d}",
        unit="3-2-1201",
        period="2026-10",
        amount_minor=33208,
        currency="CNY",
        due=AT.date(),
        lines=[line],
    )
    return PaymentRecord(
        payment_id=f"{n:036x}",
        reference=f"K03-{n:06d}",
        version=1,
        state=PaymentState.CREATED,
        method=method,
        unit=f"3-2-{n % 500}",
        unit_label=label,
        payer="王*明",
        bills=[bill],
        amount_minor=33208,
        currency="CNY",
        created_at=AT,
        changed_at=AT,
    )


def step(record: PaymentRecord, fact: Fact, card: CardData | None = None) -> PaymentRecord:
    changed = apply_fact(record, fact, AT, card=card)
    assert changed is not None
    return changed


def write(path: Path) -> None:
    journal = Journal(path, lambda: AT, seal=SEAL)
    journal._db.execute("PRAGMA synchronous=OFF")  # it is only being made
    n = 0
    while journal.last_sequence < ENTRIES - 8:
        n += 1
        created = payment(n)
        asked = step(created, Fact.SUBMITTED)
        for record in (created, asked, step(asked, Fact.APPROVED, CARD)):
            journal.append_payment(record)
        receipt = {"payment_id": created.payment_id, "how": "print", "outcome": "printed"}
        journal.append(EntryKind.RECEIPT, receipt)
    for method in (Method.WECHAT, Method.ALIPAY, Method.CARD):
        n += 1
        created = payment(n, method)
        journal.append_payment(created)
        journal.append_payment(step(created, Fact.SUBMITTED))
    journal.close()


class Server:
    """Cancels at once, as the real one does with an order that nobody paid."""

    def cancel_payment(self, payment_id: str) -> PaymentView:
        return PaymentView(
            payment_id=payment_id,
            reference="K03-000001",
            method=Method.WECHAT,
            state=PaymentState.CANCELLED,
            version=3,
            amount_minor=33208,
            currency="CNY",
        )


class Terminal:
    """It has one payment newer than the journal's, of the amount that is open."""

    def snapshot(self) -> TerminalSnapshot:
        return TerminalSnapshot(LastKnown("0043", "000043"))

    def lookup(self, record: PaymentRecord) -> CardResult | None:
        return CardResult(
            Outcome.APPROVED, "00", amount_minor=33208, receipt_no="0043", trace_no="000043"
        )


class Nobody:
    def perform(self, effect: object, session: Session) -> None:
        """No hands: only what is on disk is measured."""


def recover(path: Path) -> float:
    """Seconds until everything that was open is known and on disk."""
    started, done = time.perf_counter(), Flag()
    journal = Journal(path, lambda: AT, seal=SEAL)
    unfinished = journal.unfinished()
    last = journal.last_card_payment()
    lobby = Lobby(unresolved=tuple(unfinished), last_card=last.card if last else None)
    engine = Engine(journal, Session(lobby=lobby), "K03", wall=lambda: AT)

    def tell(event: Event) -> bool:
        on_disk = engine.commit(event, 10)
        if isinstance(event, RecoveryDone):
            done.set()
        return on_disk

    recovery = Recovery(tell, Server(), Terminal(), unfinished, journal.without_receipt)
    engine.start(Nobody())
    recovery.start()
    assert done.wait(60)
    took = time.perf_counter() - started
    assert journal.unfinished() == []
    recovery.stop()
    engine.stop()
    journal.close()
    return took


def read_once(path: Path) -> float:
    """Seconds for every entry once, and the open payments, in plain SQL."""
    started = time.perf_counter()
    db = sqlite3.connect(path)
    rows = db.execute("SELECT * FROM entries ORDER BY sequence").fetchall()
    open_states = "('created', 'pending', 'unknown')"
    for (payment_id,) in db.execute(
        f"SELECT payment_id FROM payments WHERE state IN {open_states}"
    ).fetchall():
        db.execute(
            "SELECT body FROM entries JOIN payments USING (sequence) WHERE payment_id = ?",
            (payment_id,),
        ).fetchone()
    took = time.perf_counter() - started
    assert len(rows) >= ENTRIES - 8
    db.close()
    return took


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(dir=".") as folder:
        original = Path(folder) / "journal.sqlite3"
        write(original)
        ours, theirs = [], []
        for n in range(ROUNDS):
            copy = Path(folder) / f"{n}.sqlite3"
            shutil.copyfile(original, copy)
            theirs.append(read_once(copy))
            ours.append(recover(copy))
            copy.unlink()
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(
        f"recovery of {ENTRIES} entries, 3 open / reading it once: {ratio:.2f}"
        f" ({statistics.median(ours) * 1000:.0f} ms / {statistics.median(theirs) * 1000:.0f} ms)"
    )


if __name__ == "__main__":
    main()
