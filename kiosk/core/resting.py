"""While nobody is served, the screen follows what can be offered, and the hours of the clock. Pure.

A visit keeps the hours with which it began: whoever is served when it closes, or when the night begins,
is served to the end.
"""

from dataclasses import replace
from typing import Any

from contract.opening_hours import Standing, standing
from kiosk.core.capabilities import closed, offers
from kiosk.core.events import ServerSeen
from kiosk.core.model import Lobby, Moment, Screen, Session
from kiosk.core.patience import RESTING
from kiosk.core.step import Step


def at_rest(session: Session) -> Session:
    visit = session.visit
    if visit.screen not in RESTING or visit.screen is Screen.PAIRING:
        return session
    lobby = replace(session.lobby, hours=_of_now(session))
    if lobby.recovering or lobby.config is None or lobby.afar.holds:
        screen = Screen.STARTING
    elif offers(lobby).in_order:
        screen = Screen.ATTRACT
    elif closed(lobby):
        screen = Screen.CLOSED
    else:
        screen = Screen.OUT_OF_ORDER
    return replace(session, lobby=lobby, visit=replace(visit, screen=screen))


def by_the_clock(session: Session) -> Session:
    """As time passes: nothing changes but where it opens, closes or becomes night."""
    if session.visit.screen not in RESTING or session.lobby.hours == _of_now(session):
        return session
    return at_rest(session)


def _of_now(session: Session) -> Standing:
    """Without a clock that is trusted it is open: then what needs no clock is offered at all."""
    lobby: Lobby = session.lobby
    known = lobby.clock_trusted or lobby.server_reachable
    if lobby.config is None or session.wall is None or not known:
        return Standing()
    return standing(lobby.config.opening, session.wall, lobby.config.community.time_zone)


def with_lobby(session: Session, **changes: Any) -> Step:
    """Something of the lobby changed, and the screen with it."""
    return at_rest(replace(session, lobby=replace(session.lobby, **changes))), ()


def on_server(session: Session, event: ServerSeen, moment: Moment) -> Step:
    seen = moment.wall if event.reachable else session.lobby.server_seen
    return with_lobby(session, server_reachable=event.reachable, server_seen=seen)
