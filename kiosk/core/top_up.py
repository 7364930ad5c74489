"""Credit is paid in: how much is chosen or typed, then paid by a channel or card like any payment. Only
with the server, which keeps the credit. Pure."""

from dataclasses import replace

from contract.messages import BILLS_A_PAYMENT
from kiosk.core import typed_amount
from kiosk.core.capabilities import offers
from kiosk.core.events import Tapped
from kiosk.core.model import Action, Moment, Screen, Session
from kiosk.core.step import Step, with_visit

CHOICES = (100, 200, 500, 1000)  # whole units of the currency


def offered(session: Session) -> bool:
    """Whether this unit can pay in credit here and now."""
    visit, lobby = session.visit, session.lobby
    if visit.account is None or visit.offline or lobby.config is None:
        return False
    possible = lobby.server_reachable and offers(lobby).in_order
    return possible and lobby.config.top_up_max_minor > 0


def choices(session: Session) -> tuple[int, ...]:
    """Whole units of the currency, none above what can be paid in at once."""
    return typed_amount.within(session, CHOICES, 1, most(session))


def most(session: Session) -> int:
    """Minor units that can be paid in at once."""
    config = session.lobby.config
    return config.top_up_max_minor if config else 0


def payable(session: Session) -> bool:
    return offered(session) and 0 < typed_amount.minor(session, session.visit.typed) <= most(
        session
    )


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    """None: of another room."""
    visit = session.visit
    opens = visit.screen in (Screen.BILLS, Screen.NOTHING_DUE) and not visit.busy
    if event.action is Action.TOP_UP and opens:
        if not offered(session):
            return session, ()
        begun = {"topping_up": True, "typed": "", "selected": (), "say": None}
        return with_visit(session, screen=Screen.TOP_UP, **begun), ()
    if visit.screen is not Screen.TOP_UP:
        return None
    among, may = choices(session), payable(session)
    return typed_amount.on_tapped(session, event, Action.TOP_UP, among, payable=may)


def left(session: Session) -> Session:
    """Back to where it was begun, with everything chosen that is due."""
    visit = session.visit
    bills = visit.account.bills if visit.account else []
    numbers = tuple(bill.number for bill in bills)
    screen = Screen.BILLS if bills or visit.waiting else Screen.NOTHING_DUE
    kept = replace(visit, topping_up=False, typed="", selected=numbers[:BILLS_A_PAYMENT])
    return replace(session, visit=replace(kept, screen=screen, say=None))
