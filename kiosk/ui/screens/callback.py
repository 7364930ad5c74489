"""A number to be called back at; what became of the wish is said, and only that."""

from dataclasses import dataclass

from kiosk.core.helping import PHONE_DIGITS_MIN, phone_now
from kiosk.core.model import Sent, Session
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import key_note, keypad, statement  # noqa: F401


@dataclass(frozen=True)
class CallbackView:
    digits: str
    told: str
    tone: str
    typing: bool
    complete: bool
    next_words: str


def present(session: Session) -> CallbackView:
    language, callback = session.visit.language, session.visit.callback
    told, tone = "", "plain"
    if callback.sent is Sent.TAKEN:
        told, tone = say(language, "callback.taken"), "good"
    elif callback.sent is Sent.SEEN:
        told, tone = say(language, "callback.seen"), "good"
    elif callback.sent is Sent.FAILED:
        phone, _ = phone_now(session)
        told = say(language, "callback.failed_call" if phone else "callback.failed", phone=phone)
        tone = "attention"
    sending = callback.sent is Sent.SENDING
    return CallbackView(
        digits=grouped(callback.phone),
        told=told,
        tone=tone,
        typing=callback.sent in (Sent.NOT_YET, Sent.FAILED),
        complete=len(callback.phone) >= PHONE_DIGITS_MIN and not sending,
        next_words=say(language, "callback.sending" if sending else "callback.send"),
    )


def grouped(phone: str) -> str:
    """As people say it: 138 5550 1234 for a mobile, else in fours."""
    first = 3 if phone.startswith("1") else 4
    rest = range(first, len(phone), 4)
    return " ".join([phone[:first], *(phone[i : i + 4] for i in rest)])


class CallbackScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
