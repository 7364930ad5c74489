"""What staff ask from afar waits for residents and their payments. Pure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from kiosk.core.events import ActEnded, ActWanted, MessageSeen, OutOfServiceSeen
from kiosk.core.model import Moment, Session
from kiosk.core.patience import RESTING
from kiosk.core.resting import with_lobby
from kiosk.core.step import Step

OPEN_FOR = timedelta(minutes=15)  # from then on a payment in doubt is a question for people


def may_begin(session: Session, moment: Moment) -> bool:
    """Whether nobody is served, no payment is open and nothing else was granted."""
    lobby = session.lobby
    if lobby.afar.act or lobby.recovering or session.visit.screen not in RESTING:
        return False
    young = moment.wall - OPEN_FOR
    return not session.may_hold_money and all(r.created_at <= young for r in lobby.unresolved)


def on_wanted(session: Session, event: ActWanted, moment: Moment) -> Step:
    if not may_begin(session, moment):
        return session, ()
    return _afar(session, act=event.act_id, holds=event.holds)


def on_ended(session: Session, event: ActEnded, moment: Moment) -> Step:
    if session.lobby.afar.act != event.act_id:
        return session, ()
    return _afar(session, act="", holds=False)


def on_out_of_service(session: Session, event: OutOfServiceSeen, moment: Moment) -> Step:
    """Whoever is being served is served to the end; nobody new is."""
    return _afar(session, out_of_service=event.told)


def on_message(session: Session, event: MessageSeen, moment: Moment) -> Step:
    return _afar(session, message=event.message)


def without_old_message(session: Session, moment: Moment) -> Session:
    message = session.lobby.afar.message
    if message is None or moment.wall < message.until:
        return session
    return _afar(session, message=None)[0]


def _afar(session: Session, **changes: Any) -> Step:
    return with_lobby(session, afar=replace(session.lobby.afar, **changes))
