"""The last four digits of the resident's phone, where the community asks for them; never shown."""

from dataclasses import dataclass

from kiosk.core import unit_entry
from kiosk.core.model import PHONE_DIGITS, Session
from kiosk.core.payment_history import wanted
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import key_note, keypad  # noqa: F401

TYPED, MISSING = "●", "○"


@dataclass(frozen=True)
class VerifyView:
    digits: str
    unit: str
    told: str
    body: str
    paying: bool  # it is a step on the way to paying
    busy: bool
    next_words: str
    complete: bool


def present(session: Session) -> VerifyView:
    visit, language = session.visit, session.visit.language
    typed, asked = len(visit.entry.phone), PHONE_DIGITS
    return VerifyView(
        digits=(TYPED * typed + MISSING * (asked - typed)).strip(),
        unit=unit_entry.in_words(session).in_language(language),
        told=say(language, f"message.{visit.say.value}") if visit.say else "",
        body=say(language, "payments.verify_body" if wanted(session) else "verify.body"),
        paying=not wanted(session),
        busy=visit.busy,
        next_words=say(language, "identify.busy" if visit.busy else "common.next"),
        complete=typed == asked,
    )


class VerifyScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
