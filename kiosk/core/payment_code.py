"""Payment by the code on the resident's phone: the kiosk reads it, and the server charges it once.

The request itself takes the money, so the payment is recorded as asked for before it is sent. A code is
tried once; no answer is not a no; the code is in no record, and forgotten with the step that sends it.
"""

import hashlib

from contract.lifecycle import Fact
from contract.messages import ErrorCode, Method, PaymentRecord, PaymentState
from contract.methods import by_payment_code
from contract.scan_kind import classify
from kiosk.core import outcome, payment_flow
from kiosk.core.effects import CancelOrder, FollowOrder, MakeOrder, Record, Sound
from kiosk.core.events import NIGHT_LIMIT, OFFLINE, OrderFailed, OrderMade, OrderSeen, Scanned
from kiosk.core.model import Moment, Say, Screen, Session
from kiosk.core.payment import apply_fact
from kiosk.core.step import Step, say, with_visit

ANSWER_WITHIN_S = 90  # the server ends the order after a minute; then the kiosk asks for its end

# What the server says before it asks a channel, so that certainly nothing was charged.
_NOTHING_CHARGED = (
    ErrorCode.BILL_PAID,
    ErrorCode.BILL_LEASED,
    ErrorCode.AMOUNT_CHANGED,
    ErrorCode.CREDIT_TOO_LITTLE,
    ErrorCode.NOT_FOUND,
    ErrorCode.UNIT_NOT_FOUND,
    ErrorCode.BAD_REQUEST,
    ErrorCode.SIMULATED_MONEY,
    ErrorCode.CHANNEL_UNAVAILABLE,
    NIGHT_LIMIT,
)


def welcome(session: Session) -> bool:
    """Whether a phone held to the scanner now means "take it from here"."""
    visit, config = session.visit, session.lobby.config
    if config is None or not config.payment_codes or visit.account is None:
        return False
    match visit.screen:
        case Screen.METHOD | Screen.DECLINED:
            return True
        case Screen.MESSAGE:
            return visit.back_to is Screen.METHOD
        case Screen.PAYING_QR:
            return bool(visit.code_url) and not visit.cancelling
    return False


def on_scanned(session: Session, event: Scanned, moment: Moment) -> Step | None:
    """None: it is no business of this room."""
    visit = session.visit
    if by_payment_code(event.code.kind) is None:
        if visit.screen is Screen.METHOD:
            return say(session, Say.CODE_NOT_FOR_PAYING, Screen.METHOD), (Sound("attention"),)
        return (session, ()) if visit.screen in (Screen.PAYING_QR, Screen.DECLINED) else None
    if _mark(event.text) in visit.codes_tried:
        if visit.screen is Screen.METHOD:
            return say(session, Say.CODE_USED, Screen.METHOD), (Sound("attention"),)
        return session, ()
    if visit.screen is Screen.PAYING_QR:
        return payment_flow.cancel(with_visit(session, next_code=event.text), Screen.METHOD)
    return _charge(session, event.text, moment)


def go_on(session: Session, moment: Moment) -> Step:
    """When the order on the screen has ended unpaid, the phone is charged; else its code is forgotten."""
    code, visit = session.visit.next_code, session.visit
    if not code or visit.cancelling:
        return session, ()
    session = with_visit(session, next_code="")
    if visit.screen is not Screen.METHOD or visit.payment is not None:
        return session, ()
    return _charge(session, code, moment)


def _mark(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _charge(session: Session, code: str, moment: Moment) -> Step:
    method = by_payment_code(classify(code).kind)
    config = session.lobby.config
    if method is None or config is None or method not in config.payment_codes:
        return say(session, Say.NO_METHOD, Screen.METHOD), (Sound("attention"),)
    record = payment_flow.intended(session, method, moment)
    if not isinstance(record, PaymentRecord):
        return (say(session, record, Screen.METHOD) if record else session), ()
    record = record.model_copy(update={"with_payment_code": True})
    tried = (*session.visit.codes_tried, _mark(code))
    session = with_visit(session, codes_tried=tried)
    session, effects = ask(session, record, Screen.PAYING_CODE, moment, code)
    return session, (*effects, Sound("read"))


def ask(
    session: Session, record: PaymentRecord, screen: Screen, moment: Moment, code: str = ""
) -> Step:
    """Sends a request that takes the money: its payment is recorded as asked for before."""
    asked = apply_fact(record, Fact.SUBMITTED, moment.wall)
    assert asked is not None
    session = with_visit(
        session,
        screen=screen,
        payment=asked,
        code_url="",
        out_of_sight=False,
        code_expires=moment.monotonic + ANSWER_WITHIN_S,
        cancelling=False,
        receipt_done=False,
        paper_begun=False,
        say=None,
    )
    return session, (Record(record), Record(asked), MakeOrder(asked, code))


def _awaited(session: Session, payment_id: str) -> PaymentRecord | None:
    record = session.visit.payment
    if record is None or record.payment_id != payment_id:
        return None
    return record if record.state is PaymentState.PENDING else None


def takes_by_asking(record: PaymentRecord) -> bool:
    """Whether the request for its order takes the money, so that this room hears the answer."""
    return record.with_payment_code or record.method is Method.CREDIT


def on_order_made(session: Session, event: OrderMade, moment: Moment) -> Step:
    """The server has it: paid, refused, or waiting for the resident's password."""
    view = event.view
    if _awaited(session, view.payment_id) is None:
        return session, ()
    if view.state.final:
        return payment_flow.on_order_seen(session, OrderSeen(view), moment)
    if session.visit.cancelling:
        return session, (CancelOrder(view.payment_id, view.reference),)
    return session, (FollowOrder(view.payment_id, view.reference, view.version),)


def on_order_failed(session: Session, event: OrderFailed, moment: Moment) -> Step:
    """Only a refusal that comes before the charge is a no; anything else is looked into."""
    if _awaited(session, event.payment_id) is None:
        return session, ()
    if event.code not in _NOTHING_CHARGED:
        reason = "no_answer" if event.code == OFFLINE else "not_understood"
        return outcome.lost(session, moment, event.payment_id, reason)
    if session.visit.cancelling:
        return outcome.cancelled(session, moment, "resident")
    return payment_flow.refused(session, moment, str(event.code))
