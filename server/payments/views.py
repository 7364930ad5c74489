"""What a resident's phone and the channels reach without a login. The payment's id is the secret."""

import logging
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from contract.business_day import zone
from contract.messages import Method, PaymentState
from contract.methods import METHODS
from contract.money import Money
from server.language import of_page
from server.payments import notifications, payer_status, phone_orders
from server.payments.channels import registry
from server.payments.channels.interface import NotGenuine
from server.payments.models import PaymentOrder

log = logging.getLogger(__name__)


@require_GET
@never_cache
def status(request: HttpRequest, payment_id: uuid.UUID) -> HttpResponse:
    """How a payment stands, or its receipt; what is not known yet is looked at again by itself."""
    now = timezone.now()
    orders = PaymentOrder.objects.select_related("community", "unit")
    order = orders.filter(payment_id=str(payment_id)).first()
    if order is None:
        return render(request, "payments/not_yet.html", status=404)
    order = phone_orders.follow(order, now)
    told = payer_status.status_of(order)
    amount = order.captured_minor or order.held_minor or order.amount_minor
    context = {
        "order": order,
        "told": told,
        "amount": Money(amount, order.currency).display(of_page()),
        "method": METHODS[Method(order.method)].name,
        "bills": payer_status.bills_told(order),
        "used": _shown(order.drawn_minor, order),
        "reserved": _shown(order.reserved_minor, order),
        "credited": _shown(order.credited_minor, order),
        "refunded": _shown(payer_status.returned_minor(order), order),
        "payable": phone_orders.payable(order, now),
        "pay_page": order.code_url if phone_orders.page_opens(order, now) else "",
        "to_go_on": order.by_phone
        and order.life is PaymentState.CREATED
        and not order.cancel_wanted,
        "may_give_up": order.by_phone and not (order.life.final or order.cancel_wanted),
        "zone": zone(order.community.time_zone),
    }
    return render(request, "payments/status.html", context)


def _shown(minor: int, order: PaymentOrder) -> str:
    return Money(minor, order.currency).display(of_page()) if minor else ""


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
    if not notifications.take(method, news, timezone.now()):
        return HttpResponse("FAIL", status=503)
    status_code, content_type, body = channel.acknowledgement()
    return HttpResponse(body, content_type, status_code)
