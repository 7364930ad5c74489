"""While the server takes a payment out of the unit's credit: a moment in which nothing is to be done."""

from dataclasses import dataclass

from kiosk.core.model import Session
from kiosk.ui.formatting import amount
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import statement  # noqa: F401


@dataclass(frozen=True)
class PayingCreditView:
    amount: str


def present(session: Session) -> PayingCreditView:
    return PayingCreditView(amount=amount(session))


class PayingCreditScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
