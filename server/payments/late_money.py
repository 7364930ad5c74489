"""Money that came for an order which had ended without any: kept or sent back, as the community wishes.

Posts to the books and answers what the order says of it; the caller holds the order's row and writes it.
"""

from datetime import datetime
from typing import Any

from contract.messages import PaymentState
from server.billing import settlement
from server.estate.models import LateSuccess
from server.payments import refunds
from server.payments.channels.interface import OrderState
from server.payments.models import PaymentOrder


def came(order: PaymentOrder, known: OrderState, at: datetime) -> dict[str, Any]:
    """The order's fields. Credit of the unit (``credited_minor``), where that is the policy or nothing
    can be sent back; else a refund of what is still there: a part may have gone back in the channel's
    console (``known.refunded_minor``)."""
    amount = known.amount_minor or order.amount_minor
    about = {"method": order.method, "payment_id": order.payment_id, "at": at}
    fields = {
        "reason": "late",
        "captured_minor": amount,
        "channel_reference": known.reference,
        "paid_at": known.paid_at or at,
    }
    if _is_kept(order):
        settlement.receive_as_credit(order.unit, amount, **about)
        return fields | {"credited_minor": amount}
    gone = known.refunded_minor or 0
    settlement.receive_for_refund(order.unit, amount, **about)
    if gone:
        settlement.part_went_back(order.unit, gone, **about)
    refunds.to_be_refunded(order, amount - gone, "late", at)
    return fields | {"credited_minor": 0, "refunded_minor": gone}


def _is_kept(order: PaymentOrder) -> bool:
    """Who was told that it went back waits for it, whatever the policy is."""
    told_gone = order.kiosk_state == PaymentState.REVERSED
    kept = order.community.late_success == LateSuccess.CREDIT and not told_gone
    return kept or not order.by_code
