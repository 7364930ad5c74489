"""Other services: a request to the office from its topic to its number, earlier ones and their answers,
notices in full, and what was made public. Nothing of it outlives the visit, and none of it holds money.
Pure."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.business_day import local_time
from contract.messages import Notice, RequestTopic, Text
from contract.service_requests import NUMBER_KEY, PHONE_KEY
from kiosk.core import invoicing, payment_history, unit_entry, writing
from kiosk.core.asking import Asking, Fault, Paper, Purpose
from kiosk.core.capabilities import offers
from kiosk.core.effects import FindRequests, PrintSlip, SendRequest, Spell
from kiosk.core.events import RequestSent, RequestsSeen, SlipPrinted, Spelt, Tapped
from kiosk.core.helping import PHONE_DIGITS_MAX, PHONE_DIGITS_MIN
from kiosk.core.model import Action, Moment, Screen, Sent, Session
from kiosk.core.step import Step, with_visit
from kiosk.core.writing import Keys, Writing

KINDS = ("repair", "complaint", "question", "praise")
KEY_MAX = 9
FIGURES = frozenset("0123456789")


def kinds(session: Session) -> tuple[str, ...]:
    """What may be sent now: nothing while nobody would receive it."""
    config = session.lobby.config
    if config is None or not session.lobby.server_reachable:
        return ()
    there = {topic.kind for topic in config.topics}
    return tuple(kind for kind in KINDS if kind in there)


def notices(session: Session) -> tuple[Notice, ...]:
    """Those that can be read now: of the unit whose bills were read, then those for everybody."""
    config = session.lobby.config
    return (*session.visit.of_notices, *(config.notices if config else ()))


def topics(session: Session, kind: str) -> tuple[RequestTopic, ...]:
    config = session.lobby.config
    return tuple(topic for topic in config.topics if topic.kind == kind) if config else ()


def topic_of(session: Session) -> RequestTopic | None:
    asking = session.visit.asking
    return next((one for one in topics(session, asking.kind) if one.id == asking.topic), None)


def _phrases(session: Session) -> list[Text]:
    topic = topic_of(session)
    return topic.phrases if topic else []


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    handler = _SCREENS.get(session.visit.screen)
    return handler(session, event, moment) if handler else None


def back(session: Session) -> Session | None:
    """One screen back; None where it is not one of these. What was typed stays."""
    if (before := payment_history.back(session)) is not None:
        return before
    visit, asking = session.visit, session.visit.asking
    if visit.screen is Screen.REQUEST_SENT and asking.sent is not Sent.FAILED:
        return None
    goal = _BACK.get(visit.screen)
    if visit.screen in (Screen.TOPICS, Screen.INVOICE):
        asking = Asking()
    if visit.screen is Screen.WRITE and not _phrases(session):
        goal = Screen.TOPICS
    if visit.screen is Screen.REQUEST_UNIT or (visit.of_unit and visit.screen in _AFTER_UNIT):
        goal = _before_unit(asking)
    if visit.screen is Screen.ANSWERS:
        asking = replace(asking, found=())
    goal = invoicing.before(asking, visit.screen) or goal
    if goal is None:
        return None
    asking = replace(asking, fault=Fault.NONE, sent=Sent.NOT_YET)
    return with_visit(session, screen=goal, asking=asking, busy=False)


def _before_unit(asking: Asking) -> Screen:
    if asking.purpose is Purpose.ANSWERS:
        return Screen.SERVICES
    return Screen.PHRASES if asking.phrase else Screen.WRITE


def _asking(session: Session, screen: Screen | None = None, **changes: Any) -> Session:
    visit = session.visit
    asking = replace(visit.asking, **changes)
    return with_visit(session, asking=asking, screen=screen or visit.screen)


def _on_services(session: Session, event: Tapped, moment: Moment) -> Step | None:
    config = session.lobby.config
    match event.action:
        case Action.ASK if event.value in kinds(session):
            return _asking(session, Screen.TOPICS, kind=event.value, purpose=Purpose.SEND), ()
        case Action.ANSWERS if session.lobby.server_reachable and config and config.topics:
            return _to_unit(_asking(session, purpose=Purpose.ANSWERS)), ()
        case Action.NOTICE if event.value in {one.id for one in notices(session)}:
            return _asking(session, Screen.NOTICE, notice=event.value), ()
        case Action.ACCOUNTS if config and config.accounts:
            return _asking(session, Screen.ACCOUNTS), ()
    return None


on_payments = payment_history.on_seen


def _on_accounts(session: Session, event: Tapped, moment: Moment) -> Step | None:
    config = session.lobby.config
    there = {one.id for one in config.accounts} if config else set()
    if event.action is not Action.ACCOUNT or event.value not in there:
        return None
    return _asking(session, Screen.ACCOUNT, account=event.value), ()


def _on_topics(session: Session, event: Tapped, moment: Moment) -> Step | None:
    there = {topic.id for topic in topics(session, session.visit.asking.kind)}
    if event.action is not Action.TOPIC or event.value not in there:
        return None
    session = _asking(session, topic=event.value, phrase="", wish_id="")
    return (_asking(session, Screen.PHRASES) if _phrases(session) else _to_writing(session)), ()


def _on_phrases(session: Session, event: Tapped, moment: Moment) -> Step | None:
    phrases = _phrases(session)
    if event.action is Action.WRITE:
        return _to_writing(session), ()
    if event.action is Action.PHRASE and event.value in {str(n) for n in range(len(phrases))}:
        text = phrases[int(event.value)].in_language(session.visit.language)
        return _to_unit(_asking(session, phrase=text, wish_id="")), ()
    return None


def _to_writing(session: Session) -> Session:
    """With the keys of the screen's language, as long as nothing was typed."""
    now = session.visit.asking.writing
    if not now.text and not now.letters:
        first = Keys.LATIN if session.visit.language == "en" else Keys.PINYIN
        now = Writing(keys=first, words=first, asked=now.asked)
    return _asking(session, Screen.WRITE, phrase="", writing=now)


