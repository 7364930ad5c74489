"""One sentence, what it means, and one clear way on. It never blames and never shows a code alone."""

from dataclasses import dataclass
from datetime import date

from kiosk.core import unit_entry
from kiosk.core.model import Say, Screen, Session
from kiosk.core.patience import seconds_left
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount, today
from kiosk.ui.frame import WARNED_S
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import day
from kiosk.ui.widgets import statement  # noqa: F401

_DONE = ("check", "good")
_STOPPED = ("cross", "plain")
_TIME = ("clock", "plain")
_WAITS = ("waiting", "attention")
_RETURNED = ("returned", "plain")
_CODE = ("scan", "attention")
_PHONE = ("phone", "attention")
_TYPED = ("keypad", "attention")
_OTHER = ("warning", "attention")
# The sign and its colour, by what is said. Only what is paid or printed has a tick.
_SIGNS = {
    Say.ALREADY_PAID: _DONE,
    Say.PRINTED: _DONE,
    Say.RESUMED: _DONE,
    Say.PAYMENT_CANCELLED: _STOPPED,
    Say.NOT_TAKEN: _STOPPED,
    Say.CANCELLED_IN_DOUBT: _WAITS,
    Say.PAYMENT_EXPIRED: _TIME,
    Say.TOO_MANY_TRIES: _TIME,
    Say.NIGHT_LIMIT: _TIME,
    Say.BEING_CONFIRMED: _WAITS,
    Say.BILL_LEASED: _WAITS,
    Say.PAYMENT_REVERSED: _RETURNED,
    Say.KEPT_AS_CREDIT: _RETURNED,
    Say.CODE_NOT_OURS: _CODE,
    Say.CODE_OTHER_COMMUNITY: _CODE,
    Say.CODE_FORGED: _CODE,
    Say.CODE_EXPIRED: _CODE,
    Say.CODE_UNKNOWN_VERSION: _CODE,
    Say.CODE_IS_BADGE: _CODE,
    Say.BILL_GONE: _CODE,
    Say.CODE_IS_PAYMENT: _PHONE,
    Say.CODE_NOT_FOR_PAYING: _PHONE,
    Say.CODE_USED: _PHONE,
    Say.UNIT_NOT_FOUND: _TYPED,
    Say.PHONE_WRONG: _TYPED,
    Say.PAYMENTS_NO_PHONE: _CODE,
    Say.PAYMENTS_OTHER_BILL: _CODE,
    Say.TERMINAL_SILENT: ("card", "attention"),
    Say.NOT_PRINTED: ("printer", "attention"),
    Say.PRINTING: ("printer", "plain"),
}
_NEXT = {
    Screen.IDENTIFY: "message.to_identify",
    Screen.METHOD: "message.to_method",
    Screen.BILLS: "message.to_bills",
    Screen.SERVICES: "message.to_services",
}


@dataclass(frozen=True)
class MessageView:
    icon: str
    tone: str
    title: str
    body: str
    amount: str
    next_words: str
    returns: str


def present(session: Session) -> MessageView:
    visit, language = session.visit, session.visit.language
    what = visit.say or Say.SERVER_AWAY
    typed = unit_entry.in_words(session).in_language(language)
    left = seconds_left(session)
    counting = left is not None and left <= WARNED_S
    icon, tone = _SIGNS.get(what, _OTHER)
    return MessageView(
        icon=icon,
        tone=tone,
        title=title(session, what),
        body=say(
            language,
            f"message.{what.value}_body",
            unit=typed,
        ),
        amount=amount(session) if visit.amount else "",
        next_words=say(language, next_step(what, visit.back_to)),
        returns=say(language, "message.returns", count=left) if counting else "",
    )


def title(session: Session, what: Say) -> str:
    language = session.visit.language
    if what is Say.ALREADY_PAID and session.visit.say_date:
        paid_on = day(language, date.fromisoformat(session.visit.say_date[:10]), today(session))
        return say(language, "message.already_paid_on", date=paid_on)
    return say(language, f"message.{what.value}")


def next_step(what: Say, back_to: Screen) -> str:
    """The id of what the one button says."""
    if what is Say.UNIT_NOT_FOUND:
        return "message.to_identify_again"
    return _NEXT.get(back_to, "message.to_attract")


class MessageScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
