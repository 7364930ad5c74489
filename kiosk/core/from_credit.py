"""Bills paid out of what the unit has prepaid: all that is chosen where that covers it, else a part,
whose rest is paid as any payment.

The server books it with its order, so the request itself takes the money: the payment is recorded as
asked for before it is sent, and no answer is not a no. A part is reserved there with the order. Nothing
of it is offered without the server. Pure.
"""

from contract.messages import BILLS_A_PAYMENT, Method, PaymentRecord
from kiosk.core import payment_code, payment_flow
from kiosk.core.capabilities import credit_covers, credit_part
from kiosk.core.events import Tapped
from kiosk.core.model import ALL_DUE, Action, Moment, Say, Screen, Session
from kiosk.core.step import Step, say, with_visit


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    """From the bills to what would be used, and from there to the payment. None: of another room."""
    match session.visit.screen, event.action:
        case Screen.BILLS, Action.USE_CREDIT if not session.visit.busy:
            return _shown(session, everything=event.value == ALL_DUE)
        case Screen.CREDIT, Action.USE_CREDIT:
            return _pay(session, moment)
        case Screen.METHOD, Action.USE_CREDIT:
            part = 0 if session.visit.from_credit else credit_part(session)
            return with_visit(session, from_credit=part), ()
    return None


def _shown(session: Session, *, everything: bool) -> Step:
    """What would be used, and what would be left, before anything is."""
    chosen = session
    if everything and session.visit.account is not None:
        numbers = tuple(bill.number for bill in session.visit.account.bills)
        chosen = with_visit(session, selected=numbers[:BILLS_A_PAYMENT])
    if not credit_covers(chosen):
        return session, ()
    return with_visit(chosen, screen=Screen.CREDIT, say=None), ()


def _pay(session: Session, moment: Moment) -> Step:
    if not session.lobby.recording:
        return say(session, Say.CANNOT_RECORD, Screen.ATTRACT), ()
    record = payment_flow.intended(session, Method.CREDIT, moment)
    if not isinstance(record, PaymentRecord):
        return (say(session, record, Screen.METHOD) if record else session), ()
    return payment_code.ask(session, record, Screen.PAYING_CREDIT, moment)
