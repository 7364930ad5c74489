"""Voiding a bill above somebody's limit: another person approves, and then it is voided."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from server.billing.leases import BillLeased, BillNotOpen
from server.billing.models import Bill
from server.billing.voiding import void_by
from server.staff.approvals import CannotBeDone, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE = "void_bill"


def _void(asked: Request, asker: Person, at: datetime) -> None:
    bill = Bill.objects.filter(community=asked.community_id, number=asked.subject).first()
    if bill is None:
        raise CannotBeDone(_("There is no such bill"), ended=True)
    try:
        void_by(asker, bill, asked.reason, at=at)
    except BillNotOpen as error:
        ended = _("This bill was paid or voided in the meantime")
        raise CannotBeDone(ended, ended=True) from error
    except BillLeased as error:
        unclear = _("This bill may be paid already; it stays until that is known")
        raise CannotBeDone(unclear, ended=False) from error


VOID = Kind(_("Void a bill"), Deed.VOID_BILL, _void)
