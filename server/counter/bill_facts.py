"""What is known of one bill, as its page for staff draws it. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contract.business_day import local_time
from contract.messages import BillLine
from contract.money import Money, sign
from server.billing import waiver_approval, waiving
from server.billing.amounts import late_fee_of, open_minor, paid_minor, terms_of
from server.billing.leases import holders
from server.billing.models import Bill, BillState, BillWaiver, CreditMove
from server.billing.unit_accounts import lines_of
from server.language import chosen, of_page
from server.payments.models import PaymentOrder
from server.staff import scope
from server.staff.models import Request
from server.staff.roles import Area, Deed

_OPEN = (BillState.OPEN, BillState.WAIVED)


@dataclass(frozen=True)
class Choice:
    """Something that can be waived: ``what`` as in ``waiving.Wish``, and how much of it there is."""

    what: str
    name: str
    left: str


@dataclass(frozen=True)
class WaiverShown:
    row: BillWaiver
    name: str
    amount: str
    at: str
    ended_at: str
    waiting: bool  # somebody asked to take it back
    may_take_back: bool


@dataclass(frozen=True)
class Paid:
    """A payment that settled the bill, or did until it went back."""

    name: str
    link: str
    amount: str
    day: date
    undone: bool


@dataclass(frozen=True)
class BillFacts:
    """``held``: a payment whose end is not known may have paid it."""

    bill: Bill
    amount: str
    owed: str
    late_fee: str
    waived: str
    paid: str
    held: bool
    overdue: bool
    lines: list[tuple[BillLine, str]]
    waivers: list[WaiverShown]
    choices: list[Choice]
    waiting: list[Request]
    payments: list[Paid] | None

    @property
    def sign(self) -> str:
        return sign(self.bill.currency, of_page())


def facts_of(bill: Bill, user: Any, today: date) -> BillFacts:
    """Of a bill that the person may look at. ``choices`` is empty where nothing can be asked for."""
    terms = terms_of(bill.community_id)
    waived = bill.waived_minor + bill.late_fee_waived_minor
    late_fee = late_fee_of(bill, today, terms)
    waiting = _waiting(bill)
    sees_payments = scope.within(scope.sees(user, Area.PAYMENTS), bill.community_id)
    may = scope.may(user, Deed.WAIVE, bill.community_id)
    return BillFacts(
        bill,
        amount=_money(bill.amount_minor, bill),
        owed=_money(open_minor(bill, today, terms), bill),
        late_fee=_money(late_fee, bill) if late_fee else "",
        waived=_money(waived, bill) if waived else "",
        paid=_money(paid_minor(bill), bill) if bill.state == BillState.PAID else "",
        held=bool(holders(bill)),
        overdue=bill.state == BillState.OPEN and bill.due < today,
        lines=[(line, _money(line.amount_minor, bill)) for line in lines_of(bill)],
        waivers=_waivers(bill, may, {asked.subject for asked in waiting}),
        choices=_choices(bill, today) if may and bill.state == BillState.OPEN else [],
        waiting=waiting,
        payments=_payments(bill) if sees_payments else None,
    )


def _waivers(bill: Bill, may: bool, asked: set[str]) -> list[WaiverShown]:
    may = may and bill.state in _OPEN
    zone = bill.community.time_zone
    return [
        WaiverShown(
            row,
            waiver_approval.what_name(bill.number, row.fee_item.code if row.fee_item else row.of),
            _money(row.amount_minor, bill) if row.amount_minor else "",
            _at(row.granted_at, zone),
            _at(row.ended_at, zone),
            row.reference in asked,
            may and row.ended_at is None and row.reference not in asked,
        )
        for row in bill.waivers.select_related("fee_item", "bill").order_by("pk")
    ]


def _choices(bill: Bill, today: date) -> list[Choice]:
    items = {line.fee_item.code: line.fee_item for line in bill.lines.select_related("fee_item")}
    named = [(code, chosen(item.name)) for code, item in items.items()]
    if len(named) > 1:
        named.append((waiving.BILL, str(BillWaiver.Of.BILL.label)))
    found = []
    for what, name in named:
        left = waiving.left_minor(bill, what, today)
        if left > 0:
            found.append(Choice(what, name, _money(left, bill)))
    if terms_of(bill.community_id) is not None and not bill.no_late_fee:
        left = waiving.left_minor(bill, waiving.LATE_FEE, today)
        found.append(
            Choice(waiving.LATE_FEE, str(BillWaiver.Of.LATE_FEE.label), _money(left, bill))
        )
    return found


def _waiting(bill: Bill) -> list[Request]:
    """What was asked for about the bill and nobody has decided yet."""
    kinds = (waiver_approval.CODE, waiver_approval.BACK_CODE, "void_bill", "reissue_bill")
    rows = Request.objects.filter(
        community=bill.community_id, kind__in=kinds, state=Request.State.OPEN
    )
    return [row for row in rows if row.subject.partition(":")[0] == bill.number]


def _payments(bill: Bill) -> list[Paid]:
    """By a payment at a kiosk, or out of the unit's credit."""
    rows = list(bill.allocations.order_by("pk"))
    ids = [row.payment_id for row in rows]
    by: dict[str, Any] = {o.payment_id: o for o in PaymentOrder.objects.filter(payment_id__in=ids)}
    by |= {move.key: move for move in CreditMove.objects.filter(key__in=ids)}
    found = []
    for row in rows:
        known, amount = by.get(row.payment_id), _money(row.amount_minor, bill)
        name, link = (str(known), known.get_absolute_url()) if known else ("", "")
        found.append(Paid(name, link, amount, row.allocated_on, row.undone))
    return found


def _money(minor: int, bill: Bill) -> str:
    return Money(minor, bill.currency).display(of_page())


def _at(when: datetime | None, zone: str) -> str:
    return f"{local_time(when, zone):%Y-%m-%d %H:%M}" if when else ""
