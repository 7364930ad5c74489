"""What a step of the kiosk gives: the session after it, and the effects to carry out."""

from dataclasses import replace
from typing import Any

from kiosk.core.effects import Effect
from kiosk.core.model import Say, Screen, Session

Step = tuple[Session, tuple[Effect, ...]]


def with_visit(session: Session, **changes: Any) -> Session:
    """The session with these fields of its visit changed."""
    return replace(session, visit=replace(session.visit, **changes))


def say(session: Session, what: Say, back_to: Screen, **changes: Any) -> Session:
    """A screen of its own with one sentence and one way on."""
    return with_visit(
        session, screen=Screen.MESSAGE, say=what, back_to=back_to, busy=False, **changes
    )
