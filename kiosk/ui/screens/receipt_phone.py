"""The receipt as a code that the resident's phone keeps."""

from dataclasses import dataclass

from kiosk.core.model import Session
from kiosk.ui.formatting import amount
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes  # noqa: F401


@dataclass(frozen=True)
class ReceiptPhoneView:
    code: str
    amount: str
    reference: str


def present(session: Session) -> ReceiptPhoneView:
    payment = session.visit.payment
    return ReceiptPhoneView(
        code=payment.status_url if payment else "",
        amount=amount(session),
        reference=payment.reference if payment else "",
    )


class ReceiptPhoneScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
