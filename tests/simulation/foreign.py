"""A third kiosk, of another version: it takes cards in the lobby next door, and among its real payments
are entries that nobody expects. Its journal is all that the server ever sees of it."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.messages import (
    Bill,
    BillLine,
    CardData,
    EntryKind,
    JournalBatch,
    Method,
    PaymentRecord,
    PaymentState,
    ReceivedEntry,
    Text,
)
from kiosk.central.client import ServerAway
from kiosk.central.identity import public_text
from server.billing.models import Bill as BillRow
from server.billing.models import BillState
from tests.server.payments.signed_entries import next_entry
from tests.simulation import estate, poison
from tests.simulation.faults import Faults
from tests.simulation.line import Line
from tests.simulation.threads import START, wall

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

EVERY_S = (5.0, 40.0)
PAYMENTS = (3, 8)
BATCH_MAX = 6
CLOCK_OFF_DAYS = (400, 3, -2)
DEARER_MINOR = 500
IDLE_S = 20.0
BREACHES = 0.3  # of what it spoils: against the contract


@dataclass
class Sent:
    """What the journal says, and what is true of it: ``taken`` by its bank (payment id -> amount)."""

    entries: list[ReceivedEntry] = field(default_factory=list)
    breaches: list[int] = field(default_factory=list)  # entries against the contract
    taken: dict[str, int] = field(default_factory=dict)
    spoiled: dict[int, PaymentRecord | None] = field(default_factory=dict)  # by sequence


class ForeignKiosk:
    """``acknowledged``: up to where the server said that it has the journal."""

    code, kiosk_id = estate.FOREIGN_CODE, str(estate.FOREIGN_ID)

    def __init__(self, run: "Simulation", faults: Faults) -> None:
        self._scheduler, self._faults = run.scheduler, faults
        self._line = Line(run.scheduler, faults, run.server)
        self._random = random.Random(f"foreign {faults.seed}")
        self._key = Ed25519PrivateKey.from_private_bytes(estate.private_key(estate.FOREIGN_ID))
        self.sent, self.acknowledged, self.done = Sent(), 0, True
        off = self._random.choice(CLOCK_OFF_DAYS) if faults.strikes("clock_off") else 0
        self._clock_off = timedelta(days=off)
        if "poison" in faults.enabled:
            self.done = False
            run.scheduler.spawn(self._takes_cards, run.scheduler.world, "foreign kiosk")
            run.scheduler.spawn(self._reports, run.scheduler.world, "foreign reporter")

    @property
    def at_rest(self) -> bool:
        return self.done and self.acknowledged == len(self.sent.entries)

    def _takes_cards(self) -> None:
        for number in range(1, self._random.randint(*PAYMENTS) + 1):
            self._scheduler.sleep(self._random.uniform(*EVERY_S))
            record = self._payment(number)
            if record is None:
                continue
            if self._faults.strikes("left_open"):
                self._leaves_open(record)
                continue
            if self._faults.strikes("poison"):
                self._spoils(record)
                continue
            if self._faults.strikes("dearer"):
                record = _dearer(record)
            for version, state in enumerate((PaymentState.PENDING, PaymentState.APPROVED), 1):
                told = record.model_copy(update={"version": version, "state": state})
                self._writes(EntryKind.PAYMENT, told.model_dump(mode="json"))
            self.sent.taken[record.payment_id] = record.amount_minor
        self.done = True

    def _payment(self, number: int) -> PaymentRecord | None:
        """Of a bill that was open when this kiosk last heard of it: somebody else may have paid it."""
        rows = BillRow.objects.filter(state=BillState.OPEN).select_related("unit").order_by("pk")
        found = list(rows)
        if not found:
            return None
        row = self._random.choice(found)
        name = Text(zh="物业服务费", en="Property fee")
        line = BillLine(
            fee_item="property",
            name=name,
            amount_minor=row.amount_minor,
            quantity="1",
            quantity_unit=name,
            rate="1",
        )
        bill = Bill(
            number=row.number,
            unit=row.unit.code,
            period=row.period,
            amount_minor=row.amount_minor,
            currency="CNY",
            due=START.date() + timedelta(days=30),
            lines=[line],
        )
        return PaymentRecord(
            payment_id=str(UUID(int=self._random.getrandbits(128), version=4)),
            reference=f"{self.code}-{number:06d}",
            version=2,
            state=PaymentState.APPROVED,
            method=Method.CARD,
            unit=row.unit.code,
            unit_label=row.unit.label,
            payer="王*明",
            bills=[bill],
            amount_minor=row.amount_minor,
            currency="CNY",
            offline=True,
            card=CardData(trace_no=f"{number:06d}", terminal_id="52523535"),
            created_at=self._now(),
            changed_at=self._now(),
        )

    def _leaves_open(self, record: PaymentRecord) -> None:
        """It fell silent while its terminal was asked, and nobody ever finds out there."""
        told = {"version": 2, "state": PaymentState.UNKNOWN, "reason": "no_answer", "card": None}
        self._writes(EntryKind.PAYMENT, record.model_copy(update=told).model_dump(mode="json"))

    def _now(self) -> datetime:
        """By its own clock."""
        return wall() + self._clock_off

    def _spoils(self, record: PaymentRecord) -> None:
        if self._random.random() < BREACHES:
            breach = poison.breach(record, self._random, wall().isoformat())
            self.sent.breaches.append(self._writes(*breach))
            return
        kind, body = poison.entry(record, self._random)
        sequence = self._writes(kind, body)
        payment = PaymentRecord.model_validate(body) if kind is EntryKind.PAYMENT else None
        self.sent.spoiled[sequence] = payment

    def _writes(self, kind: Any, body: Any, *of_another_time: Any) -> int:
        entries = self.sent.entries
        [at] = of_another_time or [wall().isoformat()]
        who = {"kiosk_id": self.kiosk_id, "key": self._key}
        entries.append(next_entry(entries, **who, kind=kind, body=body, at=at))
        return entries[-1].sequence

    def _reports(self) -> None:
        """With nothing to tell it asks all the same, as heartbeats do: a server that was restored has
        less of its journal than it had."""
        while True:
            self._scheduler.sleep(self._random.uniform(1.0, 15.0))
            size = self._random.randint(1, BATCH_MAX)
            batch = self.sent.entries[self.acknowledged : self.acknowledged + size]
            if not batch and self.done:
                self._scheduler.sleep(IDLE_S)
            raw = JournalBatch(entries=batch).model_dump_json().encode()
            signed_by = self.kiosk_id, public_text(self._key)
            try:
                status, answer = self._line.asks(*signed_by, "POST", "/journal", raw, 20.0)
            except ServerAway:
                continue
            if status == 200:
                self.acknowledged = answer["acknowledged"]
            elif answer["code"] == "journal_gap":
                self.acknowledged = answer["details"]["acknowledged"]  # it was restored


def _dearer(record: PaymentRecord) -> PaymentRecord:
    """By a price list of its own: the payer paid more than the bill asks for."""
    bills = [
        b.model_copy(update={"amount_minor": b.amount_minor + DEARER_MINOR}) for b in record.bills
    ]
    amount = record.amount_minor + DEARER_MINOR * len(bills)
    return record.model_copy(update={"bills": bills, "amount_minor": amount})
