"""What is handed to a kiosk that begins anew: its open card payments, and the numbers that are used.

A kiosk that lost its disk knows nothing of the payments it had open. Those at a channel the server ends
by itself; those at the card terminal only the kiosk can ask about. It decides nothing about any of them.
"""

import re
from datetime import datetime

from django.db.models.functions import Length
from pydantic import ValidationError

from contract.messages import Bill, CardData, EntryKind, Method, PaymentRecord, PaymentState
from contract.methods import BY_CHANNEL
from server.payments import inquiry
from server.payments.models import JournalEntry, PaymentOrder
from server.payments.serializers import status_url

_NUMBER = re.compile("[0-9]{1,9}")
# A kiosk's payments in their sequence, whatever its clock said: numbers only grow.
_BY_NUMBER = (Length("reference"), "reference")
_NEWEST_FIRST = (Length("reference").desc(), "-reference")
_OPEN = [s.value for s in PaymentState if not s.final]


def end_orders(kiosk_id: str, now: datetime) -> int:
    """Nobody stands in front of this kiosk any more: its orders are ended, unless they were paid,
    by the next sweep. Returns how many."""
    orders = PaymentOrder.objects.filter(kiosk_id=kiosk_id, state__in=_OPEN)
    for order in orders.filter(method=Method.CREDIT):
        inquiry.cancel(order, now)
    return orders.filter(method__in=BY_CHANNEL).update(cancel_wanted=True, next_poll_at=now)


def highest_number(kiosk_id: str) -> int:
    """The highest number in a reference that the server has seen of this kiosk; 0 for none."""
    order = (
        PaymentOrder.objects.filter(kiosk_id=kiosk_id)
        .order_by(*_NEWEST_FIRST)
        .values_list("reference", flat=True)
        .first()
    )
    entry = (
        JournalEntry.objects.filter(kiosk_id=kiosk_id, kind=EntryKind.PAYMENT)
        .order_by("-sequence")
        .values_list("body", flat=True)
        .first()
    )
    return max(_number(order), _number(entry.get("reference") if isinstance(entry, dict) else None))


def _number(reference: object) -> int:
    """Of a reference as a kiosk makes them; 0 for anything else that an entry may hold."""
    tail = reference.rpartition("-")[2] if isinstance(reference, str) else ""
    return int(tail) if _NUMBER.fullmatch(tail) else 0


def open_card_payments(kiosk_id: str, now: datetime) -> list[PaymentRecord]:
    """The kiosk's card payments whose end is not known, as it told of them last, oldest first."""
    orders = PaymentOrder.objects.filter(
        kiosk_id=kiosk_id, method=Method.CARD.value, state__in=_OPEN
    ).select_related("unit", "unit__community", "community")
    last_card = _last_card(kiosk_id)
    return [_record(order, last_card, now) for order in orders.order_by(*_BY_NUMBER)]


def ended_card_payments(kiosk_id: str, asked: list[str]) -> list[PaymentRecord]:
    """Of those asked about, the card payments that have ended, as the kiosk told of them last."""
    orders = PaymentOrder.objects.filter(
        kiosk_id=kiosk_id, method=Method.CARD.value, payment_id__in=asked
    ).exclude(state__in=_OPEN)
    told = (_told(order) for order in orders.order_by(*_BY_NUMBER))
    return [record for record in told if record is not None and record.state.final]


def _record(order: PaymentOrder, last_card: CardData | None, now: datetime) -> PaymentRecord:
    """Without the kiosk's own word, what the terminal held before is taken from the newest card
    payment that is known: nothing came between, because an open one blocks the next."""
    told = _told(order)
    record = told if told is not None else _from_order(order, now)
    if record.terminal_before is None:
        record = record.model_copy(update={"terminal_before": last_card})
    return record


def _told(order: PaymentOrder) -> PaymentRecord | None:
    newest = (
        JournalEntry.objects.filter(
            kiosk_id=order.kiosk_id, kind=EntryKind.PAYMENT, payment_id=order.payment_id
        )
        .order_by("-sequence")
        .first()
    )
    try:
        return PaymentRecord.model_validate(newest.body) if newest else None
    except ValidationError:
        return None


def _from_order(order: PaymentOrder, now: datetime) -> PaymentRecord:
    return PaymentRecord(
        payment_id=order.payment_id,
        reference=order.reference,
        version=max(1, order.kiosk_version),
        state=PaymentState.PENDING,
        method=Method.CARD,
        unit=order.unit.code,
        unit_label=order.unit.label,
        payer="",
        bills=[Bill.model_validate(bill) for bill in order.bills],
        amount_minor=order.amount_minor,
        credit_minor=order.credit_minor,
        currency=order.currency,
        simulated=order.simulated,
        top_up=order.top_up,
        in_part=order.in_part,
        status_url=status_url(order.payment_id),
        created_at=order.created_at,
        changed_at=now,
    )


def _last_card(kiosk_id: str) -> CardData | None:
    orders = PaymentOrder.objects.filter(kiosk_id=kiosk_id, card__isnull=False)
    order = orders.order_by(*_NEWEST_FIRST).first()
    return CardData.model_validate(order.card) if order else None
