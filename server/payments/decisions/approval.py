"""Returning money by hand above somebody's limit: another person approves, and then it is booked. Nobody
hands out anything before."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from server.payments.decisions.refund_takeover import returned_by_hand
from server.payments.decisions.refusal import NotPossible
from server.payments.models import Refund
from server.staff.approvals import CannotBeDone, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE = "return_money"


def _return(asked: Request, asker: Person, at: datetime) -> None:
    """``details``: how (Refund.How), looked (at the channel's console). It counts as returned when it is
    approved."""
    refund = Refund.objects.filter(refund_no=asked.subject, community=asked.community_id).first()
    if refund is None or refund.amount_minor != asked.amount_minor:
        raise CannotBeDone(_("There is no such refund"), ended=True)
    how, looked = Refund.How(asked.details["how"]), bool(asked.details["looked"])
    try:
        returned_by_hand(asked.subject, asker, asked.reason, at, how=how, looked_at_channel=looked)
    except NotPossible as refused:
        raise CannotBeDone(refused.text, ended=refused.code == "ended") from refused


RETURN = Kind(_("Return money by hand"), Deed.RETURN_MONEY, _return)
