"""What kiosks' journals say becomes part of the books: each entry once, in order, never un-paying.

The kiosk's word decides card payments, because only its terminal knows. For QR payments the channel
decides; the kiosk's word only makes the server look.
"""

from datetime import datetime

from django.db import transaction
from pydantic import ValidationError

from contract.journal_hash import entry_hash
from contract.messages import (
    EntryKind,
    Method,
    PaymentRecord,
    PaymentState,
)
from contract.messages import (
    JournalEntry as Entry,
)
from server.billing.accounts import UnitNotFound, find_unit
from server.payments import learning
from server.payments.alerts import raise_alert
from server.payments.channels.interface import OrderState, Standing
from server.payments.life import Fact
from server.payments.models import JournalEntry, PaymentOrder
from server.payments.starting import Caller


class JournalGap(Exception):
    """Entries are missing before these. ``acknowledged`` is up to where they are here."""

    def __init__(self, acknowledged: int) -> None:
        super().__init__(f"entries after {acknowledged} are missing")
        self.acknowledged = acknowledged


class JournalBroken(Exception):
    """An entry contradicts its hash, its predecessor, or what was received before."""


@transaction.atomic
def ingest(
    caller: Caller, position: int, position_hash: str, entries: list[Entry], now: datetime
) -> tuple[int, str]:
    """Takes the entries that follow ``position``; the caller holds the kiosk's row locked.

    Returns the new position and its hash. Raises JournalGap or JournalBroken, and then nothing of
    this batch is taken.
    """
    for entry in entries:
        if entry.sequence <= position:
            _same_as_before(caller, entry)
            continue
        if entry.sequence != position + 1:
            raise JournalGap(position)
        digest = entry_hash(entry.sequence, entry.at, entry.kind, entry.body, position_hash)
        if entry.previous_hash != position_hash or entry.hash != digest:
            raise JournalBroken(f"entry {entry.sequence} does not follow what was received")
        JournalEntry.objects.create(
            community=caller.community,
            kiosk_id=caller.kiosk_id,
            sequence=entry.sequence,
            at=entry.at,
            kind=entry.kind.value,
            body=entry.body,
            previous_hash=entry.previous_hash,
            hash=entry.hash,
            received_at=now,
        )
        _take(caller, entry, now)
        position, position_hash = entry.sequence, entry.hash
    return position, position_hash


def _same_as_before(caller: Caller, entry: Entry) -> None:
    known = JournalEntry.objects.filter(kiosk_id=caller.kiosk_id, sequence=entry.sequence).first()
    if known is None or known.hash != entry.hash:
        raise JournalBroken(f"entry {entry.sequence} is not the one that was received before")


def _take(caller: Caller, entry: Entry, now: datetime) -> None:
    try:
        if entry.kind is EntryKind.PAYMENT:
            take_record(caller, PaymentRecord.model_validate(entry.body), now)
        elif entry.kind is EntryKind.RECEIPT:
            PaymentOrder.objects.filter(
                payment_id=entry.body["payment_id"], kiosk_id=caller.kiosk_id
            ).update(receipt=f"{entry.body['how']}:{entry.body['outcome']}"[:20])
    except (ValidationError, UnitNotFound, KeyError) as error:
        raise_alert(
            caller.community.pk,
            "unreadable_record",
            f"{caller.kiosk_code} {entry.sequence}",
            now,
            kiosk_code=caller.kiosk_code,
            error=type(error).__name__,
        )


def take_record(caller: Caller, record: PaymentRecord, now: datetime) -> None:
    """Learns from one payment record. An older version than the newest one read is ignored."""
    order = _order_of(caller, record, now)
    if order is None or record.version <= order.kiosk_version:
        return
    PaymentOrder.objects.filter(pk=order.pk).update(kiosk_version=record.version)
    if record.method is Method.CARD:
        _take_card(order, record, now)
    elif not order.life.final and record.state in (PaymentState.CANCELLED, PaymentState.UNKNOWN):
        PaymentOrder.objects.filter(pk=order.pk).update(cancel_wanted=True, check_at=now)


def _take_card(order: PaymentOrder, record: PaymentRecord, now: datetime) -> None:
    card = record.card.model_dump(exclude={"receipt_lines"}) if record.card else None
    facts = {"offline": record.offline, **({"card": card} if card else {})}
    reason = record.reason[:60]
    match record.state:
        case PaymentState.APPROVED:
            reference = record.card.trace_no if record.card else ""
            known = OrderState(Standing.PAID, reference, record.amount_minor, record.changed_at)
            learning.paid(order.payment_id, known, now, **facts)
        case PaymentState.DECLINED:
            learning.ended_unpaid(order.payment_id, Fact.DECLINED, reason, now, **facts)
        case PaymentState.CANCELLED:
            learning.ended_unpaid(order.payment_id, Fact.CLOSED, reason, now, **facts)
        case PaymentState.UNKNOWN:
            learning.lost(order.payment_id, reason, now, **facts)
        case PaymentState.REVERSED:
            learning.reversed_(order.payment_id, reason, now, **facts)


def _order_of(caller: Caller, record: PaymentRecord, now: datetime) -> PaymentOrder | None:
    """The order of a record; made from it when the kiosk took a card while the server was away.

    A record of a mere intention makes none: the kiosk's own request for the order is on its way, and
    journal and request may arrive in either order.
    """
    order = PaymentOrder.objects.filter(payment_id=record.payment_id).first()
    if order is not None:
        return order if order.kiosk_id == caller.kiosk_id else None
    if record.state is PaymentState.CREATED:
        return None
    if record.state is PaymentState.PENDING and not record.offline:
        return None
    if record.simulated and not caller.community.test:
        raise_alert(
            caller.community.pk,
            "simulated_money",
            record.reference,
            now,
            kiosk_code=caller.kiosk_code,
            payment_id=record.payment_id,
        )
        return None
    return PaymentOrder.objects.create(
        payment_id=record.payment_id,
        community=caller.community,
        unit=find_unit(caller.community, record.unit),
        kiosk_id=caller.kiosk_id,
        kiosk_code=caller.kiosk_code,
        reference=record.reference,
        method=record.method.value,
        bills=[{"number": b.number, "amount_minor": b.amount_minor} for b in record.bills],
        amount_minor=record.amount_minor,
        currency=record.currency,
        request_hash="",
        out_trade_no=record.payment_id.replace("-", ""),
        simulated=record.simulated,
        offline=record.offline,
        created_at=record.created_at,
        changed_at=now,
    )
