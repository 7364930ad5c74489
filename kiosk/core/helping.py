"""Help: whom to call now, and the wish to be called back. It leaves what was going on as it was. Pure."""

from dataclasses import replace

from contract.business_day import local_time
from kiosk.core.effects import AskCallback, FollowCallback
from kiosk.core.events import CallbackSeen, CallbackSent, Tapped
from kiosk.core.model import Action, Callback, Moment, Screen, Sent, Session
from kiosk.core.step import Step, with_visit

PHONE_DIGITS_MIN, PHONE_DIGITS_MAX = 7, 15
STEPS_KEPT = 6
_WITH_STAFF = (Sent.TAKEN, Sent.SEEN)
_STAFF_ONLY = (Screen.STAFF_PIN, Screen.STAFF)


def may_ask(session: Session) -> bool:
    """A wish that cannot reach anybody is not taken."""
    return session.lobby.server_reachable and session.visit.callback.sent not in _WITH_STAFF


def can_send(typed: str) -> bool:
    """A whole number, or none at all."""
    return not typed or len(typed) >= PHONE_DIGITS_MIN


def phone_now(session: Session) -> tuple[str, bool]:
    """Whom to call at this hour, and whether that is the office; empty where nobody is named."""
    config = session.lobby.config
    if config is None:
        return "", True
    of = config.community
    if not of.duty_phone or not of.office_opens or not of.office_closes or session.wall is None:
        return of.office_phone or of.duty_phone, bool(of.office_phone)
    now = local_time(session.wall, of.time_zone).strftime("%H:%M")
    if of.office_opens <= now < of.office_closes and of.office_phone:
        return of.office_phone, True
    return of.duty_phone, False


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    visit = session.visit
    if visit.screen is Screen.HELP and event.action is Action.CALL_BACK and may_ask(session):
        return with_visit(session, screen=Screen.CALLBACK, callback=Callback()), ()
    if visit.screen is not Screen.CALLBACK or visit.callback.sent in (Sent.SENDING, *_WITH_STAFF):
        return None
    typed = visit.callback.phone
    match event.action:
        case Action.DIGIT if event.value in set("0123456789") and len(typed) < PHONE_DIGITS_MAX:
            return with_visit(session, callback=Callback(typed + event.value)), ()
        case Action.BACKSPACE:
            return with_visit(session, callback=Callback(typed[:-1])), ()
        case Action.CLEAR:
            return with_visit(session, callback=Callback()), ()
        case Action.NEXT if can_send(typed):
            id, screen = moment.payment_id, visit.helped_from.value
            sent = Callback(typed, Sent.SENDING, id, visit.number, without=not typed)
            wish = AskCallback(visit.number, id, typed, screen, visit.steps)
            return with_visit(session, callback=sent), (wish,)
    return None


def on_sent(session: Session, event: CallbackSent, moment: Moment) -> Step:
    """Once staff have the number, the screen need not hold it any more."""
    callback = session.visit.callback
    if event.visit != callback.visit or callback.sent is not Sent.SENDING:
        return session, ()
    if not event.taken:
        return with_visit(session, callback=replace(callback, sent=Sent.FAILED)), ()
    known = replace(callback, phone="", sent=Sent.TAKEN)
    follow = FollowCallback(event.visit, callback.wish_id)
    return with_visit(session, callback=known), (follow,)


def on_seen(session: Session, event: CallbackSeen, moment: Moment) -> Step:
    callback = session.visit.callback
    if event.visit != callback.visit or callback.sent is not Sent.TAKEN:
        return session, ()
    return with_visit(session, callback=replace(callback, sent=Sent.SEEN)), ()


def stepped(session: Session, before: Session) -> Session:
    """Another screen: the one before is a step of the visit, but for help itself."""
    was, visit = before.visit, session.visit
    if was.number != visit.number or was.screen in (Screen.HELP, Screen.CALLBACK, *_STAFF_ONLY):
        return session
    return with_visit(session, steps=(*visit.steps, was.screen.value)[-STEPS_KEPT:])
