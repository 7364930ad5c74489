"""The payments of a unit, behind a bill's code: those in which money came while its present payer paid
for it, each with its receipt. Nothing of whoever paid for the unit before."""

from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from contract.business_day import business_day
from contract.messages import Method
from contract.methods import METHODS
from contract.money import Money
from contract.plain_text import whole_number
from server.billing.merged_units import paid_with
from server.estate import occupancy
from server.language import of_page
from server.payments import payer_status
from server.payments.models import PaymentOrder
from server.phone.reading import Opened
from server.phone.views import behind_a_code
from server.service_requests import invoices

A_PAGE, READ_MAX = 12, 400  # of the newest


@never_cache
@require_safe
@behind_a_code
def payments_page(request: HttpRequest, token: str, opened: Opened, now: datetime) -> HttpResponse:
    """Not there for a code that opens its own bill only: another person pays by now."""
    if opened.only_its_bill:
        return redirect("bill_page", token=token)
    orders = of_unit(opened, now)
    page = whole_number(request.GET.get("page", ""), 3) or 0
    shown = orders[page * A_PAGE : (page + 1) * A_PAGE]
    prefetch_related_objects(shown, "refunds")
    takes = invoices.topic_of(opened.bill.community) is not None
    context = {
        "token": token,
        "community": opened.bill.community,
        "unit": opened.unit,
        "rows": [_row(order, takes=takes) for order in shown],
        "older": page + 1 if len(orders) > (page + 1) * A_PAGE else None,
        "newer": page - 1 if page and orders else None,
        "invoices": takes,
    }
    return render(request, "phone/payments.html", context)


def of_unit(opened: Opened, now: datetime) -> list[PaymentOrder]:
    """The newest first. As for a bill, the payer of its day must be today's; where nobody is known to pay
    today, only what was paid since the last one did."""
    zone = opened.bill.community.time_zone
    today = business_day(now, zone)
    found = [
        (order, (order.unit_id, business_day(order.paid_at or order.created_at, zone)))
        for order in _taken(opened, now)[:READ_MAX]
    ]
    payers = occupancy.payers_on(day for _, day in found)
    present = occupancy.payer(opened.unit, today)
    theirs = [(order, payers.get(day) == present) for order, day in found]
    if present is None:
        theirs = list(takewhile(lambda pair: pair[1], theirs))
    return [order for order, own in theirs if own]


def _taken(opened: Opened, now: datetime) -> QuerySet[PaymentOrder]:
    today = business_day(now, opened.bill.community.time_zone)
    units = paid_with(opened.unit, today)
    rows = PaymentOrder.objects.filter(unit__in=units, captured_minor__gt=0)
    return rows.select_related("community", "unit").order_by("-created_at", "-pk")


def _row(order: PaymentOrder, *, takes: bool) -> dict[str, Any]:
    back = payer_status.returned_minor(order)
    return {
        "order": order,
        "told": payer_status.status_of(order),
        "amount": _money(order.captured_minor + order.drawn_minor, order),
        "back": _money(back, order) if back else "",
        "day": business_day(order.paid_at or order.created_at, order.community.time_zone),
        "method": METHODS[Method(order.method)].name,
        "invoice": takes and invoices.left_minor(order) > 0,
    }


def _money(minor: int, order: PaymentOrder) -> str:
    return Money(minor, order.currency).display(of_page())
