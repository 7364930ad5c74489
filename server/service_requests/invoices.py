"""What a request for a tax invoice says: for whom, for which payment, and how much of it was paid; and
which others are about the same payment."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import translation
from django.utils.translation import gettext as _

from contract.business_day import business_day
from contract.messages import KIOSK_CODE_PATTERN, LeftToInvoice, PaymentState
from contract.money import Locale, Money
from server.estate.models import Community, Unit
from server.language import CHINESE, ENGLISH
from server.payments.models import PaymentOrder, Refund
from server.payments.phone_orders import REFERENCE_PATTERN
from server.service_requests.models import Kind, ServiceRequest, Topic

_REFERENCE = re.compile(
    rf"(?<![0-9A-Z])(?:{KIOSK_CODE_PATTERN}-[0-9]{{6,9}}|{REFERENCE_PATTERN})(?![0-9])"
)

LEFT_MAX = 10


@dataclass(frozen=True, slots=True)
class Buyer:
    """For whom an invoice is. ``tax_number``: a company's; empty for a person. ``mail``: where it is
    wanted, if the resident says so. ``language``: in which they read."""

    title: str
    tax_number: str = ""
    mail: str = ""
    language: Locale = "zh_CN"


def topic_of(community: Community) -> Topic | None:
    """That of invoices, where they are taken."""
    rows = Topic.objects.filter(community=community, kind=Kind.INVOICE, retired_at=None)
    return rows.order_by("pk").first()


def left_minor(payment: PaymentOrder) -> int:
    """How much of it can be invoiced: what was paid and used of the credit, without what went back or is
    on its way; nought where nothing was taken."""
    if payment.life is not PaymentState.APPROVED:
        return 0
    due = (one for one in payment.refunds.all() if one.state == Refund.State.DUE)
    back = payment.refunded_minor + sum(one.amount_minor for one in due)
    return payment.captured_minor + payment.drawn_minor - back


def left_at(kiosk_code: str, unit: Unit) -> list[LeftToInvoice]:
    """Payments of the unit at this kiosk of which money went back or is on its way, the newest."""
    due = Refund.objects.filter(order=OuterRef("pk"), state=Refund.State.DUE)
    rows = PaymentOrder.objects.filter(unit=unit, kiosk_code=kiosk_code)
    rows = rows.filter(Q(refunded_minor__gt=0) | Exists(due)).prefetch_related("refunds")
    newest = rows.order_by("-created_at", "-pk")[:LEFT_MAX]
    return [LeftToInvoice(reference=one.reference, minor=left_minor(one)) for one in newest]


def words(payment: PaymentOrder, wish: Buyer) -> str:
    """In the resident's language; a company's with its tax number. What went back of the payment is no
    part of it."""
    amount = Money(left_minor(payment), payment.currency)
    day = business_day(payment.paid_at or payment.created_at, payment.community.time_zone)
    with translation.override(ENGLISH if wish.language == "en" else CHINESE):
        buyer = _("a company") if wish.tax_number else _("a person")
        lines = [_("Tax invoice for %(title)s (%(buyer)s)") % {"title": wish.title, "buyer": buyer}]
        if wish.tax_number:
            lines.append(_("Tax number: %(number)s") % {"number": wish.tax_number})
        if wish.mail:
            lines.append(_("By e-mail to: %(mail)s") % {"mail": wish.mail})
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
    by_request = _named([one.unit_id])
    own = by_request.pop(one.pk, set())
    same = [pk for pk, named in by_request.items() if named & own]
    rows = ServiceRequest.objects.filter(pk__in=same)
    return list(rows.select_related("community", "topic", "unit", "assignee").order_by("number"))


def about(payment: PaymentOrder) -> list[ServiceRequest]:
    """The unit's requests for an invoice of this payment, the newest first."""
    asked = [pk for pk, named in _named([payment.unit_id]).items() if payment.reference in named]
    rows = ServiceRequest.objects.filter(pk__in=asked).select_related("topic", "joined_to")
    return list(rows.order_by("-opened_at", "-number"))


def _named(units: Iterable[int]) -> dict[UUID, set[str]]:
    """The payments that residents named in each request of these units for an invoice."""
    asked = ServiceRequest.objects.filter(unit__in=units, topic__kind=Kind.INVOICE)
    said = asked.filter(words__by="", words__inside=False).values_list("pk", "words__text")
    named: dict[UUID, set[str]] = {}
    for pk, text in said:
        named.setdefault(pk, set()).update(_REFERENCE.findall(text))
    return named
