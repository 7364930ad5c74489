"""How satisfied whoever paid was: one touch after paying, if they like. It is counted with nothing of
theirs, and stands in the way of nothing. Pure."""

from contract.day_tally import Vote
from contract.messages import PaymentState
from kiosk.core.events import Tapped
from kiosk.core.model import Action, Moment, Screen, Session
from kiosk.core.step import Step, with_visit

_BY_VALUE = {str(vote.value): vote for vote in Vote}


def asked(session: Session) -> bool:
    """Whether the resident can say so now: the payment is theirs and taken, and they have not yet."""
    visit = session.visit
    taken = visit.payment is not None and visit.payment.state is PaymentState.APPROVED
    return visit.screen is Screen.PAID and taken and not visit.looking and visit.vote is None


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    vote = _BY_VALUE.get(event.value)
    if event.action is not Action.VOTE or vote is None or not asked(session):
        return None
    return with_visit(session, vote=vote), ()
