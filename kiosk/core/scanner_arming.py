"""When the scanner listens, and when it is watched how a bill is held. Pure."""

from kiosk.core import payment_code, payment_history, staff
from kiosk.core.model import Screen, Session

SCANNING = (Screen.ATTRACT, Screen.SCAN, Screen.IDENTIFY, Screen.NOTHING_DUE, Screen.MESSAGE)


def listens(session: Session) -> bool:
    if payment_code.welcome(session) or staff.listens(session):
        return True
    visit = session.visit
    proves = visit.screen is Screen.VERIFY and payment_history.wanted(session)
    return (visit.screen in SCANNING or proves) and not visit.busy


def guided(session: Session) -> bool:
    return session.visit.screen is Screen.SCAN and not session.visit.busy
