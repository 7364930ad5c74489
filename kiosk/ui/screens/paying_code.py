"""While the resident's phone, whose code was read, is asked for the money: look at the phone."""

from dataclasses import dataclass

from contract.messages import Method
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount, method_name
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import drawings  # noqa: F401


@dataclass(frozen=True)
class PayingCodeView:
    title: str
    amount: str
    steps: tuple[tuple[str, str], ...]  # state, words
    status: str
    cancelling: bool


def present(session: Session) -> PayingCodeView:
    visit, language = session.visit, session.visit.language
    method = visit.payment.method if visit.payment else Method.WECHAT
    ended = visit.cancelling
    return PayingCodeView(
        title=say(language, "paying_code.cancelling" if ended else "paying_code.title"),
        amount=amount(session),
        steps=(
            ("done", say(language, "paying_code.read")),
            ("later" if ended else "now", say(language, "paying_code.confirm")),
            ("later", say(language, "paying_code.wait", method=method_name(language, method))),
        ),
        status=say(language, "paying_code.cancelling_body" if ended else "paying_code.waiting"),
        cancelling=ended,
    )


class PayingCodeScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
