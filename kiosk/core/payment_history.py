"""What the unit has paid: looked up with a proof, listed, one looked at, its receipt printed again, an
invoice asked for of it. Nothing of it outlives the visit. Pure."""

from dataclasses import replace
from typing import Any

from contract.messages import ErrorCode
from contract.payment_history import EarlierPayment
from kiosk.core import invoicing
from kiosk.core.asking import Asking, Invoice, Purpose
from kiosk.core.capabilities import offers
from kiosk.core.effects import FindPayments, PrintEarlier, Sound
from kiosk.core.events import OFFLINE, PaymentsSeen, Tapped
from kiosk.core.model import PHONE, Action, Moment, Say, Screen, Session
from kiosk.core.step import Step, say, with_visit

FROM_BILLS = (Screen.BILLS, Screen.NOTHING_DUE)
_SAY_OF_FAILURE: dict[str, Say] = {
    ErrorCode.UNIT_NOT_FOUND: Say.UNIT_NOT_FOUND,
    ErrorCode.RATE_LIMITED: Say.TOO_MANY_TRIES,
    ErrorCode.NO_PHONE: Say.PAYMENTS_NO_PHONE,
    OFFLINE: Say.PAYMENTS_AWAY,
}
_NO_PAPER: dict[str, Any] = {
    "say": None,
    "paper_jobs": (),
    "paper_trouble": "",
    "paper_begun": False,
    "receipt_done": False,
}


def there(session: Session) -> bool:
    """The server tells it, though perhaps not at this moment."""
    config = session.lobby.config
    return config is not None and config.payment_history


def offered(session: Session) -> bool:
    return there(session) and session.lobby.server_reachable


def wanted(session: Session) -> bool:
    """The unit is looked for to see its payments."""
    return session.visit.asking.purpose is Purpose.PAYMENTS


def begun() -> Asking:
    return Asking(purpose=Purpose.PAYMENTS)


def away(session: Session) -> Step:
    return say(session, Say.PAYMENTS_AWAY, session.visit.screen), (Sound("attention"),)


def looked_up(session: Session, unit: str, *, phone: str = "", token: str = "") -> Step:
    """Asks the server. Where nothing was typed for it, the list's own screen says that it waits."""
    visit = session.visit
    screen = visit.screen if visit.screen is Screen.VERIFY else Screen.PAYMENTS
    session = with_visit(session, screen=screen, busy=True, say=None, number=visit.number + 1)
    return session, (FindPayments(session.visit.number, unit, phone, token),)


def on_seen(session: Session, event: PaymentsSeen, moment: Moment) -> Step:
    visit = session.visit
    if event.visit != visit.number or not visit.busy or not wanted(session):
        return session, ()
    if event.history is not None:
        entry = replace(visit.entry, phone="")
        asking = replace(visit.asking, history=event.history, payment="")
        return with_visit(
            session, screen=Screen.PAYMENTS, busy=False, entry=entry, asking=asking, bill_token=""
        ), ()
    if event.code in (ErrorCode.SECOND_FACTOR_WRONG, ErrorCode.SECOND_FACTOR_NEEDED):
        by_bill = visit.screen is not Screen.VERIFY
        entry = replace(visit.entry, phone="", active=PHONE)
        told = Say.PAYMENTS_OTHER_BILL if by_bill and visit.bill_token else Say.PHONE_WRONG
        return with_visit(
            session, screen=Screen.VERIFY, busy=False, entry=entry, say=told, bill_token=""
        ), (Sound("attention"),)
    told = _SAY_OF_FAILURE.get(event.code, Say.PAYMENTS_AWAY)
    session = with_visit(session, entry=replace(visit.entry, phone=""), bill_token="")
    return say(session, told, _before(session)), (Sound("attention"),)


def _before(session: Session) -> Screen:
    """From where it is left: whose bills were read comes back to them by the other services."""
    return Screen.SERVICES if session.visit.of_unit is not None else Screen.IDENTIFY


def payment(session: Session) -> EarlierPayment | None:
    """The one that is looked at."""
    asking = session.visit.asking
    payments = asking.history.payments if asking.history else []
    return next((one for one in payments if one.payment_id == asking.payment), None)


