"""The staff screen: opened by a hidden touch or a badge and a PIN, while nobody is being served.

It shows nothing of any resident and moves no resident's money. The PIN is compared elsewhere, slowly;
each miss makes the pause before the next try longer, whoever comes.
"""

from dataclasses import replace
from typing import Any

from contract.scan_kind import ScanKind, for_display
from kiosk.core.effects import (
    CheckPin,
    Effect,
    LookAround,
    PrintTestPage,
    ReadTerminal,
    Sound,
    TakeTestPayment,
)
from kiosk.core.events import CardStepped, FactsSeen, PinChecked, Scanned, Tapped, TestEnded
from kiosk.core.model import Action, Moment, Screen, Session, StaffTest, Visit
from kiosk.core.step import Step, with_visit

PIN_DIGITS_MIN, PIN_DIGITS_MAX = 6, 12
FREE_MISSES = 2  # a finger slips; from then on there is a pause
PAUSE_FIRST_S, PAUSE_MAX_S = 30.0, 3600.0
LOOK_EVERY_S = 5.0
TRYING = "test payment"  # the id under which the terminal's progress comes
REFUSED = "refused"  # as the outcome of a test that was not begun
OPENS_FROM = (Screen.STARTING, Screen.ATTRACT, Screen.CLOSED, Screen.OUT_OF_ORDER)
BADGE_OPENS_FROM = (Screen.ATTRACT, Screen.IDENTIFY)
SCREENS = (Screen.STAFF_PIN, Screen.STAFF)


def _staff(session: Session, **changes: Any) -> Session:
    visit = session.visit
    return replace(session, visit=replace(visit, staff=replace(visit.staff, **changes)))


def opened(session: Session) -> Step:
    """The hidden touch: nothing shows that it is there while no PIN is set."""
    if session.lobby.afar.holds or not session.lobby.staff_pin:
        return session, ()
    if session.visit.screen not in OPENS_FROM:
        return session, ()
    return _at_pin(session), ()


def by_badge(session: Session, event: Scanned) -> Step | None:
    """None: it is no badge, or none that opens anything here."""
    if event.code.kind is not ScanKind.STAFF_BADGE or not session.lobby.staff_pin:
        return None
    if session.visit.screen not in BADGE_OPENS_FROM or session.visit.account is not None:
        return None
    return _at_pin(session), (Sound("read"),)


def _at_pin(session: Session) -> Session:
    """What a resident may have typed before is forgotten."""
    before = session.visit
    visit = Visit(
        number=before.number + 1,
        screen=Screen.STAFF_PIN,
        language=before.language,
        access=before.access,
        touched=session.now,
    )
    return replace(session, visit=visit)


def pause_left_s(session: Session) -> int:
    """Seconds until the next PIN may be tried."""
    return max(0, round(session.lobby.staff_closed_until - session.now))


def listens(session: Session) -> bool:
    staff = session.visit.staff
    return session.visit.screen is Screen.STAFF and staff.test is StaffTest.SCAN and staff.busy


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    match session.visit.screen:
        case Screen.STAFF_PIN:
            return _on_keys(session, event)
        case Screen.STAFF:
            return _on_tests(session, event)
    return None


def _on_keys(session: Session, event: Tapped) -> Step | None:
    staff = session.visit.staff
    if staff.busy or pause_left_s(session):
        return None
    match event.action:
        case Action.DIGIT if len(event.value) == 1 and event.value in "0123456789":
            return _staff(session, pin=(staff.pin + event.value)[:PIN_DIGITS_MAX], missed=False), ()
        case Action.BACKSPACE:
            return _staff(session, pin=staff.pin[:-1], missed=False), ()
        case Action.CLEAR:
            return _staff(session, pin="", missed=False), ()
        case Action.NEXT if len(staff.pin) >= PIN_DIGITS_MIN:
            asked = _staff(session, pin="", busy=True, missed=False)
            return asked, (CheckPin(session.visit.number, staff.pin),)
    return None


