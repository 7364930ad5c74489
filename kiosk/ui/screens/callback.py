"""A number to be called back at; what became of the wish is said, and only that."""

from dataclasses import dataclass

from kiosk.core.helping import can_send, phone_now
from kiosk.core.model import Callback, Sent, Session
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
    next_style: str
    hint: str


_TOLD = {
    (Sent.TAKEN, False): "callback.taken",
    (Sent.TAKEN, True): "callback.taken_without",
    (Sent.SEEN, False): "callback.seen",
    (Sent.SEEN, True): "callback.seen_without",
}


def told_of(callback: Callback) -> str:
    """The text of what staff made of a wish; empty while they have none."""
    return _TOLD.get((callback.sent, callback.without), "")


def present(session: Session) -> CallbackView:
    language, callback = session.visit.language, session.visit.callback
    told, tone = "", "plain"
    if known := told_of(callback):
        told, tone = say(language, known), "good"
    elif callback.sent is Sent.FAILED:
        phone, _ = phone_now(session)
        told = say(language, "callback.failed_call" if phone else "callback.failed", phone=phone)
        tone = "attention"
    sending, typed = callback.sent is Sent.SENDING, callback.phone
    send = "callback.send" if typed else "callback.send_without"
    return CallbackView(
        digits=grouped(callback.phone),
        told=told,
        tone=tone,
        typing=callback.sent in (Sent.NOT_YET, Sent.FAILED),
        complete=can_send(typed) and not sending,
        next_words=say(language, "callback.sending" if sending else send),
        next_style="primary" if typed or sending else "secondary",
        hint=say(language, "callback.body" if typed or sending else "callback.without"),
    )


def grouped(phone: str) -> str:
    """As people say it: 138 5550 1234 for a mobile, else in fours."""
    first = 3 if phone.startswith("1") else 4
    rest = range(first, len(phone), 4)
    return " ".join([phone[:first], *(phone[i : i + 4] for i in rest)])


class CallbackScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
