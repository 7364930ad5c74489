"""Beginning a payment on the phone, going on with it, giving it up: each sent by a form of ours."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from pydantic import ValidationError

from contract.errors import ErrorCode
from contract.messages import BILLS_A_PAYMENT, BillToPay, Method
from server.payments import initiation, phone_orders
from server.payments.channels.interface import Browser, ChannelUnavailable, OutcomeUnknown
from server.payments.initiation import REFUSALS, IdempotencyConflict, RefusedBefore
from server.payments.models import PaymentOrder
from server.payments.serializers import status_url
from server.phone import choice, limits, own_payments, wallets
from server.phone.reading import Opened
from server.phone.views import behind_a_code, opened_by, page, too_often
from server.staff.sign_in import address_of

_LOOK = _("Something has changed since the page was opened. Please look at the bills once more")
SAID: dict[ErrorCode, str | Promise] = {
    ErrorCode.AMOUNT_CHANGED: _(
        "The amount has changed since the page was opened. Please look at it once more"
    ),
    ErrorCode.BILL_PAID: _("One of these bills is paid already. You were not charged"),
    ErrorCode.BILL_LEASED: _(
        "One of these bills is being paid now, at a kiosk or on another phone. You were not charged"
    ),
    ErrorCode.CREDIT_TOO_LITTLE: _("There is less credit now than was shown. Please choose again"),
}
NOT_NOW = _("This way to pay does not work at the moment. You were not charged")
_NEXT = {True: "phone_in_wechat", False: "payment_status"}
TOO_MANY = _(
    "Too many payments of this unit were begun and not paid. Please wait half an hour, or pay at the"
    " kiosk in the lobby"
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_a_code
def pay(request: HttpRequest, token: str, opened: Opened, now: datetime) -> HttpResponse:
    """To the payment's page, or back to the bills with the reason. Looked at only, as by a phone that
    opens the page with the reason once more: to the bills."""
    if request.method != "POST":
        return redirect("bill_page", token=token)
    limits.begun(address_of(request), now)
    try:
        payment_id = _begin(request, opened, now)
    except _Refused as no:
        return page(request, token, opened_by(request, token, now), now, no.why, status=409)
    in_wechat = wallets.in_wechat(request, request.POST.get("method", ""))
    answer = redirect(_NEXT[in_wechat], payment_id=payment_id)
    own_payments.OWN.remember(request, answer, payment_id)
    return answer


class _Refused(Exception):
    """Nothing was begun; ``why`` in words for the payer."""

    def __init__(self, why: str | Promise) -> None:
        super().__init__(str(why))
        self.why = why


def _begin(request: HttpRequest, opened: Opened, now: datetime) -> str:
    """The payment's id. That its channel left open whether it has the order is no refusal: its page
    shows how it goes on."""
    try:
        payment_id = str(UUID(request.POST.get("payment_id", "")))
        method = Method(request.POST.get("method", ""))
        bills = _bills(request)
    except (ValueError, ValidationError) as error:
        raise _Refused(_LOOK) from error
    offered = phone_orders.offered(opened.bill.community)
    if not offered or method not in (*wallets.usable(offered, request), Method.CREDIT):
        raise _Refused(NOT_NOW)
    others = {bill.number for bill in bills} - {opened.bill.number}
    if not bills or (opened.only_its_bill and others):
        raise _Refused(_LOOK)
    try:
        phone_orders.begin(
            opened.unit,
            payment_id,
            method,
            bills,
            credit_minor=_credit(request, opened, method),
            browser=_browser(request, payment_id, method),
            now=now,
        )
    except OutcomeUnknown:
        return payment_id
    except ChannelUnavailable as error:
        raise _Refused(NOT_NOW) from error
    except phone_orders.TooManyBegun as error:
        raise _Refused(TOO_MANY) from error
    except RefusedBefore as error:
        raise _Refused(SAID.get(error.code, _LOOK)) from error
    except (IdempotencyConflict, ValidationError) as error:
        raise _Refused(_LOOK) from error
    except tuple(REFUSALS) as error:
        raise _Refused(SAID.get(REFUSALS[type(error)], _LOOK)) from error
    return payment_id


def _bills(request: HttpRequest) -> list[BillToPay]:
    """As they were on the page: ``NUMBER:MINOR`` each. Raises ValueError and ValidationError."""
    told = request.POST.getlist(choice.CHOSEN)
    if len(told) > BILLS_A_PAYMENT:
        raise ValueError("more than can be paid at once")
    pairs = [one.rpartition(":") for one in told]
    return [BillToPay(number=number, amount_minor=_minor(text)) for number, _, text in pairs]


def _minor(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ValueError("not an amount")
    return int(text)


def _credit(request: HttpRequest, opened: Opened, method: Method) -> int:
    """What the page said that the credit pays besides; whether there is so much is seen when it is
    reserved. A code that opens its own bill only opens no credit."""
    try:
        wanted = _minor(request.POST.get(choice.CREDIT, "0"))
    except ValueError:
        wanted = 0
    if (wanted or method is Method.CREDIT) and not opened.credit_minor:
        raise _Refused(SAID[ErrorCode.CREDIT_TOO_LITTLE])
    return 0 if method is Method.CREDIT else wanted


def _browser(request: HttpRequest, payment_id: str, method: str) -> Browser:
    in_window = wallets.in_wechat(request, method)
    return Browser(address_of(request), status_url(payment_id), in_window=in_window)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def go_on(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """For a payment whose channel was not asked yet."""
    order, now = _order(payment_id), timezone.now()
    if request.method != "POST" or order.method not in wallets.usable(tuple(Method), request):
        return redirect("payment_status", payment_id=payment_id)
    if wallets.in_wechat(request, order.method):
        return redirect("phone_in_wechat", payment_id=payment_id)
    try:
        limits.begun(address_of(request), now)
        initiation.go_on(order, _browser(request, order.payment_id, order.method), now)
    except limits.TooOften:
        return too_often(request)
    except (OutcomeUnknown, ChannelUnavailable, *REFUSALS):
        pass  # its page says how it stands
    return redirect("payment_status", payment_id=payment_id)


@never_cache
@require_GET
def open_anew(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """To the channel's page by a new address, where the first is too old. WeChat Pay's opens only for
    whoever says from which site they come."""
    order, now = _order(payment_id), timezone.now()
    if not phone_orders.payable(order, now) or phone_orders.in_window(order):
        return redirect("payment_status", payment_id=payment_id)
    try:
        limits.begun(address_of(request), now)
        address = initiation.page_anew(order, _browser(request, order.payment_id, ""))
    except limits.TooOften:
        return too_often(request)
    except (OutcomeUnknown, ChannelUnavailable):
        return redirect("payment_status", payment_id=payment_id)
    answer = redirect(address)
    answer["Referrer-Policy"] = "origin"
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Whoever has the payment's id may: only its phone and whom that told do."""
    order, now = _order(payment_id), timezone.now()
    if request.method != "POST":
        return redirect("payment_status", payment_id=payment_id)
    try:
        limits.begun(address_of(request), now)
    except limits.TooOften:
        return too_often(request)
    phone_orders.give_up(order, now)
    return redirect("payment_status", payment_id=payment_id)


def _order(payment_id: UUID) -> PaymentOrder:
    rows = PaymentOrder.objects.select_related("community", "unit")
    found = rows.filter(payment_id=str(payment_id)).first()
    if found is None or not found.by_phone:
        raise Http404
    return found
