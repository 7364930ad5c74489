"""What a mail with a bill says, in both languages: residents read either. Name and unit stay out of the
subject, which others may see."""

from datetime import date

from django.core.mail import EmailMessage
from django.utils.translation import gettext_noop as _

from contract.money import Money
from server.billing.models import Bill
from server.billing.unit_accounts import to_contract
from server.language import both

_SUBJECT = _("%(community)s: property fee bill of %(period)s")
_TEXT = _(
    "Your bill of %(period)s is attached. To be paid: %(amount)s, by %(due)s. Scan the code on it with"
    " your phone or at a kiosk."
)
_END = _(
    "You get this because you agreed to bills by e-mail. To end it, tell the office: %(phone)s."
)


def message_of(bill: Bill, address: str, pdf: bytes, today: date) -> EmailMessage:
    """Not yet sent; its PDF is as of ``today``."""
    community = bill.community
    amount = Money(to_contract(bill, today).amount_minor, bill.currency).display("zh_CN")
    facts = {"period": bill.period, "amount": amount, "due": bill.due.isoformat()}
    text, end = both(_TEXT, **facts), both(_END, phone=community.office_phone or "-")
    name = community.name
    zh = both(_SUBJECT, community=name.zh, period=bill.period).zh
    en = both(_SUBJECT, community=name.en, period=bill.period).en
    body = "\n\n".join((f"{text.zh}\n{end.zh}", f"{text.en}\n{end.en}"))
    message = EmailMessage(f"{zh} / {en}", body, None, [address])
    message.attach(f"bill-{bill.number}.pdf", pdf, "application/pdf")
    return message
