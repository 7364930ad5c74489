"""An explicit no, and another way. Nothing was charged, unless it ended by a reversal: then what was
charged before goes back. It never says why a bank refused."""

from dataclasses import dataclass

from contract.messages import Method
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount, unit_and_payer
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import statement  # noqa: F401


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
        title=say(language, "declined.title_card" if is_card else _title_of_code(session)),
        body=say(language, "declined.body" if is_card else _body_of_code(session)),
        amount=amount(session),
        subtitle=unit_and_payer(language, session),
    )


_REASONS = ("code_expired", "code_invalid", "no_money")


def _in_doubt(session: Session) -> bool:
    return bool(session.visit.payment and session.visit.payment.reversal_asked)


def _title_of_code(session: Session) -> str:
    return "declined.title_in_doubt" if _in_doubt(session) else "declined.title_code"


def _body_of_code(session: Session) -> str:
    if _in_doubt(session):
        return "declined.body_in_doubt"
    reason = session.visit.payment.reason if session.visit.payment else ""
    return f"declined.body_{reason}" if reason in _REASONS else "declined.body_code"


class DeclinedScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