def on_pin_checked(session: Session, event: PinChecked, moment: Moment) -> Step:
    """A miss counts whoever asked, also when they have left meanwhile."""
    lobby, visit = session.lobby, session.visit
    if event.right:
        session = replace(session, lobby=replace(lobby, staff_misses=0, staff_closed_until=0.0))
    else:
        misses = lobby.staff_misses + 1
        pause_s = 0.0
        if misses > FREE_MISSES:
            pause_s = min(PAUSE_FIRST_S * 2 ** min(misses - FREE_MISSES - 1, 10), PAUSE_MAX_S)
        until = moment.monotonic + pause_s
        session = replace(session, lobby=replace(lobby, staff_misses=misses))
        session = replace(session, lobby=replace(session.lobby, staff_closed_until=until))
    if visit.screen is not Screen.STAFF_PIN or event.visit != visit.number:
        return session, ()
    if not event.right:
        return _staff(session, busy=False, missed=True), (Sound("attention"),)
    session = _staff(with_visit(session, screen=Screen.STAFF), busy=False)
    return session, (LookAround(),)


def _on_tests(session: Session, event: Tapped) -> Step | None:
    staff, lobby = session.visit.staff, session.lobby
    if event.action is Action.STOP_TEST and staff.busy and staff.test is StaffTest.SCAN:
        return _staff(session, busy=False, test=None), ()
    if staff.busy or event.action is not Action.STAFF_TEST:
        return None
    begun = _staff(session, busy=True, outcome="", detail="")
    match event.value:
        case StaffTest.PAGE:
            return _staff(begun, test=StaffTest.PAGE), (PrintTestPage(session.visit.language),)
        case StaffTest.SCAN:
            return _staff(begun, test=StaffTest.SCAN), ()
        case StaffTest.PAYMENT:
            session = _staff(begun, test=StaffTest.PAYMENT)
            if lobby.config is None or lobby.card_unresolved or not lobby.recording:
                return _staff(session, busy=False, outcome=REFUSED, detail="not_now"), ()
            # What the terminal holds from now on is not the last resident's payment any more, and
            # no card is offered before it was read again.
            session = replace(session, lobby=replace(lobby, last_paid=None, terminal_known=False))
            return session, (TakeTestPayment(lobby.config.community.currency),)
    return None


def on_scanned(session: Session, event: Scanned, moment: Moment) -> Step:
    kind = event.code.kind.value
    told = (kind, event.reader, for_display(event.text))
    session = _staff(session, busy=False, outcome="read", detail=" · ".join(t for t in told if t))
    return session, (Sound("read"),)


def on_card_step(session: Session, event: CardStepped) -> Step:
    if session.visit.staff.test is not StaffTest.PAYMENT or not session.visit.staff.busy:
        return session, ()
    return with_visit(session, card=event.progress), ()


def on_test_ended(session: Session, event: TestEnded, moment: Moment) -> Step:
    """However the payment ended, the terminal is read before the next one."""
    effects: tuple[Effect, ...] = (LookAround(),)
    if event.test is StaffTest.PAYMENT:
        effects = (ReadTerminal(), *effects)
        # A reading that came meanwhile was from before it.
        session = replace(session, lobby=replace(session.lobby, terminal_known=False))
    if session.visit.screen is Screen.STAFF and session.visit.staff.test is event.test:
        session = _staff(session, busy=False, outcome=event.outcome, detail=event.detail)
        session = with_visit(session, touched=moment.monotonic)
    return session, effects


def on_facts(session: Session, event: FactsSeen, moment: Moment) -> Step:
    if session.visit.screen is not Screen.STAFF:
        return session, ()
    return _staff(session, facts=event.facts, looked_at=moment.monotonic), ()


def on_tick(session: Session, moment: Moment) -> Step:
    staff = session.visit.staff
    if session.visit.screen is Screen.STAFF and moment.monotonic - staff.looked_at >= LOOK_EVERY_S:
        return _staff(session, looked_at=moment.monotonic), (LookAround(),)
    return session, ()
