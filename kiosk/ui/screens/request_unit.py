"""Whose request it is: the unit, typed as where bills are looked up."""

from dataclasses import replace

from kiosk.core.asking import Fault
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.screens import identify
from kiosk.ui.screens.identify import IdentifyScreen, IdentifyView


def present(session: Session) -> IdentifyView:
    language = session.visit.language
    missed = session.visit.asking.fault is Fault.NO_UNIT
    return replace(
        identify.present(session),
        title=say(language, "request_unit.missed" if missed else "identify.title"),
        scan=False,
        paying=False,
    )


class RequestUnitScreen(IdentifyScreen):
    present = staticmethod(present)
