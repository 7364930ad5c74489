"""Waiving above somebody's limit, and taking a waiver back: another person approves, then it is done.

A request names the bill it was asked for: a bill that took its place was not asked about.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.business_day import business_day
from contract.money import Money
from server.billing import closing
from server.billing.amounts import open_minor, terms_of
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.models import Bill, BillState, BillWaiver, FeeItem
from server.billing.waiving import (
    LATE_FEE,
    NothingToWaive,
    WaiverEnded,
    Wish,
    left_minor,
    take_back_by,
    waive_by,
    weight_minor,
)
from server.language import chosen, of_page
from server.staff import approvals, people
from server.staff.approvals import CannotBeDone, Change, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE, BACK_CODE = "waive", "unwaive"


def waive(user: Any, bill: Bill, wish: Wish, reason: str, at: datetime) -> Request | None:
    """Waives, or asks for it where the person may not do so much alone: then the request. Raises as
    ``waive_by``; a held bill can be asked about, and waits."""
    today = business_day(at, bill.community.time_zone)
    weight = weight_minor(bill, wish, today)
    before = bill.waived_minor + bill.late_fee_waived_minor  # many small ones are one
    with transaction.atomic():
        if closing.take_alone(user, CODE, bill, weight, at, before_minor=before):
            waive_by(people.of(user), bill, wish, reason, today=today, at=at)
            return None
    if bill.state != BillState.OPEN:
        raise BillNotOpen(bill)
    left = left_minor(bill, wish.what, today)
    if weight <= 0 or (wish.amount_minor or 0) > left:
        raise NothingToWaive(left)
    shown = open_minor(bill, today, terms_of(bill.community_id))
    details = {"what": wish.what, "amount_minor": wish.amount_minor, "open_minor": shown}
    values = (f"{bill.number}:{wish.what}", weight, bill.currency, reason, at)
    return approvals.ask(user, CODE, bill.community_id, *values, details=details)


def take_back(user: Any, waiver: BillWaiver, reason: str, at: datetime) -> Request | None:
    """Asks another person to take a waiver back; done at once by the company's own alone. Raises as
    ``take_back_by``."""
    bill = waiver.bill
    if waiver.ended_at is not None:
        raise WaiverEnded
    if not approvals.needs_another(user, BACK_CODE, bill.community_id, waiver.amount_minor):
        today = business_day(at, bill.community.time_zone)
        take_back_by(people.of(user), waiver, reason, today=today, at=at)
        return None
    if bill.state not in (BillState.OPEN, BillState.WAIVED):
        raise BillNotOpen(bill)
    values = (waiver.reference, waiver.amount_minor, bill.currency, reason, at)
    return approvals.ask(user, BACK_CODE, bill.community_id, *values)


def what_name(bill_number: str, what: str) -> str:
    """ "bill", "late_fee" or a fee item's code, in the language of the page."""
    if what in (BillWaiver.Of.BILL, BillWaiver.Of.LATE_FEE):
        return str(BillWaiver.Of(what).label)
    item = FeeItem.objects.filter(code=what, community__bills__number=bill_number).first()
    return chosen(item.name) if item else what


def _waive(asked: Request, asker: Person, at: datetime) -> None:
    bill = _bill(asked, asked.subject.partition(":")[0])
    wish = Wish(asked.details["what"], asked.details["amount_minor"])
    today = business_day(at, bill.community.time_zone)
    try:
        waive_by(asker, bill, wish, asked.reason, today=today, at=at)
    except NothingToWaive as error:
        raise CannotBeDone(_("There is not so much to be waived any more"), ended=True) from error
    except BillNotOpen as error:
        raise CannotBeDone(_("This bill was paid or voided in the meantime"), ended=True) from error
    except BillLeased as error:
        raise _may_be_paid() from error


def _take_back(asked: Request, asker: Person, at: datetime) -> None:
    number, _colon, key = asked.subject.partition(":")
    bill = _bill(asked, number)
    waiver = bill.waivers.select_related("bill").filter(pk=int(key)).first()
    today = business_day(at, bill.community.time_zone)
    try:
        if waiver is None:
            raise WaiverEnded
        take_back_by(asker, waiver, asked.reason, today=today, at=at)
    except (WaiverEnded, BillNotOpen) as error:
        ended = _("The waiver has ended, or the bill was paid or voided in the meantime")
        raise CannotBeDone(ended, ended=True) from error
    except BillLeased as error:
        raise _may_be_paid() from error


def _bill(asked: Request, number: str) -> Bill:
    bills = Bill.objects.select_related("community")
    bill = bills.filter(community=asked.community_id, number=number).first()
    if bill is None:
        raise CannotBeDone(_("There is no such bill"), ended=True)
    return bill


def _may_be_paid() -> CannotBeDone:
    return CannotBeDone(
        _("This bill may be paid already; it waits until that is known"), ended=False
    )


def _changes(asked: Request) -> Sequence[Change]:
    def money(minor: int) -> str:
        return Money(minor, asked.currency).display(of_page())

    number, what = asked.subject.split(":", 1)
    before, part = asked.details["open_minor"], asked.details["amount_minor"]
    name = what_name(number, what)
    if what == LATE_FEE and part is None:
        return [Change(name, _("grows until it is paid"), _("none any more"))]
    after = before - (asked.amount_minor if part is None else part)
    return [Change(name), Change(_("Still owed"), money(before), money(max(0, after)))]


def _taken_back(asked: Request) -> Sequence[Change]:
    shown = Money(asked.amount_minor, asked.currency).display(of_page())
    return [Change(_("Waived"), shown, Money(0, asked.currency).display(of_page()))]


def _page(asked: Request) -> str:
    return reverse("bill_page_of_staff", args=[asked.subject.partition(":")[0]])


WAIVE = Kind(gettext_lazy("Waive"), Deed.WAIVE, _waive, _changes, _page)
TAKE_BACK = Kind(
    gettext_lazy("Take a waiver back"), Deed.WAIVE, _take_back, _taken_back, _page, always=True
)
