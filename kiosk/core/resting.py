"""While nobody is served, the screen follows what can be offered. Pure."""

from dataclasses import replace
from typing import Any

from kiosk.core.capabilities import offers
from kiosk.core.model import Screen, Session
from kiosk.core.patience import RESTING
from kiosk.core.step import Step


def at_rest(session: Session) -> Session:
    visit, lobby = session.visit, session.lobby
    if visit.screen not in RESTING:
        return session
    if lobby.recovering or lobby.config is None or lobby.afar.holds:
        screen = Screen.STARTING
    elif offers(lobby).in_order:
        screen = Screen.ATTRACT
    else:
        screen = Screen.OUT_OF_ORDER
    return replace(session, visit=replace(visit, screen=screen))


def with_lobby(session: Session, **changes: Any) -> Step:
    """Something of the lobby changed, and the screen with it."""
    return at_rest(replace(session, lobby=replace(session.lobby, **changes))), ()
