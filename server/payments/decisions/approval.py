"""Returning money by hand above somebody's limit: another person approves, and then it is booked. Nobody
hands out anything before."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from server.payments.decisions import refund_takeover
from server.payments.decisions.refusal import NotPossible
from server.payments.models import Refund
from server.staff.approvals import CannotBeDone, Kind, Run
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE = "return_money"


def _inquire(asked: Request, at: datetime) -> Run:
    """Asks the channel whether it went back there, and is going to book what it says to be left."""
    refund = _refund(asked)
    how, looked = _said(asked)
    try:
        tried = refund_takeover.ask_first(refund.refund_no, how, at, looked_at_channel=looked)
    except NotPossible as refused:
        raise _cannot(refused) from refused
    return lambda request, asker, now: _book(request, asker, now, tried)


def _return(asked: Request, asker: Person, at: datetime) -> None:
    """Only what was never tried: of anything else the channel has to be asked before."""
    _book(asked, asker, at, 0)


def _book(asked: Request, asker: Person, at: datetime, tried: int) -> None:
    """``details``: how (Refund.How), looked (at the channel's console). It counts as returned when it is
    approved. ``tried``: how often it had been sent when the channel was asked."""
    how, looked = _said(asked)
    try:
        refund_takeover.book(
            _refund(asked).refund_no,
            asker,
            asked.reason,
            at,
            how=how,
            returned_at=at,
            looked_at_channel=looked,
            tried=tried,
        )
    except NotPossible as refused:
        raise _cannot(refused) from refused


def _refund(asked: Request) -> Refund:
    refund = Refund.objects.filter(refund_no=asked.subject, community=asked.community_id).first()
    if refund is None or refund.amount_minor != asked.amount_minor:
        raise CannotBeDone(_("There is no such refund"), ended=True)
    return refund


def _said(asked: Request) -> tuple[Refund.How, bool]:
    return Refund.How(asked.details["how"]), bool(asked.details["looked"])


def _cannot(refused: NotPossible) -> CannotBeDone:
    return CannotBeDone(refused.text, ended=refused.code == "ended")


RETURN = Kind(_("Return money by hand"), Deed.RETURN_MONEY, _return, inquire=_inquire)
