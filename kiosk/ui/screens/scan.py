"""Where a bill is shown to the camera: what it sees, where to hold it, and what is wrong while it is."""

from dataclasses import dataclass

from kivy.properties import ColorProperty, NumericProperty
from kivy.uix.widget import Widget

from contract.messages import Flow
from kiosk.core.capabilities import offers
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import codes  # noqa: F401

HINTS = {
    "too_far": "scan.too_far",
    "too_near": "scan.too_near",
    "tilted": "scan.tilted",
    "blurred": "scan.blurred",
    "dark": "scan.dark",
    "glare": "scan.glare",
    "not_a_bill": "scan.not_a_bill",
    "crumpled": "scan.crumpled",
    "hold_still": "scan.hold_still",
}


@dataclass(frozen=True)
class ScanView:
    told: str
    tone: (
        str  # plain: nothing is held; attention: something is wrong; good: it is held well, or read
    )
    read: bool
    scans: bool  # where nothing can be read, typing the unit is what to do
    keypad: bool


def present(session: Session) -> ScanView:
    visit, language = session.visit, session.visit.language
    can = offers(session.lobby)
    if visit.busy:
        told, tone = "scan.read", "good"
    elif not can.scan:
        told, tone = "attract.no_scan", "attention"
    else:
        told = HINTS.get(visit.scan_hint, "scan.where")
        tone = "attention"
        if told in ("scan.where", "scan.hold_still"):
            tone = "good" if told == "scan.hold_still" else "plain"
    return ScanView(
        told=say(language, told),
        tone=tone,
        read=visit.busy,
        scans=can.scan or visit.busy,
        keypad=can.can(Flow.TYPE_UNIT),
    )


class ScanAim(Widget):
    """Four corners: where the code is to be."""

    edge = ColorProperty()
    arm = NumericProperty(0)
    thick = NumericProperty(1)


class ScanScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
