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

_GOOD = (
    Say.ALREADY_PAID,
    Say.PRINTED,
    Say.RESUMED,
    Say.PAYMENT_CANCELLED,
    Say.CANCELLED_IN_DOUBT,
)
_NEXT = {
    Screen.IDENTIFY: "message.to_identify",
    Screen.METHOD: "message.to_method",
    Screen.BILLS: "message.to_bills",
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
    return MessageView(
        icon="check" if what in _GOOD else "warning",
        tone="good" if what in _GOOD else "attention",
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
