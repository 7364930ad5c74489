"""An explicit no: nothing was charged, and there is another way. It never says why a bank refused."""

from dataclasses import dataclass

from contract.messages import Method
from kiosk.core.model import Session
from kiosk.ui.layout_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.telling import amount, unit_and_payer
from kiosk.ui.widgets import statement  # noqa: F401
from kiosk.ui.words import say


@dataclass(frozen=True)
class DeclinedView:
    title: str
    body: str
    amount: str
    subtitle: str


def present(session: Session) -> DeclinedView:
    visit, language = session.visit, session.visit.language
    is_card = bool(visit.payment and visit.payment.method is Method.CARD)
    return DeclinedView(
        title=say(language, "declined.title_card" if is_card else "declined.title_code"),
        body=say(language, "declined.body" if is_card else "declined.body_code"),
        amount=amount(session),
        subtitle=unit_and_payer(language, session),
    )


class DeclinedScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
