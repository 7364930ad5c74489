"""How things are shown and said is changed at a touch, on every screen, and by plugging a headset in.
Pure."""

from dataclasses import replace
from typing import Any

from kiosk.core import staff
from kiosk.core.access import VOLUMES
from kiosk.core.events import HeadsetSeen, Tapped
from kiosk.core.model import Action, Moment, Session
from kiosk.core.step import Step, with_visit

_TOGGLES = {
    Action.ELDER: "elder",
    Action.HIGH_CONTRAST: "high_contrast",
    Action.LOW_REACH: "low_reach",
}


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    access = session.visit.access
    if event.action in _TOGGLES:
        name = _TOGGLES[event.action]
        return _accessed(session, **{name: not getattr(access, name)})
    if event.action is Action.VOLUME:
        return _accessed(session, volume=access.volume % VOLUMES + 1)
    if event.action is Action.SPEAK:
        wanted = event.value == "on" or not access.speaking
        return _accessed(session, speaking=wanted and session.lobby.voice)
    return None


def on_headset(session: Session, event: HeadsetSeen, moment: Moment) -> Step:
    """Plugging one in is how somebody who cannot see asks for the voice. Pulled out, the voice goes on by
    the loudspeaker, which says nothing personal."""
    session = replace(session, lobby=replace(session.lobby, headset=event.plugged))
    shown = session.visit.screen not in staff.SCREENS
    if not (event.plugged and session.lobby.voice and shown):
        return session, ()
    return _accessed(with_visit(session, touched=moment.monotonic), speaking=True)


def _accessed(session: Session, **changes: Any) -> Step:
    return with_visit(session, access=replace(session.visit.access, **changes)), ()
