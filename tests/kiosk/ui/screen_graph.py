"""Where each touch leads: from a session, by the core alone."""

from dataclasses import replace
from datetime import UTC, datetime

from kiosk.core.events import Tapped, Ticked
from kiosk.core.model import Action, Moment, Screen, Session
from kiosk.core.patience import RESTING
from kiosk.core.session import step

WALL = datetime(2026, 11, 24, 14, 47, tzinfo=UTC)
PATIENCE_MAX_S = 400  # longer than any screen waits, in elder mode too


def moment(at: float) -> Moment:
    return Moment(at, WALL, "0193b1c2-7e00-7a00-8a00-3f5b2c9d1e77", "K03-000499")


def followed(session: Session) -> Session:
    """As the core leaves it: what is not known is asked for again and again, whoever stands there."""
    visit = session.visit
    if visit.screen is not Screen.UNKNOWN or visit.payment is None:
        return session
    return replace(session, lobby=replace(session.lobby, unresolved=(visit.payment,)))


def leads_on(session: Session, action: str, value: str) -> bool:
    """Whether this touch changes what is shown, or asks something of the world."""
    session = followed(session)
    after, effects = step(session, Tapped(Action(action), value), moment(session.now + 1))
    return bool(effects) or _shown(after) != _shown(session)


def _shown(session: Session):
    return replace(session.visit, touched=0.0)


def left_alone(session: Session) -> Session:
    """What is shown once nobody has touched anything for longer than any screen waits."""
    at = session.now
    for _ in range(PATIENCE_MAX_S):
        at += 1
        session, _ = step(session, Ticked(), moment(at))
        if session.visit.screen in RESTING and session.visit.account is None:
            break
    return session


def rests(session: Session) -> bool:
    """At the start again, with nothing of anybody."""
    visit = session.visit
    nobody = visit.account is None and visit.payment is None and visit.entry.phone == ""
    return visit.screen in RESTING and nobody


WAITS_FOR_NEWS = (
    Screen.PAIRING,
    Screen.STARTING,
    Screen.PAYING_QR,
    Screen.PAYING_CARD,
    Screen.PAYING_CODE,
    Screen.PAYING_CREDIT,
)
