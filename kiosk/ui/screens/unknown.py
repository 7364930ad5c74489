"""Not known yet whether money moved: says so, promises only what is certain, shows how to follow it."""

from dataclasses import dataclass

from contract.messages import Method
from kiosk.core import earlier_payment
from kiosk.core.capabilities import offers
from kiosk.core.model import Say, Screen, Session
from kiosk.core.payment_flow import LINE_DOWN
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount, of_paper, office
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes, statement  # noqa: F401


@dataclass(frozen=True)
class UnknownView:
    title: str
    icon: str
    tone: str
    body: str
    code: str
    reference: str
    amount: str
    told: str
    office: str
    slip: bool
    next_words: str


_NO_WORD = ("starting", "silent")  # of the card reader: no card was asked for


def present(session: Session) -> UnknownView:
    visit, language, payment = session.visit, session.visit.language, session.visit.payment
    is_card = bool(payment and payment.method is Method.CARD)
    why = "unknown.body_card" if is_card else "unknown.body_code"
    if is_card and visit.card.kind in _NO_WORD:
        why = "unknown.body_silent"
    if payment and payment.method is Method.CREDIT:
        why = "unknown.body_credit"
    if payment and payment.reason == LINE_DOWN:
        why = "unknown.body_line"
    promise = "unknown.promise_top_up" if payment and payment.top_up else "unknown.promise"
    if payment and payment.credit_minor:
        promise = "unknown.promise_part"
    body = say(language, why if session.lobby.recording else "unknown.body_recording")
    return UnknownView(
        title=say(language, "unknown.title"),
        icon="waiting",
        tone="attention",
        body=f"{body}\n{say(language, promise)}",
        code=payment.status_url if payment else "",
        reference=payment.reference if payment else "",
        amount=say(language, "unknown.amount", amount=amount(session)),
        told=of_paper(session),
        office=office(language, session),
        slip=offers(session.lobby).print and visit.say is not Say.PRINTING,
        next_words=say(language, way_on(session)),
    )


def way_on(session: Session) -> str:
    """The id of what the one main button says."""
    if not session.visit.looking:
        return "common.understood"
    bills = earlier_payment.back_to(session) is Screen.BILLS
    return "message.to_bills" if bills else "common.back"


class UnknownScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
