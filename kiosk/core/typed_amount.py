"""An amount that is chosen among a few or typed, in whole units of the currency. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from contract.money import Money
from kiosk.core.events import Tapped
from kiosk.core.model import Action, Say, Screen, Session
from kiosk.core.step import Step, say, with_visit

DIGITS_MAX = 6


def minor(session: Session, typed: str) -> int:
    """In minor units; nought for nothing."""
    account = session.visit.account
    if account is None or not typed:
        return 0
    return Money.of(Decimal(typed), account.currency).minor


def within(session: Session, choices: Iterable[int], least: int, most: int) -> tuple[int, ...]:
    """Of the choices in whole units those between two sums in minor units."""
    return tuple(major for major in choices if least <= minor(session, str(major)) <= most)


def on_tapped(
    session: Session, event: Tapped, choose: Action, among: tuple[int, ...], *, payable: bool
) -> Step:
    """``choose``: the act that takes one of the choices; ``payable``: what is typed can be paid."""
    if event.action is Action.PAY and payable:
        if not session.lobby.recording:
            return say(session, Say.CANNOT_RECORD, Screen.ATTRACT), ()
        return with_visit(session, screen=Screen.METHOD), ()
    typed = session.visit.typed
    if event.action is choose and event.value in map(str, among):
        typed = event.value
    elif event.action is Action.DIGIT and event.value in set("0123456789"):
        typed = (typed + event.value).lstrip("0") if len(typed) < DIGITS_MAX else typed
    elif event.action is Action.BACKSPACE:
        typed = typed[:-1]
    elif event.action is Action.CLEAR:
        typed = ""
    return with_visit(session, typed=typed), ()
