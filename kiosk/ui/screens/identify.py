"""Where a resident says whose bills are meant: by typing the unit, or by showing a bill."""

from dataclasses import dataclass

from kivy.properties import StringProperty

from kiosk.core.capabilities import offers
from kiosk.core.model import Field, Session
from kiosk.ui.layout_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes, keypad  # noqa: F401
from kiosk.ui.widgets.shapes import Panel
from kiosk.ui.words import say


@dataclass(frozen=True)
class IdentifyView:
    building: str
    entrance: str
    room: str
    active: str
    busy: bool
    next_words: str
    scan: bool


def present(session: Session) -> IdentifyView:
    visit = session.visit
    return IdentifyView(
        building=visit.entry.building,
        entrance=visit.entry.entrance,
        room=visit.entry.room,
        active=visit.entry.active.value if visit.entry.active is not Field.PHONE else "room",
        busy=visit.busy,
        next_words=say(visit.language, "identify.busy" if visit.busy else "common.next"),
        scan=offers(session.lobby).scan,
    )


class ScanHint(Panel):
    """The camera's picture, and that a bill can be shown instead of typing."""

    head = StringProperty("")
    words = StringProperty("")


class IdentifyScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
