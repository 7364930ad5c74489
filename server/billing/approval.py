"""Voiding a bill above somebody's limit, or making it anew: another person approves, then it is done."""

from collections.abc import Callable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contract.business_day import business_day
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.models import Bill
from server.billing.reissue import CannotBeIssued, reissue_by
from server.billing.voiding import void_by
from server.staff.approvals import CannotBeDone, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE, REISSUE_CODE = "void_bill", "reissue_bill"


def _void(asked: Request, asker: Person, at: datetime) -> None:
    _do(asked, lambda bill: void_by(asker, bill, asked.reason, at=at))


def _reissue(asked: Request, asker: Person, at: datetime) -> None:
    def anew(bill: Bill) -> None:
        today = business_day(at, bill.community.time_zone)
        reissue_by(asker, bill, asked.reason, today=today, at=at)

    try:
        _do(asked, anew)
    except CannotBeIssued as error:
        raise CannotBeDone(_("There can be no new bill now"), ended=False) from error


def _do(asked: Request, act: Callable[[Bill], object]) -> None:
    """Raises CannotBeDone, and what the act alone raises."""
    bills = Bill.objects.select_related("community")
    bill = bills.filter(community=asked.community_id, number=asked.subject).first()
    if bill is None:
        raise CannotBeDone(_("There is no such bill"), ended=True)
    try:
        act(bill)
    except BillNotOpen as error:
        ended = _("This bill was paid or voided in the meantime")
        raise CannotBeDone(ended, ended=True) from error
    except BillLeased as error:
        unclear = _("This bill may be paid already; it stays until that is known")
        raise CannotBeDone(unclear, ended=False) from error


def _page(asked: Request) -> str:
    return reverse("bill_page_of_staff", args=[asked.subject])


REISSUE = Kind(_("Make a bill anew"), Deed.RUN_BILLS, _reissue, link=_page)
VOID = Kind(_("Void a bill"), Deed.VOID_BILL, _void, link=_page)
