"""Money that came after the end of its order: for one that had ended without any, or one that staff had
taken back. It is kept or sent back, as the community wishes, and staff are told.

Posts to the books and answers what the order says of it; the caller holds the order's row and writes it.
Which ends those are: ``contract.lifecycle.CLOSED_UNPAID``, ``state_machine.PaidAfterClose``.
"""

from datetime import datetime
from typing import Any

from contract.messages import CREDITED, LATE, EntryKind, PaymentState
from server.billing import settlement
from server.estate.models import LateSuccess
from server.payments import contradictions, refunds
from server.payments.channels.interface import OrderState
from server.payments.models import JournalEntry, PaymentOrder
from server.payments.order_alerts import raise_about


def after_close(
    order: PaymentOrder, known: OrderState, at: datetime, *, by_word: bool = False
) -> tuple[PaymentState, dict[str, Any]]:
    """For an order that had ended without any: its state and fields now. APPROVED with credit of the unit
    (``credited_minor``), where that is the policy, nothing can be sent back, or it is known by nothing
    but a person's word (``by_word``); else REVERSED with a refund of what is still there: a part may have
    gone back in the channel's console (``known.refunded_minor``), or all of it: then nobody need act."""
    amount = known.amount_minor or order.amount_minor
    fields = {
        "reason": LATE,
        "captured_minor": amount,
        "channel_reference": known.reference,
        "paid_at": known.paid_at or at,
    }
    gone = known.refunded_minor or 0
    if gone < amount and (by_word or _is_kept(order)):
        settlement.receive_as_credit(order.unit, amount, **_about(order, at))
        raise_about(order, "late_payment", at, amount_minor=amount, credited_minor=amount)
        return PaymentState.APPROVED, fields | {"credited_minor": amount}
    settlement.receive_for_refund(order.unit, amount, **_about(order, at))
    if gone:
        settlement.part_went_back(order.unit, gone, **_about(order, at))
    if gone < amount:
        refunds.to_be_refunded(order, amount - gone, "late", at)
        raise_about(order, "late_payment", at, amount_minor=amount, credited_minor=0)
    else:
        fields["reason"] = "refunded"  # whether it came late or in time nobody can tell any more
    return PaymentState.REVERSED, fields | {"credited_minor": 0, "refunded_minor": gone}


def after_taken_back(order: PaymentOrder, known: OrderState, at: datetime) -> dict[str, Any]:
    """For an order that staff had booked as paid and taken back: the bills are open again, so it goes
    back, once; what no channel can send back, by hand. The order's fields; nothing where that is no
    news, or where it is another amount, which is told to staff."""
    amount = order.captured_minor
    if order.refunds.exists():
        return {}  # late money, which goes back or has
    if known.amount_minor not in (None, amount):
        contradictions.said(order, "paid", at)
        return {}
    settlement.receive_for_refund(order.unit, amount, **_about(order, at))
    refunds.to_be_refunded(order, amount, "late", at)
    raise_about(order, "late_payment", at, amount_minor=amount, credited_minor=0)
    reference = known.reference or order.channel_reference
    return {"reason": "late", "refunded_minor": 0, "channel_reference": reference}


def _is_kept(order: PaymentOrder) -> bool:
    """Who was told that it went back, or that it is credit, waits for that, whatever the policy is."""
    if not order.by_code:
        return True
    if order.kiosk_state == PaymentState.REVERSED:
        return _told_credit(order)
    return order.community.late_success == LateSuccess.CREDIT


def _told_credit(order: PaymentOrder) -> bool:
    """Whether its kiosk had heard that it was kept: a server that was restored knows of it from there."""
    entries = JournalEntry.objects.filter(
        kiosk_id=order.kiosk_id, payment_id=order.payment_id, kind=EntryKind.PAYMENT
    )
    told = [entry.said for entry in entries.order_by("sequence")]
    ended = [said for said in told if said.get("state") == PaymentState.REVERSED.value]
    return bool(ended) and ended[-1].get("reason") == CREDITED


def _about(order: PaymentOrder, at: datetime) -> dict[str, Any]:
    return {"method": order.method, "payment_id": order.payment_id, "at": at}