def on_list(session: Session, event: Tapped, moment: Moment) -> Step | None:
    asking = session.visit.asking
    known = {one.payment_id for one in asking.history.payments} if asking.history else set()
    if event.action is not Action.PAYMENT or event.value not in known:
        return None
    asking = replace(asking, payment=event.value)
    return with_visit(session, screen=Screen.PAYMENT, asking=asking, **_NO_PAPER), ()


def may_print(session: Session) -> bool:
    visit, one = session.visit, payment(session)
    used_up = visit.say is Say.NOT_PRINTED and visit.paper_trouble == "copies"
    possible = offers(session.lobby).print and session.lobby.recording
    return one is not None and possible and visit.say is not Say.PRINTING and not used_up


def may_phone(session: Session) -> bool:
    one = payment(session)
    return one is not None and bool(one.status_url)


def may_invoice(session: Session) -> bool:
    one = payment(session)
    return one is not None and one.invoice and invoicing.offered(session)


def on_one(session: Session, event: Tapped, moment: Moment) -> Step | None:
    visit, one = session.visit, payment(session)
    if one is None or visit.asking.history is None:
        return None
    if event.action is Action.REPRINT and may_print(session):
        jobs = (*visit.paper_jobs, moment.payment_id)
        wish = PrintEarlier(one, visit.asking.history.label, visit.language, moment.payment_id)
        session = _printed(session, one.payment_id, 1)
        return with_visit(session, say=Say.PRINTING, paper_jobs=jobs), (wish,)
    if event.action is Action.PHONE and may_phone(session):
        return with_visit(session, screen=Screen.RECEIPT_PHONE, **_NO_PAPER), ()
    if event.action is Action.INVOICE and may_invoice(session):
        return _to_invoice(session, one), ()
    return None


def did_not_come(session: Session, payment_id: str) -> Session:
    """Paper of it: it counts as little as if it had not been asked for."""
    return _printed(session, payment_id, -1)


def _printed(session: Session, payment_id: str, more: int) -> Session:
    """What is asked for counts before it has come: the server knew nothing of this visit."""
    asking = session.visit.asking
    if asking.history is None:
        return session
    payments = [
        one.model_copy(update={"printed": max(0, one.printed + more)})
        if one.payment_id == payment_id
        else one
        for one in asking.history.payments
    ]
    history = asking.history.model_copy(update={"payments": payments})
    return with_visit(session, asking=replace(asking, history=history))


def _to_invoice(session: Session, one: EarlierPayment) -> Session:
    asking = session.visit.asking
    assert asking.history is not None, "the payment is of it"
    invoice = Invoice(
        reference=one.number,
        unit=asking.history.unit,
        label=asking.history.label,
        minor=one.left_minor,
        currency=one.currency,
        paid_at=one.paid_at,
    )
    asking = replace(asking, purpose=Purpose.INVOICE, kind="invoice", invoice=invoice)
    return with_visit(session, screen=Screen.INVOICE, asking=asking, **_NO_PAPER)


def back(session: Session) -> Session | None:
    """One screen back from one of these, and from an invoice of one of them; else None."""
    visit, asking = session.visit, session.visit.asking
    match visit.screen:
        case Screen.PAYMENTS:
            goal, asking = Screen.SERVICES, Asking()
        case Screen.VERIFY | Screen.MESSAGE if _to_bills(session):
            goal, asking = Screen.SERVICES, Asking()
        case Screen.PAYMENT:
            goal, asking = Screen.PAYMENTS, replace(asking, payment="")
        case Screen.RECEIPT_PHONE if payment(session) is not None:
            goal = Screen.PAYMENT
        case Screen.INVOICE if asking.history is not None:
            goal = Screen.PAYMENT
            asking = replace(begun(), history=asking.history, payment=asking.payment)
        case _:
            return None
    session = with_visit(session, entry=replace(visit.entry, phone=""))
    if visit.busy:
        session = with_visit(session, number=visit.number + 1, busy=False, bill_token="")
    return with_visit(session, screen=goal, asking=asking, **_NO_PAPER)


def _to_bills(session: Session) -> bool:
    visit = session.visit
    leaves = visit.screen is Screen.VERIFY or visit.back_to is Screen.SERVICES
    return leaves and wanted(session) and visit.of_unit is not None
