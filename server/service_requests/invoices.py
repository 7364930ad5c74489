"""What a request for a tax invoice says: for whom, for which payment, and how much of it was paid."""

from django.utils import translation
from django.utils.translation import gettext as _

from contract.business_day import business_day
from contract.invoice_wish import InvoiceWish
from contract.money import Money
from server.language import CHINESE, ENGLISH
from server.payments.models import PaymentOrder


def words(payment: PaymentOrder, wish: InvoiceWish) -> str:
    """In the resident's language; a company's with its tax number."""
    amount = Money(payment.amount_minor + payment.credit_minor, payment.currency)
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
