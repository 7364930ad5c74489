"""A part of one bill is paid, where the server says that it may be: how much is chosen or typed, then
paid by a channel or card like any payment. Only with the server, which divides the bill. Pure."""

from dataclasses import replace

from contract.messages import BILLS_A_PAYMENT, Bill
from kiosk.core import typed_amount
from kiosk.core.capabilities import offers
from kiosk.core.events import Tapped
from kiosk.core.model import Action, Moment, Screen, Session
from kiosk.core.step import Step, with_visit

CHOICES = (50, 100, 200, 300, 500, 1000, 2000, 5000)  # whole units of the currency
CHOICES_MAX = 4


def offered(session: Session) -> Bill | None:
    """The oldest of the chosen bills of which a part can be paid here and now."""
    visit, lobby = session.visit, session.lobby
    if visit.offline or not lobby.server_reachable or not offers(lobby).in_order:
        return None
    return next((bill for bill in visit.selected_bills if bill.part_min_minor), None)


def bounds(session: Session) -> tuple[int, int]:
    """The smallest and the largest part of the bill, in minor units."""
    bill = offered(session)
    least = bill.part_min_minor if bill else 0
    return least, bill.amount_minor - least if bill else 0


def choices(session: Session) -> tuple[int, ...]:
    """The largest few in whole units of the currency that are parts of the bill."""
    return typed_amount.within(session, CHOICES, *bounds(session))[-CHOICES_MAX:]


def payable(session: Session) -> bool:
    least, most = bounds(session)
    return 0 < least <= typed_amount.minor(session, session.visit.typed) <= most


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    """None: of another room."""
    visit = session.visit
    if event.action is Action.PART and visit.screen is Screen.BILLS and not visit.busy:
        bill = offered(session)
        if bill is None:
            return session, ()
        begun = {"in_part": True, "typed": "", "selected": (bill.number,), "say": None}
        return with_visit(session, screen=Screen.PART, **begun), ()
    if visit.screen is not Screen.PART:
        return None
    among, may = choices(session), payable(session)
    return typed_amount.on_tapped(session, event, Action.PART, among, payable=may)


def left(session: Session) -> Session:
    """Back to the bills: all that is due is chosen, or the one that was held to the scanner."""
    visit = session.visit
    bills = visit.account.bills if visit.account else []
    every = tuple(bill.number for bill in bills)[:BILLS_A_PAYMENT]
    chosen = visit.selected if visit.bill_token else every
    kept = replace(visit, in_part=False, typed="", selected=chosen)
    return replace(session, visit=replace(kept, screen=Screen.BILLS, say=None))