def _on_write(session: Session, event: Tapped, moment: Moment) -> Step | None:
    now = session.visit.asking.writing
    if event.action is Action.NEXT:
        if now.letters and now.then is None:
            return _written(session, writing.settled(now))
        ready = bool(now.text.strip()) and not now.letters
        if ready and session.visit.asking.purpose is Purpose.INVOICE:
            return invoicing.titled(session), ()
        return (_to_unit(session) if ready else session), ()
    change = _KEYS.get(event.action)
    return _written(session, change(now, event.value)) if change else None


_KEYS: dict[Action, Callable[[writing.Writing, str], writing.Writing]] = {
    Action.LETTER: writing.letter,
    Action.MARK: writing.mark,
    Action.CANDIDATE: lambda now, value: writing.choose(
        now, int(value) if value in _PLACES else -1
    ),
    Action.CANDIDATES: lambda now, value: writing.turned(now, value == "next"),
    Action.BACKSPACE: lambda now, value: writing.rubbed_out(now),
    Action.KEYS: writing.switched,
    Action.SHIFT: lambda now, value: writing.shifted(now),
}
_PLACES = frozenset(str(place) for place in range(100))


def _written(session: Session, now: writing.Writing) -> Step:
    before = session.visit.asking.writing
    session = _asking(session, writing=now, wish_id="")
    if now.asked == before.asked or not now.letters:
        return session, ()
    return session, (Spell(session.visit.number, now.asked, now.letters, now.chosen),)


def on_spelt(session: Session, event: Spelt, moment: Moment) -> Step:
    now = session.visit.asking.writing
    if event.visit != session.visit.number or session.visit.screen is not Screen.WRITE:
        return session, ()
    return _written(
        session, writing.spelt(now, event.asked, event.shown, event.candidates, event.text)
    )


def _to_unit(session: Session) -> Session:
    """Past it where the bills of one were read. With the building of this kiosk filled in, as long as
    nothing else was typed."""
    if session.visit.of_unit is not None:
        return on_unit(session)[0]
    entry = session.visit.entry
    fresh = entry if any(entry.parts) else unit_entry.start(session.lobby.config)
    return with_visit(session, screen=Screen.REQUEST_UNIT, entry=fresh)


