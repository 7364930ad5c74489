"""What a resident's phone and the channels reach without a login. The payment's id is the secret."""

import logging
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from contract.messages import Bill, PaymentState
from contract.money import Money
from server.payments import following
from server.payments.channels import registry
from server.payments.channels.interface import NotGenuine
from server.payments.models import PaymentOrder

log = logging.getLogger(__name__)

_WORDS = {
    PaymentState.APPROVED: ("good", "缴费成功", "Paid"),
    PaymentState.DECLINED: ("bad", "没有付成,没有扣款", "Not paid. You were not charged"),
    PaymentState.CANCELLED: ("quiet", "已取消,没有扣款", "Cancelled. You were not charged"),
    PaymentState.REVERSED: ("quiet", "款项已退回或正在退回", "The money was or is being returned"),
}
_OPEN = (
    "waiting",
    "付款结果还没有确认,请不要再付一次",
    "We cannot confirm this payment yet. Please do not pay again",
)


@require_GET
@never_cache
def status(request: HttpRequest, payment_id: uuid.UUID) -> HttpResponse:
    """How a payment stands, or its receipt; what is not known yet is looked at again by itself."""
    orders = PaymentOrder.objects.select_related("community", "unit")
    order = orders.filter(payment_id=str(payment_id)).first()
    if order is None:
        return render(request, "payments/not_yet.html", status=404)
    tone, zh, en = _WORDS.get(order.life, _OPEN)
    context = {
        "order": order,
        "tone": tone,
        "title_zh": zh,
        "title_en": en,
        "open": not order.life.final,
        "amount": Money(order.amount_minor, order.currency).display(),
        "bills": [_as_paid(Bill.model_validate(bill), order.currency) for bill in order.bills],
        "credited": Money(order.credited_minor, order.currency).display()
        if order.credited_minor
        else "",
    }
    return render(request, "payments/status.html", context)


def _as_paid(bill: Bill, currency: str) -> dict[str, Any]:
    """A bill as the payment keeps it, whatever became of the bill later."""

    def shown(minor: int) -> str:
        return Money(minor, currency).display()

    return {
        "number": bill.number,
        "period": bill.period,
        "amount": shown(bill.amount_minor),
        "late_fee": shown(bill.late_fee_minor) if bill.late_fee_minor else "",
        "lines": [(line, shown(line.amount_minor)) for line in bill.lines],
    }


@csrf_exempt
@require_POST
def notify(request: HttpRequest, method: str) -> HttpResponse:
    """A channel's notification. It is believed when its signature is, and may come many times."""
    channel = registry.channel(method)
    if channel is None:
        return HttpResponse(status=404)
    try:
        news = channel.parse_notification(dict(request.headers), request.body)
    except NotGenuine as error:
        log.warning("notification refused: %s: %s", method, error)
        return HttpResponse("FAIL", status=401)
    order = PaymentOrder.objects.filter(out_trade_no=news.out_trade_no, method=method).first()
    if order is not None and not following.told(order, news.state, timezone.now()):
        return HttpResponse("FAIL", status=503)
    status_code, content_type, body = channel.acknowledgement()
    return HttpResponse(body, content_type, status_code)
