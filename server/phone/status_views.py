"""A payment's page on a phone: how it stands, going on with it, its receipt. The payment's id is the
secret."""

import json
import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from contract.business_day import zone
from contract.messages import Method, PaymentState
from contract.methods import METHODS
from contract.money import Money
from server.language import of_page
from server.payments import payer_status, phone_orders
from server.payments.channels import registry
from server.payments.models import PaymentOrder
from server.phone import invoice_views, own_payments, request_views, wallets
from server.satisfaction import phone_votes


@require_GET
@never_cache
def status(request: HttpRequest, payment_id: uuid.UUID) -> HttpResponse:
    """What is not known yet is looked at again by itself."""
    now = timezone.now()
    orders = PaymentOrder.objects.select_related("community", "unit")
    order = orders.filter(payment_id=str(payment_id)).first()
    if order is None:
        return render(request, "phone/not_yet.html", status=404)
    return page(request, phone_orders.follow(order, now), now)


def page(
    request: HttpRequest, order: PaymentOrder, now: datetime, said: str = "", status: int = 200
) -> HttpResponse:
    """``said``: why what was just tried did not go."""
    amount = order.captured_minor or order.held_minor or order.amount_minor
    context: dict[str, Any] = {
        "said": said,
        "order": order,
        "told": payer_status.status_of(order),
        "amount": Money(amount, order.currency).display(of_page()),
        "method": METHODS[Method(order.method)].name,
        "bills": payer_status.bills_told(order),
        "used": _shown(order.drawn_minor, order),
        "reserved": _shown(order.reserved_minor, order),
        "credited": _shown(order.credited_minor, order),
        "refunded": _shown(payer_status.returned_minor(order), order),
        **_paying(request, order, now),
        "to_go_on": order.by_phone
        and order.life is PaymentState.CREATED
        and not order.cancel_wanted,
        "goes_on_here": order.method in wallets.usable(tuple(Method), request),
        "may_give_up": order.by_phone and not (order.life.final or order.cancel_wanted),
        "zone": zone(order.community.time_zone),
        **_vote(request, order, now),
        **invoice_views.leads_to(request, order),
    }
    return render(request, "phone/status.html", context, status=status)


def _paying(request: HttpRequest, order: PaymentOrder, now: datetime) -> dict[str, Any]:
    """By which button it is paid in this window; ``elsewhere``: in which other it is, where not in
    this. ``at_once``: this browser began it, so that nobody's link opens a sheet to pay."""
    if not phone_orders.payable(order, now):
        return {}
    in_window, through = phone_orders.in_window(order), registry.window(order.method)
    in_wechat = wallets.inside(request) == Method.WECHAT
    if in_window and wallets.has_bridge(request) and through is not None:
        call = json.dumps(through.window_call(order.code_url))
        return {"window_call": call, "at_once": order.payment_id in own_payments.OWN.of(request)}
    if in_window and through is None:
        return {"elsewhere": "nowhere"}  # WeChat's window is not set up any more
    if in_window or in_wechat:
        return {"elsewhere": "wechat" if in_window else "browser"}
    page = order.code_url if phone_orders.page_opens(order, now) else ""
    return {"payable": True, "pay_page": page}


def _vote(request: HttpRequest, order: PaymentOrder, now: datetime) -> dict[str, Any]:
    """What was said of how it was to pay, or the asking for it. The request to be called back is led to
    for the browser only that left the number."""
    vote = phone_votes.of(order)
    called = vote.request if vote is not None else None
    own = called is not None and str(called.page) in request_views.OWN.of(request)
    return {
        "vote": vote,
        "called_back": called if own else None,
        "votes": phone_votes.CHOICES if vote is None and phone_votes.asked(order, now) else [],
        "asks_number": vote is not None and phone_votes.may_call_back(vote),
    }


def _shown(minor: int, order: PaymentOrder) -> str:
    return Money(minor, order.currency).display(of_page()) if minor else ""
