"""The receipt as a code that the resident's phone keeps."""

from dataclasses import dataclass

from kiosk.core import payment_history
from kiosk.core.model import Session
from kiosk.ui.formatting import amount, money
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes  # noqa: F401


@dataclass(frozen=True)
class ReceiptPhoneView:
    code: str
    amount: str
    reference: str
    paying: bool  # it is the end of a payment, not one that is looked at


def present(session: Session) -> ReceiptPhoneView:
    payment, earlier = session.visit.payment, payment_history.payment(session)
    if earlier is not None:
        shown = money(session.visit.language, earlier.whole_minor, earlier.currency)
        return ReceiptPhoneView(earlier.status_url, shown, earlier.number, False)
    return ReceiptPhoneView(
        code=payment.status_url if payment else "",
        amount=amount(session),
        reference=payment.reference if payment else "",
        paying=True,
    )


class ReceiptPhoneScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
