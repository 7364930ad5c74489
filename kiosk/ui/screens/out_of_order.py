"""Says that nothing can be paid here now, and where it can be. It offers no way that does not work."""

from dataclasses import dataclass

from kiosk.core.model import Session
from kiosk.ui.layout_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.telling import office
from kiosk.ui.widgets import statement  # noqa: F401


@dataclass(frozen=True)
class OutOfOrderView:
    office: str


def present(session: Session) -> OutOfOrderView:
    return OutOfOrderView(office=office(session.visit.language, session))


class OutOfOrderScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
