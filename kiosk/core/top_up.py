"""Credit is paid in: how much is chosen or typed, then paid by a channel or card like any payment. Only
with the server, which keeps the credit. Pure."""

from dataclasses import replace
from decimal import Decimal

from contract.messages import BILLS_A_PAYMENT
from contract.money import Money
from kiosk.core.capabilities import offers
from kiosk.core.events import Tapped
from kiosk.core.model import Action, Moment, Say, Screen, Session
from kiosk.core.step import Step, say, with_visit

CHOICES = (100, 200, 500, 1000)  # whole units of the currency
DIGITS_MAX = 6


def offered(session: Session) -> bool:
    """Whether this unit can pay in credit here and now."""
    visit, lobby = session.visit, session.lobby
    if visit.account is None or visit.offline or lobby.config is None:
        return False
    possible = lobby.server_reachable and offers(lobby).in_order
    return possible and lobby.config.top_up_max_minor > 0


def choices(session: Session) -> tuple[int, ...]:
    """Whole units of the currency, none above what can be paid in at once."""
    return tuple(major for major in CHOICES if 0 < _minor(session, str(major)) <= most(session))


def most(session: Session) -> int:
    """Minor units that can be paid in at once."""
    config = session.lobby.config
    return config.top_up_max_minor if config else 0


def payable(session: Session) -> bool:
    return offered(session) and 0 < _minor(session, session.visit.top_up) <= most(session)


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    """None: of another room."""
    visit = session.visit
    opens = visit.screen in (Screen.BILLS, Screen.NOTHING_DUE) and not visit.busy
    if event.action is Action.TOP_UP and opens:
        if not offered(session):
            return session, ()
        begun = {"topping_up": True, "top_up": "", "selected": (), "say": None}
        return with_visit(session, screen=Screen.TOP_UP, **begun), ()
    if visit.screen is not Screen.TOP_UP:
        return None
    match event.action:
        case Action.TOP_UP if event.value in map(str, choices(session)):
            return with_visit(session, top_up=event.value), ()
        case Action.DIGIT if event.value in set("0123456789") and len(visit.top_up) < DIGITS_MAX:
            return with_visit(session, top_up=(visit.top_up + event.value).lstrip("0")), ()
        case Action.BACKSPACE:
            return with_visit(session, top_up=visit.top_up[:-1]), ()
        case Action.CLEAR:
            return with_visit(session, top_up=""), ()
        case Action.PAY if payable(session) and not session.lobby.recording:
            return say(session, Say.CANNOT_RECORD, Screen.ATTRACT), ()
        case Action.PAY if payable(session):
            return with_visit(session, screen=Screen.METHOD), ()
    return None


def left(session: Session) -> Session:
    """Back to where it was begun, with everything chosen that is due."""
    visit = session.visit
    bills = visit.account.bills if visit.account else []
    numbers = tuple(bill.number for bill in bills)
    screen = Screen.BILLS if bills or visit.waiting else Screen.NOTHING_DUE
    kept = replace(visit, topping_up=False, top_up="", selected=numbers[:BILLS_A_PAYMENT])
    return replace(session, visit=replace(kept, screen=screen, say=None))


def _minor(session: Session, typed: str) -> int:
    account = session.visit.account
    if account is None or not typed:
        return 0
    return Money.of(Decimal(typed), account.currency).minor