def _forget_unit(session: Session) -> Session:
    """Neither whose bills were read nor what is for such units is of the one that is typed now."""
    return with_visit(session, of_unit=None, of_notices=())


def _other_unit(session: Session, **changes: Any) -> Session:
    """It is not the one whose bills were read: typed from the start."""
    fresh = unit_entry.start(session.lobby.config)
    session = with_visit(_forget_unit(session), entry=fresh)
    return _asking(session, Screen.REQUEST_UNIT, **changes)


def on_unit(session: Session) -> Step:
    """The unit is typed: to the number to be called at, or to the digits that prove who asks."""
    send = session.visit.asking.purpose is Purpose.SEND
    return _asking(
        session, Screen.REQUEST_PHONE if send else Screen.ANSWER_KEY, fault=Fault.NONE
    ), ()


def _on_phone(session: Session, event: Tapped, moment: Moment) -> Step | None:
    asking = session.visit.asking
    if asking.sent is Sent.SENDING:
        return None
    if event.action is Action.OTHER_UNIT and session.visit.of_unit:
        return _other_unit(session), ()
    typed = _digits(asking.phone, event, PHONE_DIGITS_MAX)
    if typed is not None:
        return _asking(session, phone=typed, wish_id="", fault=Fault.NONE), ()
    enough = not asking.phone or len(asking.phone) >= PHONE_DIGITS_MIN
    if event.action is not Action.NEXT or not enough:
        return None
    return _send(session, moment)


def _send(session: Session, moment: Moment) -> Step:
    """The same wish again while nothing of it was changed: the server takes it once."""
    visit, asking = session.visit, session.visit.asking
    if not session.lobby.server_reachable:
        return _asking(session, Screen.REQUEST_SENT, sent=Sent.FAILED, fault=Fault.AWAY), ()
    unit = unit_entry.spelled_here(session, visit.entry.unit_code)
    invoice, topic = invoicing.wish(session), asking.topic
    if invoice is not None and asking.invoice is not None:
        unit, topic = asking.invoice.unit, invoicing.topic(session)
    wish = asking.wish_id if asking.wish_id and asking.unit == unit else moment.payment_id
    session = _asking(
        session,
        Screen.REQUEST_SENT,
        sent=Sent.SENDING,
        fault=Fault.NONE,
        wish_id=wish,
        unit=unit,
        visit=visit.number,
    )
    return session, (
        SendRequest(visit.number, wish, topic, unit, asking.text, asking.phone, invoice),
    )


def on_sent(session: Session, event: RequestSent, moment: Moment) -> Step:
    """Once the office has it, the screen need not hold what was written any more."""
    asking = session.visit.asking
    if event.visit != asking.visit or asking.sent is not Sent.SENDING:
        return session, ()
    if event.fault is Fault.NO_UNIT and asking.invoice is None:
        typing = replace(session.visit.entry, phone="")
        session = with_visit(_forget_unit(session), entry=typing)
        return _asking(
            session, Screen.REQUEST_UNIT, sent=Sent.NOT_YET, wish_id="", fault=event.fault
        ), ()
    if event.fault:
        return _asking(session, sent=Sent.FAILED, fault=event.fault), ()
    taken = Asking(sent=Sent.TAKEN, number=event.number, url=event.url, visit=asking.visit)
    return with_visit(session, asking=taken), ()


def _on_sent_screen(session: Session, event: Tapped, moment: Moment) -> Step | None:
    asking = session.visit.asking
    if event.action is Action.RETRY and asking.sent is Sent.FAILED:
        return _send(session, moment)
    printable = offers(session.lobby).print and asking.paper in (Paper.NOT_YET, Paper.FAILED)
    if event.action is Action.PRINT_SLIP and asking.sent is Sent.TAKEN and printable:
        session = _asking(session, paper=Paper.PRINTING, job_id=moment.payment_id)
        return session, (_slip(session, moment),)
    return None


