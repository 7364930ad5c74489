"""What is sent, and a number to be called at, or none."""

from dataclasses import dataclass

from kiosk.core.helping import PHONE_DIGITS_MIN
from kiosk.core.model import Session
from kiosk.ui.formatting import of_unit
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.screens.callback import grouped
from kiosk.ui.widgets import key_note, keypad, known_unit  # noqa: F401


@dataclass(frozen=True)
class RequestPhoneView:
    text: str
    digits: str
    complete: bool
    unit: str  # whose bills were read; empty where it was typed for this


def present(session: Session) -> RequestPhoneView:
    asking = session.visit.asking
    typed = asking.phone
    return RequestPhoneView(
        text=asking.text,
        digits=grouped(typed),
        unit=of_unit(session),
        complete=not typed or len(typed) >= PHONE_DIGITS_MIN,
    )


class RequestPhoneScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
