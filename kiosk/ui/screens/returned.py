"""An earlier payment that settles no bill: its money goes back, or came too late and is credit now. It
looks as one that is not known yet does, and says what is known."""

from kiosk.core import earlier_payment
from kiosk.core.capabilities import offers
from kiosk.core.model import Say, Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount, of_paper, office
from kiosk.ui.screens.unknown import UnknownScreen, UnknownView, way_on


def present(session: Session) -> UnknownView:
    visit, language, payment = session.visit, session.visit.language, session.visit.payment
    what = earlier_payment.of_reversed(payment) if payment else Say.PAYMENT_REVERSED
    return UnknownView(
        title=say(language, f"message.{what.value}"),
        icon="returned",
        tone="plain",
        body=say(language, f"message.{what.value}_body"),
        code=payment.status_url if payment else "",
        reference=payment.reference if payment else "",
        amount=say(language, "unknown.amount", amount=amount(session)),
        told=of_paper(session),
        office=office(language, session),
        slip=offers(session.lobby).print and visit.say is not Say.PRINTING,
        next_words=say(language, way_on(session)),
    )


class ReturnedScreen(UnknownScreen):
    present = staticmethod(present)
