"""When the scanner listens, and when it is watched how a bill is held. Pure."""

from kiosk.core import payment_code, staff
from kiosk.core.model import Screen, Session

SCANNING = (Screen.ATTRACT, Screen.SCAN, Screen.IDENTIFY, Screen.NOTHING_DUE, Screen.MESSAGE)


def listens(session: Session) -> bool:
    if payment_code.welcome(session) or staff.listens(session):
        return True
    return session.visit.screen in SCANNING and not session.visit.busy


def guided(session: Session) -> bool:
    return session.visit.screen is Screen.SCAN and not session.visit.busy
