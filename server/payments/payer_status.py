"""What a resident's phone is told of a payment: where the money is, and nothing that is not certain."""

from dataclasses import dataclass, replace

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract.business_day import business_day
from contract.messages import Bill, BillLine, PaymentState
from contract.money import Money
from server.billing.models import Bill as BillRow
from server.billing.models import BillState
from server.language import of_page
from server.payments.models import PaymentOrder, Refund

_OPEN_MORE = _(
    "If it went through, the bill is settled; if not, you are not charged. Anything charged twice"
    " is returned or credited. This page updates by itself."
)
_LATE = _(
    "The money came when the order had already ended, so it did not settle the bill. Ask the"
    " office to use it for a bill or to return it."
)
_TWICE = _(
    "Somebody else had paid the bill before. Ask the office to use it for another bill or to"
    " return it."
)
_PREPAID = _("It is credit of the unit now, to be used for its bills.")
_ON_ITS_WAY = _("It goes back to the account you paid from. This page says so when it is done.")
_PAY_ONCE = _(
    "Pay on the page that opens. When you have paid, come back here: this page says so by itself."
    " Do not pay the same bill a second time meanwhile. If that page does not open, touch"
    ' "I do not want to pay now" and begin again.'
)
_ENDING = _(
    "Do not pay it any more. Its bills are free again as soon as this is certain, in ten minutes at"
    " the latest. If money was taken all the same, it is returned or credited."
)
_OFFICE_LOOKS = _("Another amount arrived; the office is checking it")
_NOT_RECEIVED = _("This money did not arrive; no bill was settled")
_ASK = _("If your account was charged, please show the office the proof.")
# A reversal returns what was paid just before, and no channel says whether there was anything.
_REVERSED = _(
    "This payment settled no bill. If your account was charged all the same, the money goes back to"
    " it."
)
_NOT_RETURNED = _(
    "The automatic refund has not worked yet; it is tried again, and the office looks after it."
    " Keep the reference, or call."
)
_HOW = {
    Refund.How.CASH: _("The office returned it in cash"),
    Refund.How.BANK: _("The office returned it by bank transfer"),
    Refund.How.CHANNEL: _("The office had it sent back to the account you paid from"),
}


@dataclass(frozen=True)
class ReceiptStatus:
    """``tone``: good, bad, waiting, quiet. ``moving``: the page looks again by itself."""

    tone: str
    title: str | Promise
    more: str | Promise | None = None
    moving: bool = False


def status_of(order: PaymentOrder) -> ReceiptStatus:
    match order.life:
        case PaymentState.APPROVED if order.credited_minor:
            return _credited(order)
        case PaymentState.APPROVED:
            return ReceiptStatus("good", _("Payment complete"))
        case PaymentState.DECLINED | PaymentState.CANCELLED if order.told_paid:
            return ReceiptStatus("bad", _NOT_RECEIVED, _ASK)
        case PaymentState.DECLINED | PaymentState.CANCELLED if order.may_have_been_charged:
            return ReceiptStatus("quiet", _("Not paid"), _REVERSED)
        case PaymentState.DECLINED:
            return ReceiptStatus("bad", _("Not paid. You were not charged"))
        case PaymentState.CANCELLED:
            return ReceiptStatus("quiet", _("Cancelled. You were not charged"))
        case PaymentState.REVERSED:
            return _returned(order)
    if order.by_phone and not order.held_minor and order.life is not PaymentState.UNKNOWN:
        return _on_phone(order)
    if order.held_minor:
        return ReceiptStatus("waiting", _OFFICE_LOOKS, _held(order), moving=True)
    title = _("We cannot confirm this payment yet. Please do not pay again")
    return ReceiptStatus("waiting", title, _OPEN_MORE, moving=True)


def _on_phone(order: PaymentOrder) -> ReceiptStatus:
    """A payment that a phone began, of which nothing is known yet."""
    if order.cancel_wanted:
        return ReceiptStatus("waiting", _("The payment is being ended"), _ENDING, moving=True)
    return ReceiptStatus("waiting", _("Not paid yet"), _PAY_ONCE, moving=True)


def _held(order: PaymentOrder) -> str:
    came, due = _money(order.held_minor, order), _money(order.amount_minor, order)
    return _(
        "%(came)s arrived, the order is for %(due)s. It is kept for your unit; the office settles"
        " the bill"
        " with it, keeps it as credit or returns it. Please do not pay again."
    ) % {"came": came, "due": due}


