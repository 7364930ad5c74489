"""Whom to call at this hour, and what helps on the screen one comes from. Back always leads there."""

from dataclasses import dataclass

from kiosk.core.helping import may_ask, phone_now
from kiosk.core.identify import services_from
from kiosk.core.model import Screen, Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.screens.callback import told_of
from kiosk.ui.widgets import drawings  # noqa: F401

_PAYING = ("help.about_paying",)
_CHOOSING = ("help.about_bills",)
# what is said of each screen; the others: how paying works, in three steps
_ABOUT: dict[Screen, tuple[str, ...]] = {
    Screen.SCAN: ("help.about_scan",),
    Screen.IDENTIFY: ("help.about_identify",),
    Screen.VERIFY: ("help.about_verify",),
    Screen.BILLS: _CHOOSING,
    Screen.EXPLAIN: _CHOOSING,
    Screen.METHOD: ("help.about_method",),
    Screen.PAYING_QR: _PAYING,
    Screen.PAYING_CARD: _PAYING,
    Screen.PAYING_CODE: _PAYING,
    Screen.PAYING_CREDIT: _PAYING,
    Screen.TOP_UP: ("help.about_top_up",),
    Screen.PART: ("help.about_part",),
    Screen.CREDIT: ("help.about_credit",),
    Screen.DECLINED: ("help.about_method",),
    Screen.UNKNOWN: ("help.about_unknown",),
    Screen.RETURNED: ("help.about_returned",),
    Screen.PAID: ("help.about_paid",),
    Screen.RECEIPT_PHONE: ("help.about_paid",),
    Screen.NOTHING_DUE: ("help.about_paid",),
    Screen.OUT_OF_ORDER: ("help.about_out_of_order",),
}


@dataclass(frozen=True)
class HelpView:
    call: str
    phone: str
    hours: str
    about: str
    steps: tuple[str, ...]
    paying: str
    amount: str
    call_back: bool
    services: bool  # for the unit whose bills are read
    told: str


def present(session: Session) -> HelpView:
    language, config, visit = session.visit.language, session.lobby.config, session.visit
    phone, office = phone_now(session)
    hours = config.community.office_hours if config else None
    about = _about(session)
    return HelpView(
        call=say(language, "help.call" if office else "help.call_duty"),
        phone=phone,
        hours=say(language, "help.hours", hours=hours.in_language(language)) if hours else "",
        about="\n".join(say(language, id) for id in about),
        steps=() if about else tuple(say(language, f"help.step{n}") for n in (1, 2, 3)),
        paying=say(language, "help.paying") if session.may_hold_money else "",
        amount=amount(session) if visit.amount else "",
        call_back=may_ask(session),
        services=services_from(session) is not None,
        told=say(language, told) if (told := told_of(visit.callback)) else "",
    )


def _about(session: Session) -> tuple[str, ...]:
    """While it is closed, what the phone can do: another kiosk is likely to be closed too."""
    config, screen = session.lobby.config, session.visit.helped_from
    if screen is Screen.CLOSED:
        pays = config is not None and config.phone_pays
        return ("closed.pay_by_phone" if pays else "out_of_order.phone_bill",)
    return _ABOUT.get(screen, ())


class HelpScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