def _slip(session: Session, moment: Moment) -> PrintSlip:
    asking, config = session.visit.asking, session.lobby.config
    assert config is not None, "without it nothing is offered"
    of = config.community
    return PrintSlip(
        moment.payment_id,
        asking.number,
        asking.url,
        session.visit.language,
        community=of.name,
        at=local_time(moment.wall, of.time_zone),
    )


def on_slip(session: Session, event: SlipPrinted, moment: Moment) -> Step:
    if event.job_id != session.visit.asking.job_id or not event.job_id:
        return session, ()
    return _asking(session, paper=Paper.PRINTED if event.printed else Paper.FAILED), ()


def _on_key(session: Session, event: Tapped, moment: Moment) -> Step | None:
    visit, asking = session.visit, session.visit.asking
    if visit.busy:
        return None
    if event.action is Action.OTHER_UNIT and visit.of_unit:
        return _other_unit(session, key=""), ()
    typed = _digits(asking.key, event, KEY_MAX)
    if typed is not None:
        return _asking(session, key=typed, fault=Fault.NONE), ()
    if event.action is not Action.NEXT or not key_complete(asking.key):
        return None
    if not session.lobby.server_reachable:
        return _asking(session, fault=Fault.AWAY), ()
    session = with_visit(_asking(session, visit=visit.number, fault=Fault.NONE), busy=True)
    unit = unit_entry.spelled_here(session, visit.entry.unit_code)
    return session, (FindRequests(visit.number, unit, asking.key),)


def key_complete(key: str) -> bool:
    return len(key) == PHONE_KEY or len(key) >= NUMBER_KEY


def on_found(session: Session, event: RequestsSeen, moment: Moment) -> Step:
    visit = session.visit
    if event.visit != visit.asking.visit or visit.screen is not Screen.ANSWER_KEY or not visit.busy:
        return session, ()
    session = with_visit(session, busy=False)
    if event.fault is Fault.NO_UNIT:
        session = _forget_unit(session)
        return _asking(session, Screen.REQUEST_UNIT, key="", fault=event.fault), ()
    if event.fault:
        return _asking(session, key="", fault=event.fault), ()
    return _asking(session, Screen.ANSWERS, key="", found=event.found), ()


def _digits(typed: str, event: Tapped, most: int) -> str | None:
    """What stands there after this key; None: it is no key of figures."""
    match event.action:
        case Action.DIGIT if event.value in FIGURES and event.value:
            return (typed + event.value)[:most]
        case Action.BACKSPACE:
            return typed[:-1]
        case Action.CLEAR:
            return ""
    return None


_AFTER_UNIT = (Screen.REQUEST_PHONE, Screen.ANSWER_KEY)
_BACK = {
    Screen.TOPICS: Screen.SERVICES,
    Screen.PHRASES: Screen.TOPICS,
    Screen.WRITE: Screen.PHRASES,
    Screen.REQUEST_PHONE: Screen.REQUEST_UNIT,
    Screen.REQUEST_SENT: Screen.REQUEST_PHONE,
    Screen.ANSWER_KEY: Screen.REQUEST_UNIT,
    Screen.ANSWERS: Screen.ANSWER_KEY,
    Screen.NOTICE: Screen.SERVICES,
    Screen.ACCOUNTS: Screen.SERVICES,
    Screen.ACCOUNT: Screen.ACCOUNTS,
    Screen.INVOICE: Screen.SERVICES,
}
_SCREENS: dict[Screen, Callable[[Session, Tapped, Moment], Step | None]] = {
    Screen.SERVICES: _on_services,
    Screen.ACCOUNTS: _on_accounts,
    Screen.PAYMENTS: payment_history.on_list,
    Screen.PAYMENT: payment_history.on_one,
    Screen.INVOICE: invoicing.on_invoice,
    Screen.TAX_NUMBER: invoicing.on_tax_number,
    Screen.TOPICS: _on_topics,
    Screen.PHRASES: _on_phrases,
    Screen.WRITE: _on_write,
    Screen.REQUEST_PHONE: _on_phone,
    Screen.REQUEST_SENT: _on_sent_screen,
    Screen.ANSWER_KEY: _on_key,
}
