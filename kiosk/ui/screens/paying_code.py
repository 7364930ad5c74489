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
    out_of_sight: bool


def present(session: Session) -> PayingCodeView:
    visit, language = session.visit, session.visit.language
    method = visit.payment.method if visit.payment else Method.WECHAT
    ended, away = visit.cancelling, visit.out_of_sight and not visit.cancelling
    title, status = "paying_code.title", "paying_code.waiting"
    if ended:
        title, status = "paying.ending", "paying.ending_body"
    elif away:
        title, status = "paying.line_down", "paying.line_down_body"
    return PayingCodeView(
        title=say(language, title),
        amount=amount(session),
        steps=(
            ("done", say(language, "paying_code.read")),
            ("later" if ended else "now", say(language, "paying_code.confirm")),
            ("later", say(language, "paying_code.wait", method=method_name(language, method))),
        ),
        status=say(language, status),
        cancelling=ended,
        out_of_sight=away,
    )


class PayingCodeScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
