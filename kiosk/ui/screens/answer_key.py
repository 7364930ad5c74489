"""What proves who asks for earlier requests: the end of the telephone number, or the request's own."""

from dataclasses import dataclass

from kiosk.core.asking import Fault
from kiosk.core.helping import phone_now
from kiosk.core.model import Session
from kiosk.core.service_desk import key_complete
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import of_unit
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import key_note, keypad, known_unit  # noqa: F401


@dataclass(frozen=True)
class AnswerKeyView:
    digits: str
    told: str
    busy: bool
    complete: bool
    next_words: str
    unit: str  # whose bills were read; empty where it was typed for this


def present(session: Session) -> AnswerKeyView:
    language, visit = session.visit.language, session.visit
    fault, told = visit.asking.fault, ""
    if fault is Fault.AWAY:
        phone, _ = phone_now(session)
        told = say(language, "answer_key.away" if phone else "answer_key.away_office", phone=phone)
    elif fault:
        known = fault in (Fault.NONE_FOUND, Fault.TOO_MANY)
        told = say(language, f"answer_key.{fault if known else Fault.NONE_FOUND}")
    return AnswerKeyView(
        digits=visit.asking.key,
        told=told,
        busy=visit.busy,
        complete=key_complete(visit.asking.key),
        unit=of_unit(session),
        next_words=say(language, "answer_key.busy" if visit.busy else "common.next"),
    )


class AnswerKeyScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