def _credited(order: PaymentOrder) -> ReceiptStatus:
    if order.reason == "amount_differs":
        return _decided(order)
    if order.top_up and order.reason != "late":
        return ReceiptStatus("good", _("Payment complete"), _PREPAID)
    if order.allocated_minor:
        return ReceiptStatus("good", _("Payment complete"), _TWICE)
    title = _("Your money is kept as credit for the unit")
    return ReceiptStatus("quiet", title, _LATE if order.reason == "late" else _TWICE)


def _decided(order: PaymentOrder) -> ReceiptStatus:
    """Another amount than the order's came, and staff said what it is for."""
    came, due = _money(order.captured_minor, order), _money(order.amount_minor, order)
    kept = _money(order.credited_minor, order)
    if not order.allocated_minor:
        title = _("Your money is kept as credit for the unit")
        more = _(
            "%(came)s arrived, the order was for %(due)s, so no bill was settled. Ask the office"
            " to use it"
            " for a bill or to return it."
        ) % {"came": came, "due": due}
        return ReceiptStatus("quiet", title, more)
    more = _(
        "%(came)s arrived, the order was for %(due)s. The bills that it covers are settled;"
        " %(kept)s is kept"
        " as credit."
    ) % {"came": came, "due": due, "kept": kept}
    return ReceiptStatus("good", _("Payment complete"), more)


def _returned(order: PaymentOrder) -> ReceiptStatus:
    done = _("The money was returned")
    if order.reason == "not_received":
        return ReceiptStatus("bad", _NOT_RECEIVED, _ASK)
    refund = order.refunds.order_by("-pk").first()
    if refund is None or refund.state == Refund.State.DONE:
        return ReceiptStatus("quiet", done)
    if refund.state == Refund.State.BY_HAND:
        return ReceiptStatus("quiet", done, _by_hand(refund))
    if refund.trouble_since is not None:
        title = _("Not returned yet")
        return ReceiptStatus("waiting", title, _NOT_RETURNED, moving=True)
    title = _("The money is being returned")
    return ReceiptStatus("waiting", title, _ON_ITS_WAY, moving=True)


def returned_minor(order: PaymentOrder) -> int:
    """What went back to the payer: nothing of what never arrived."""
    return 0 if order.reason == "not_received" else order.refunded_minor


def _by_hand(refund: Refund) -> str:
    assert refund.done_at is not None
    how = _HOW[Refund.How(refund.how)]
    day = business_day(refund.done_at, refund.order.community.time_zone)
    return _("%(how)s on %(day)s. Call the office if you did not get it.") % {
        "how": how,
        "day": date_format(day, "DATE_FORMAT"),
    }


@dataclass(frozen=True)
class BillTold:
    """A bill as the payment keeps it, whatever became of the bill later, and whether it is paid now.
    ``part``: what of it the payment is for, where that is not all; ``part_settled``: it settled that."""

    bill: Bill
    lines: list[tuple[BillLine, str]]
    late_fee: str
    amount: str
    paid: bool
    part: str = ""
    part_settled: bool = False


def bills_told(order: PaymentOrder) -> list[BillTold]:
    kept = [Bill.model_validate(bill) for bill in order.bills]
    rows = BillRow.objects.filter(
        community=order.community, number__in=[b.number for b in kept], state=BillState.PAID
    )
    paid = set(rows.values_list("number", flat=True))
    told = [_bill(bill, bill.number in paid) for bill in kept]
    if not order.in_part:
        return told
    part = _money(order.allocated_minor or order.amount_minor, order)
    settled = order.allocated_minor > 0
    return [replace(one, part=part, part_settled=settled) for one in told]


def _money(minor: int, order: PaymentOrder) -> str:
    return Money(minor, order.currency).display(of_page())


def _bill(bill: Bill, paid: bool) -> BillTold:
    def shown(minor: int) -> str:
        return Money(minor, bill.currency).display(of_page())

    return BillTold(
        bill,
        [(line, shown(line.amount_minor)) for line in bill.lines],
        shown(bill.late_fee_minor) if bill.late_fee_minor else "",
        shown(bill.amount_minor),
        paid,
    )
