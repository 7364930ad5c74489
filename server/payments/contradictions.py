"""What staff decided about a payment, or a payer was told, and somebody who knows says otherwise: told to
staff, who decide anew. Nothing is changed by itself, because each has been wrong before."""

from datetime import datetime

from server.alerts.models import Alert
from server.alerts.raising import resolve_one
from server.payments.models import PaymentOrder
from server.payments.order_alerts import raise_about

KIND = "decision_contradicted"


def said(order: PaymentOrder, what: str, at: datetime) -> None:
    """``what`` the channel or the terminal says of it now: paid, closed, declined, not_found, ... Once
    staff let a decision stand against a word, the same word is no news."""
    about = Alert.objects.filter(community=order.community_id, kind=KIND, subject=order.reference)
    if about.filter(details__said=what, details__decided=order.decided).exists():
        return
    raise_about(order, KIND, at, decided=order.decided, said=what)


def told_paid(order: PaymentOrder, at: datetime) -> None:
    """Its kiosk told the payer that it was paid, and the channel has no such money: it was returned
    there, or staff had decided so, and a restored server knows of neither."""
    raise_about(order, "told_paid", at, known=order.state)


def open_about(order: PaymentOrder) -> bool:
    """Whether a person booked it as paid and that is contradicted, and nobody has settled it since."""
    alerts = Alert.objects.filter(community=order.community_id, kind=KIND, resolved_at=None)
    return order.decided == "paid" and alerts.filter(subject=order.reference).exists()


def settle(order: PaymentOrder, at: datetime) -> None:
    resolve_one(order.community_id, KIND, order.reference, at)
