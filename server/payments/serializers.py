"""Orders as the kiosk sees them (``contract.messages.PaymentView``)."""

from django.conf import settings
from django.utils import timezone

from contract.messages import Method, PaymentView
from server.payments.models import PaymentOrder


def status_url(payment_id: str) -> str:
    """Where a phone follows the payment or sees its receipt; the id is the secret."""
    return f"{settings.PUBLIC_URL}/p/{payment_id}"


def view_of(order: PaymentOrder) -> PaymentView:
    return PaymentView(
        payment_id=order.payment_id,
        reference=order.reference,
        method=Method(order.method),
        state=order.life,
        version=order.version,
        amount_minor=order.amount_minor,
        credit_minor=order.credit_minor,
        currency=order.currency,
        code_url=order.code_url or None,
        with_payment_code=order.with_payment_code,
        reason=order.reason,
        reversal_asked=order.may_have_been_charged,
        expires_at=order.expires_at,
        expires_in_s=(order.expires_at - timezone.now()).total_seconds()
        if order.expires_at
        else None,
        channel_reference=order.channel_reference,
        paid_at=order.paid_at,
        simulated=order.simulated,
        status_url=status_url(order.payment_id),
    )
