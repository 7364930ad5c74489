"""Shown while the kiosk looks for unfinished payments and its configuration. Nothing can be started."""

from kiosk.core.model import Session
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import statement  # noqa: F401


def present(session: Session) -> None:
    """There is nothing to show but that it is coming."""


class StartingScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
