"""What a request for a tax invoice says: for whom, for which payment, and how much of it was paid; and
which others are about the same payment."""

import re
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from contract.business_day import business_day
from contract.invoice_wish import InvoiceWish
from contract.messages import KIOSK_CODE_PATTERN
from contract.money import Money
from server.language import CHINESE, ENGLISH
from server.payments.models import PaymentOrder
from server.service_requests.models import Kind, ServiceRequest

_REFERENCE = re.compile(rf"{KIOSK_CODE_PATTERN}-[0-9]{{6,9}}")


def words(payment: PaymentOrder, wish: InvoiceWish) -> str:
    """In the resident's language; a company's with its tax number. What went back of the payment is no
    part of it."""
    left = payment.amount_minor + payment.credit_minor - payment.refunded_minor
    amount = Money(left, payment.currency)
    day = business_day(payment.created_at, payment.community.time_zone)
    with translation.override(ENGLISH if wish.language == "en" else CHINESE):
        buyer = _("a company") if wish.tax_number else _("a person")
        lines = [_("Tax invoice for %(title)s (%(buyer)s)") % {"title": wish.title, "buyer": buyer}]
        if wish.tax_number:
            lines.append(_("Tax number: %(number)s") % {"number": wish.tax_number})
        paid = {
            "reference": payment.reference,
            "day": day.isoformat(),
            "amount": amount.display(wish.language),
        }
        lines.append(_("Payment %(reference)s of %(day)s, %(amount)s") % paid)
    return "\n".join(lines)


def of_same_payment(one: ServiceRequest) -> list[ServiceRequest]:
    """Other requests of the unit for an invoice of a payment that this one names: a payment has one
    invoice."""
    if one.topic.kind != Kind.INVOICE:
        return []
    others = ServiceRequest.objects.filter(unit=one.unit_id, topic__kind=Kind.INVOICE)
    said = others.filter(words__by="", words__inside=False).values_list("pk", "words__text")
    by_request: dict[UUID, set[str]] = {}
    for pk, text in said:
        by_request.setdefault(pk, set()).update(_REFERENCE.findall(text))
    own = by_request.pop(one.pk, set())
    same = [pk for pk, named in by_request.items() if named & own]
    rows = ServiceRequest.objects.filter(pk__in=same)
    return list(rows.select_related("community", "topic", "unit", "assignee").order_by("number"))
