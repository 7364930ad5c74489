"""How long each screen waits for the next touch, and when a visit may be ended. Pure."""

from kiosk.core import unit_entry
from kiosk.core.asking import Asking
from kiosk.core.cabinet import seconds_to_leaving
from kiosk.core.model import AS_USUAL, Screen, Session, Visit

PATIENCE_S = {
    # what a household owes leaves the screen soon
    Screen.BILLS: 30,
    Screen.EXPLAIN: 30,
    Screen.NOTHING_DUE: 30,
    Screen.METHOD: 30,
    Screen.CREDIT: 30,
    Screen.TOP_UP: 30,
    Screen.PART: 30,
    Screen.DECLINED: 30,
    Screen.PAID: 30,
    Screen.MESSAGE: 30,
    Screen.UNKNOWN: 120,
    Screen.RECEIPT_PHONE: 90,
    Screen.WRITE: 120,  # whoever looks for a letter
    Screen.TAX_NUMBER: 120,
    Screen.REQUEST_SENT: 90,
    Screen.ANSWERS: 45,
    Screen.PAYMENTS: 45,
    Screen.PAYMENT: 60,  # the phone takes its receipt along
    Screen.NOTICE: 90,
    Screen.ACCOUNT: 120,  # figures are compared
    Screen.STAFF_PIN: 30,
    Screen.STAFF: 180,  # whoever looks into a printer does not touch the screen
}
PATIENCE_DEFAULT_S = 60
ELDER_PATIENCE = 2  # elder mode gives twice the time,
SPEAKING_PATIENCE = 4  # and who listens needs longer than who reads
UNTIMED = (
    Screen.PAIRING,
    Screen.STARTING,
    Screen.PAYING_QR,
    Screen.PAYING_CARD,
    Screen.PAYING_CODE,
    Screen.PAYING_CREDIT,
)
RESTING = (Screen.PAIRING, Screen.STARTING, Screen.ATTRACT, Screen.CLOSED, Screen.OUT_OF_ORDER)


def seconds_left(session: Session) -> int | None:
    """Seconds until the kiosk returns to the start by itself; None where it waits without limit."""
    visit = session.visit
    if visit.screen in UNTIMED or (visit.screen in RESTING and _as_new(visit)):
        return None
    if session.may_hold_money:
        return None
    left = visit.touched + patience_s(visit) - session.now
    gone = seconds_to_leaving(session.lobby.cabinet, visit.touched, session.now)
    if gone is None or visit.screen is Screen.STAFF:  # who works inside stands beside it
        return max(0, round(left))
    return max(0, round(min(left, gone)))


def patience_s(visit: Visit) -> int:
    """How long a screen waits for the next touch."""
    helped = visit.screen in (Screen.HELP, Screen.CALLBACK) and visit.account
    screen = visit.helped_from if helped else visit.screen
    patience = PATIENCE_S.get(screen, PATIENCE_DEFAULT_S)
    if visit.access.speaking:
        return patience * SPEAKING_PATIENCE
    return patience * (ELDER_PATIENCE if visit.access.elder else 1)


def may_end(session: Session) -> bool:
    """Whether somebody who named a unit, or began to, can be forgotten at a touch."""
    visit = session.visit
    begun = visit.entry.parts != unit_entry.start(session.lobby.config).parts
    asks = visit.asking != Asking()
    known = visit.account is not None or visit.payment is not None or begun or asks
    return known and visit.screen not in RESTING and not session.may_hold_money


def _as_new(visit: Visit) -> bool:
    return visit.language == "zh_CN" and visit.access == AS_USUAL
