"""Money of another amount than the order's: in the suspense account until staff say what it is for.

Posts to the books and answers what the order says of it; the caller holds the order's row and writes it.
"""

from datetime import datetime
from typing import Any

from server.alerts.raising import resolve_one
from server.billing import suspense
from server.payments.channels.interface import OrderState
from server.payments.models import PaymentOrder


def came(order: PaymentOrder, known: OrderState, at: datetime) -> dict[str, Any]:
    """The order's fields when ``known`` says that another amount came; nothing where that is no news."""
    amount = known.amount_minor or order.held_minor
    if amount == order.held_minor:
        return {}
    suspense.hold(
        order.unit,
        amount - order.held_minor,
        method=order.method,
        payment_id=order.payment_id,
        step=order.version,
        at=at,
    )
    return {
        "reason": "amount_differs",
        "held_minor": amount,
        "held_since": known.paid_at or at,
        "channel_reference": known.reference or order.channel_reference,
    }


def leaves(order: PaymentOrder, at: datetime) -> dict[str, Any]:
    """The order's fields when its held money leaves the suspense account, as money that the customer
    was charged; nothing without any. The alert about it ends. Raises ledger.posting.AlreadyPosted: it
    left before."""
    amount = order.held_minor
    if not amount:
        return {}
    suspense.release(order.unit, amount, method=order.method, payment_id=order.payment_id, at=at)
    resolve_one(order.community_id, "amount_differs", order.reference, at)
    return {
        "captured_minor": amount,
        "paid_at": order.held_since,
        "held_minor": 0,
        "held_since": None,
    }
