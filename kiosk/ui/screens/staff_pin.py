"""The PIN that opens the staff screen; never shown, and a pause after too many misses."""

from dataclasses import dataclass

from kiosk.core.model import Session
from kiosk.core.staff import PIN_DIGITS_MIN, pause_left_s
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import key_note, keypad  # noqa: F401

TYPED, MISSING = "●", "○"


@dataclass(frozen=True)
class StaffPinView:
    digits: str
    told: str
    busy: bool
    next_words: str
    complete: bool


def present(session: Session) -> StaffPinView:
    language, staff = session.visit.language, session.visit.staff
    typed, wait_s = len(staff.pin), pause_left_s(session)
    told = say(language, "staff_pin.wrong") if staff.missed else ""
    if wait_s:
        told = say(language, "staff_pin.wait", seconds=wait_s)
    return StaffPinView(
        digits=TYPED * typed + MISSING * max(0, PIN_DIGITS_MIN - typed),
        told=told,
        busy=staff.busy or wait_s > 0,
        next_words=say(language, "staff_pin.checking" if staff.busy else "staff_pin.open"),
        complete=typed >= PIN_DIGITS_MIN,
    )


class StaffPinScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
