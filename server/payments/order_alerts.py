"""Raises an alert about one payment: staff read on each which kiosk, which payment, how much."""

from datetime import datetime
from typing import Any

from server.alerts.raising import raise_alert
from server.payments.models import PaymentOrder


def raise_about(
    order: PaymentOrder, kind: str, at: datetime, *, subject: str = "", **details: Any
) -> None:
    """Once, as ``raise_alert``. ``subject``: the payment's reference unless named. ``amount_minor``
    is the order's unless ``details`` say another."""
    about = {
        "kiosk_code": order.kiosk_code,
        "payment_id": order.payment_id,
        "amount_minor": order.amount_minor,
    }
    raise_alert(order.community_id, kind, subject or order.reference, at, **about | details)
