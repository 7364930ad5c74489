"""The code that the resident's phone pays, and the time that is left for it."""

import math
from dataclasses import dataclass

from contract.messages import Method
from kiosk.core.model import Session
from kiosk.core.payment_flow import CODE_SHOWN_S
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount, app_name, unit_and_payer
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes, drawings  # noqa: F401

MORE_TIME_OFFERED_S = 60


@dataclass(frozen=True)
class PayingQrView:
    title: str
    amount: str
    subtitle: str
    code: str
    in_place: str  # what stands where the code will be, or was
    status: str
    time_left: str
    share: float
    more_time: bool
    steps: tuple[str, ...]
    cancelling: bool
    out_of_sight: bool


def present(session: Session) -> PayingQrView:
    visit, language = session.visit, session.visit.language
    method = visit.payment.method if visit.payment else Method.WECHAT
    app = app_name(language, method)
    left = max(0.0, visit.code_expires - session.now)
    if visit.cancelling:
        in_place, status = "paying.ending", "paying.ending_body"
    elif visit.out_of_sight:
        in_place, status = "paying.line_down_in_place", "paying.line_down_body"
    elif not visit.code_url:
        in_place, status = "paying_qr.preparing", "common.wait"
    else:
        in_place, status = "", "paying_qr.waiting"
    away = visit.out_of_sight and not visit.cancelling
    showing = bool(visit.code_url) and not visit.cancelling and not away
    title = say(language, "paying_qr.title", app=app)
    if visit.cancelling or away:
        title = say(language, "paying.ending" if visit.cancelling else "paying.line_down")
    return PayingQrView(
        title=title,
        amount=amount(session),
        subtitle=unit_and_payer(language, session),
        code=visit.code_url if showing else "",
        in_place=say(language, in_place) if in_place else "",
        status=say(language, status),
        time_left=minutes_and_seconds(left) if showing else "",
        share=min(1.0, left / CODE_SHOWN_S),
        more_time=showing
        and left <= MORE_TIME_OFFERED_S
        and visit.code_latest > visit.code_expires,
        steps=(
            say(language, "paying_qr.open", app=app),
            say(language, f"paying_qr.scan_{method.value}"),
            say(language, "paying_qr.check"),
        ),
        cancelling=visit.cancelling,
        out_of_sight=away,
    )


def minutes_and_seconds(seconds: float) -> str:
    """``2:41``; the last part of a second still counts as one."""
    whole = math.ceil(seconds)
    return f"{whole // 60}:{whole % 60:02}"


class PayingQrScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
