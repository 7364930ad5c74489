"""A tax invoice asked for on the phone, from a payment's page: it becomes a request to the office, of the
topic that kiosks use too. What was asked is shown to the browser that asked, and to no other that has the
payment's address."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import local_time
from contract.invoice_wish import TITLE_MAX
from contract.money import Money
from server.estate.models import Unit
from server.language import of_page
from server.payments import payer_status
from server.payments.models import PaymentOrder
from server.phone import invoice_form, limits
from server.phone.invoice_form import COMPANY, MAIL_MAX, PERSON, Filled
from server.phone.request_views import OWN, row
from server.phone.views import too_often
from server.service_requests import coming_in, invoices
from server.service_requests.coming_in import NotTaken, Said
from server.service_requests.models import Origin, ServiceRequest, State, Topic
from server.service_requests.reading import conversation
from server.staff.sign_in import address_of

ENDED = (State.CLOSED,)  # after it, another may be asked for


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invoice(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """The form, or what this browser asked and how it stands, also where nothing can be asked for any
    more. Raises Http404 where there is nothing of both."""
    rows = PaymentOrder.objects.select_related("community", "unit")
    order, now = rows.filter(payment_id=str(payment_id)).first(), timezone.now()
    topic = offered(order) if order is not None else None
    if order is None or (topic is None and own(request, invoices.about(order)) is None):
        raise Http404
    filled, said = invoice_form.empty(), ""
    if request.method == "POST":
        try:
            limits.sent(address_of(request), now)
            if "withdraw" in request.POST:
                _withdraw(request, order, now)
                return redirect("phone_invoice", payment_id=payment_id)
            if topic is None:
                raise Http404
            filled = invoice_form.read(request.POST)
            made = None if filled.errors else _sent(request, order, topic, filled, now)
        except limits.TooOften:
            return too_often(request)
        except NotTaken as no:
            said = str(no.said)
        else:
            if made is not None:
                answer = redirect("phone_invoice", payment_id=payment_id)
                OWN.remember(request, answer, str(made.page))
                return answer
    return _page(request, order, filled, said, offers=topic is not None)


def offered(order: PaymentOrder) -> Topic | None:
    """Where it goes; None where nothing of it can be invoiced, or nobody takes it."""
    return invoices.topic_of(order.community) if invoices.left_minor(order) > 0 else None


def own(request: HttpRequest, asked: list[ServiceRequest]) -> ServiceRequest | None:
    """The newest of these that this browser sent."""
    kept = set(OWN.of(request))
    return next((one for one in asked if str(one.page) in kept), None)


def leads_to(request: HttpRequest, order: PaymentOrder) -> dict[str, Any]:
    """What the payment's page says of it; nothing where nothing was, or can be, asked for."""
    known = own(request, invoices.about(order)) if OWN.of(request) else None
    if known is None and offered(order) is None:
        return {}
    return {"invoice": {"own": row(known) if known is not None else None}}


def _sent(
    request: HttpRequest, order: PaymentOrder, topic: Topic, filled: Filled, now: datetime
) -> ServiceRequest:
    """What this browser asked for already where that has not ended. Raises NotTaken."""
    known = own(request, invoices.about(order))
    if known is not None and known.state not in ENDED:
        return known
    wish = filled.wish_id
    if known is not None and known.wish == wish:  # a form that was open since, sent once or twice
        wish = uuid5(known.page, "again")
    return coming_in.open_request(
        Unit.objects.select_related("community").get(pk=order.unit_id),
        topic,
        Said(invoices.words(order, filled.buyer)),
        wish=wish,
        origin=Origin.PHONE,
        phone=filled.phone,
        now=now,
    )


def _withdraw(request: HttpRequest, order: PaymentOrder, now: datetime) -> None:
    """Raises NotTaken."""
    known = own(request, invoices.about(order))
    if known is not None:
        coming_in.withdraw(known.pk, now)


def _page(
    request: HttpRequest, order: PaymentOrder, filled: Filled, said: str, *, offers: bool
) -> HttpResponse:
    asked = invoices.about(order)
    known = own(request, asked)
    context = {
        "order": order,
        "said": said,
        "filled": filled,
        "left": _money(invoices.left_minor(order), order),
        "back": _money(payer_status.returned_minor(order), order) if order.refunded_minor else "",
        "asks": offers and (known is None or known.state in ENDED),
        "others": known is None and any(one.state not in ENDED for one in asked),
        "title_max": TITLE_MAX,
        "mail_max": MAIL_MAX,
        "company": COMPANY,
        "person": PERSON,
    }
    if known is not None:
        zone = order.community.time_zone
        context |= {"own": row(known), "waits": known.waits}
        context["words"] = [
            (word, f"{local_time(word.at, zone):%m-%d %H:%M}") for word, _ in conversation(known)
        ]
    wrong = bool(said or filled.errors)
    return render(request, "phone/invoice.html", context, status=409 if wrong else 200)


def _money(minor: int, order: PaymentOrder) -> str:
    return Money(minor, order.currency).display(of_page())
