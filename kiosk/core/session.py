"""What the resident is doing: ``step(session, event, moment)`` gives the next session and effects.

Pure: no clock, no device, no thread. Every event is handled on every screen; what makes no sense there
changes nothing. Leaving a screen is never possible while money may be moving.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kiosk.core import (
    acts,
    cabinet,
    earlier_payment,
    from_credit,
    helping,
    identify,
    outcome,
    part_payment,
    payment_code,
    payment_flow,
    scanned,
    service_desk,
    showing,
    staff,
    top_up,
    voting,
)
from kiosk.core.capabilities import offers
from kiosk.core.effects import ArmScanner, GuideScan
from kiosk.core.events import (
    AccountFound,
    ActEnded,
    ActWanted,
    BillsCacheSeen,
    BillsHeld,
    CallbackSeen,
    CallbackSent,
    CardAnswered,
    CardLost,
    CardNotAsked,
    CardStepped,
    ClockSeen,
    ConfigLoaded,
    DevicesSeen,
    Event,
    FactsSeen,
    HeadsetSeen,
    LookupFailed,
    MessageSeen,
    OrderFailed,
    OrderMade,
    OrderOutOfSight,
    OrderSeen,
    OutOfServiceSeen,
    PaymentsSeen,
    PinChecked,
    ReceiptPrinted,
    RecordingSeen,
    RecoveryDone,
    RequestSent,
    RequestsSeen,
    ScanHinted,
    Scanned,
    SensorsSeen,
    ServerSeen,
    SlipPrinted,
    Spelt,
    StopSeen,
    Tapped,
    TerminalRead,
    TestEnded,
    Ticked,
    Touched,
)
from kiosk.core.model import Action, Moment, Screen, Session, Visit
from kiosk.core.patience import RESTING, seconds_left
from kiosk.core.resting import at_rest, by_the_clock, on_server, with_lobby
from kiosk.core.scanner_arming import guided, listens
from kiosk.core.step import Step, with_visit


def step(session: Session, event: Event, moment: Moment) -> Step:
    """The next session and what is to be done, in this order. Raises nothing on any event."""
    before = session
    session = replace(session, now=moment.monotonic, wall=moment.wall)
    session, effects = _HANDLERS[type(event)](session, event, moment)
    if session.visit.next_code:
        session, more = payment_code.go_on(session, moment)
        effects = (*effects, *more)
    if session.visit.screen is not before.visit.screen:
        session = helping.stepped(with_visit(session, touched=moment.monotonic), before)
    listening, listened = listens(session), listens(before)
    if listening != listened:
        effects = (*effects, ArmScanner(listening))
    if (guides := guided(session)) != guided(before):
        session = with_visit(session, scan_hint="")
        effects = (*effects, GuideScan(guides))
    return session, effects


def home(session: Session, **kept: Any) -> Session:
    """Back to the start; everything about the last resident is forgotten."""
    lobby = session.lobby
    if lobby.next_config is not None:
        lobby = replace(lobby, config=lobby.next_config, next_config=None)
        session = replace(session, lobby=lobby)
    visit = Visit(number=session.visit.number + 1, touched=session.now, **kept)
    return at_rest(replace(session, visit=replace(visit, screen=Screen.ATTRACT)))


def _on_config(session: Session, event: ConfigLoaded, moment: Moment) -> Step:
    """A visit keeps the settings with which it began; news waits for its end. One that began without any,
    as where a payment is shown after a restart, has a receipt as soon as they are known."""
    if session.visit.screen not in RESTING and session.lobby.config is not None:
        return with_lobby(session, next_config=event.config)
    return with_lobby(session, config=event.config)


def _on_devices(session: Session, event: DevicesSeen, moment: Moment) -> Step:
    could_print = offers(session.lobby).print
    session, effects = with_lobby(session, devices=event.devices)
    if could_print or not offers(session.lobby).print:
        return session, effects
    return outcome.on_printer_back(session, moment)


def _on_recovery_done(session: Session, event: RecoveryDone, moment: Moment) -> Step:
    session, effects = with_lobby(session, recovering=False)
    if event.resumed is not None:
        session, effects = outcome.resume(session, moment, event.resumed)
    return session, effects


def _on_terminal_read(session: Session, event: TerminalRead, moment: Moment) -> Step:
    session, effects = with_lobby(session, last_card=event.last, terminal_known=True)
    if event.taken_back:
        return outcome.taken_back(session, moment, event.amount_minor)
    return session, effects


def _on_recording(session: Session, event: RecordingSeen, moment: Moment) -> Step:
    session, effects = with_lobby(session, recording=event.possible)
    if event.possible:
        return session, effects
    return outcome.on_cannot_record(session)


def _on_stop(session: Session, event: StopSeen, moment: Moment) -> Step:
    """Whoever is being served is served to the end; nobody new is."""
    return with_lobby(session, stopped=event.reason)


def _on_sensors(session: Session, event: SensorsSeen, moment: Moment) -> Step:
    """Nobody begins to pay at a cabinet that is open; what was begun ends as it would."""
    now = cabinet.seen(session.lobby.cabinet, event.cabinet, moment.monotonic)
    return with_lobby(session, cabinet=now)


def _on_clock(session: Session, event: ClockSeen, moment: Moment) -> Step:
    return with_lobby(session, clock_trusted=event.trusted)


def _on_bills_cache(session: Session, event: BillsCacheSeen, moment: Moment) -> Step:
    return with_lobby(session, bills_cache_usable=event.usable)


def _on_ticked(session: Session, event: Ticked, moment: Moment) -> Step:
    session = by_the_clock(acts.without_old_message(session, moment))
    if seconds_left(session) == 0:
        resting, touched = session.visit.screen in RESTING, session.visit.touched
        session = home(session)  # nobody touches one that rests already
        return (with_visit(session, touched=touched) if resting else session), ()
    if session.visit.screen in staff.SCREENS:
        return staff.on_tick(session, moment)
    return payment_flow.on_tick(session, moment)


def _on_touched(session: Session, event: Touched, moment: Moment) -> Step:
    return with_visit(session, touched=moment.monotonic), ()


def _on_scan_hint(session: Session, event: ScanHinted, moment: Moment) -> Step:
    if not guided(session):
        return session, ()
    return with_visit(session, scan_hint=event.hint), ()


def _taken_by_asking(session: Session) -> bool:
    payment = session.visit.payment
    return payment is not None and payment_code.takes_by_asking(payment)


def _on_card_step(session: Session, event: CardStepped, moment: Moment) -> Step:
    if event.payment_id == staff.TRYING:
        return staff.on_card_step(session, event)
    return payment_flow.on_card_step(session, event, moment)


def _on_order_made(session: Session, event: OrderMade, moment: Moment) -> Step:
    room = payment_code if _taken_by_asking(session) else payment_flow
    return room.on_order_made(session, event, moment)


def _on_order_failed(session: Session, event: OrderFailed, moment: Moment) -> Step:
    room = payment_code if _taken_by_asking(session) else payment_flow
    return room.on_order_failed(session, event, moment)


def _on_tapped(session: Session, event: Tapped, moment: Moment) -> Step:
    session = with_visit(session, touched=moment.monotonic)
    everywhere = _EVERYWHERE.get(event.action)
    if everywhere:
        return everywhere(session)
    for room in (
        showing,
        service_desk,
        identify,
        top_up,
        part_payment,
        from_credit,
        payment_flow,
        helping,
        voting,
        staff,
    ):
        answer = room.on_tapped(session, event, moment)
        if answer is not None:
            return answer
    return session, ()


def _on_end(session: Session) -> Step:
    if session.may_hold_money:
        return session, ()
    return home(session), ()


def _on_another(session: Session) -> Step:
    if session.visit.screen not in (Screen.PAID, Screen.NOTHING_DUE, Screen.RECEIPT_PHONE):
        return session, ()
    kept = {"language": session.visit.language, "access": session.visit.access}
    session = home(session, **kept)
    if session.visit.screen is Screen.ATTRACT:
        session = identify.to_typing(session)
    return session, ()


def _on_language(session: Session) -> Step:
    language = "en" if session.visit.language == "zh_CN" else "zh_CN"
    return with_visit(session, language=language), ()


def _on_help(session: Session) -> Step:
    visit = session.visit
    if visit.screen in (
        Screen.PAIRING,
        Screen.STARTING,
        *staff.SCREENS,
        Screen.HELP,
        Screen.CALLBACK,
    ):
        return session, ()
    return replace(session, visit=replace(visit, screen=Screen.HELP, helped_from=visit.screen)), ()


def _on_services(session: Session) -> Step:
    if session.visit.screen is not Screen.ATTRACT:
        return identify.to_services(session)
    return with_visit(session, screen=Screen.SERVICES), ()


def _on_back(session: Session) -> Step:
    if (before := service_desk.back(session)) is not None:
        return before, ()
    visit = session.visit
    match visit.screen:
        case Screen.SERVICES if visit.of_unit is not None:
            return identify.read_again(session)
        case Screen.HELP if visit.helped_from in RESTING:
            goal = Screen.ATTRACT
        case Screen.HELP:
            return replace(session, visit=replace(visit, screen=visit.helped_from)), ()
        case Screen.MESSAGE:
            goal = visit.back_to
        case Screen.PAID | Screen.UNKNOWN | Screen.RETURNED if visit.looking:
            goal = earlier_payment.back_to(session)
            session = with_visit(session, payment=None, looking=False, say=None)
            visit = session.visit
        case Screen.TOP_UP:
            return top_up.left(session), ()
        case Screen.PART:
            return part_payment.left(session), ()
        case Screen.METHOD if visit.topping_up or visit.in_part:
            goal = Screen.TOP_UP if visit.topping_up else Screen.PART
        case screen if screen in _BACK:
            goal = _BACK[screen]
        case _:
            return session, ()
    if goal is Screen.ATTRACT:
        return home(session, language=visit.language, access=visit.access), ()
    if goal is Screen.IDENTIFY:
        return identify.again(session), ()
    if goal is Screen.METHOD and visit.payment is not None and visit.payment.state.final:
        visit = replace(visit, payment=None)  # what comes now is another payment
    if goal is Screen.BILLS:
        visit = replace(visit, from_credit=0)  # what is chosen there may be another sum
    return replace(session, visit=replace(visit, screen=goal, say=None)), ()


_BACK = {
    Screen.SCAN: Screen.ATTRACT,
    Screen.CALLBACK: Screen.HELP,
    Screen.IDENTIFY: Screen.ATTRACT,
    Screen.SERVICES: Screen.ATTRACT,
    Screen.STAFF_PIN: Screen.ATTRACT,
    Screen.VERIFY: Screen.IDENTIFY,
    Screen.BILLS: Screen.IDENTIFY,
    Screen.NOTHING_DUE: Screen.IDENTIFY,
    Screen.EXPLAIN: Screen.BILLS,
    Screen.METHOD: Screen.BILLS,
    Screen.CREDIT: Screen.BILLS,
    Screen.DECLINED: Screen.METHOD,
    Screen.RECEIPT_PHONE: Screen.PAID,
}

_EVERYWHERE: dict[Action, Callable[[Session], Step]] = {
    Action.END: _on_end,
    Action.DONE: _on_end,
    Action.NO_RECEIPT: _on_end,
    Action.ANOTHER: _on_another,
    Action.LANGUAGE: _on_language,
    Action.HELP: _on_help,
    Action.SERVICES: _on_services,
    Action.STAFF: staff.opened,
    Action.BACK: _on_back,
    Action.UNDERSTOOD: lambda session: (
        _on_end(session)
        if session.visit.screen is Screen.UNKNOWN and not session.visit.looking
        else _on_back(session)
    ),
}

_HANDLERS: dict[type, Callable[[Session, Any, Moment], Step]] = {
    Tapped: _on_tapped,
    Touched: _on_touched,
    HeadsetSeen: showing.on_headset,
    Ticked: _on_ticked,
    Scanned: scanned.on_scanned,
    ScanHinted: _on_scan_hint,
    ConfigLoaded: _on_config,
    ServerSeen: on_server,
    DevicesSeen: _on_devices,
    RecordingSeen: _on_recording,
    StopSeen: _on_stop,
    SensorsSeen: _on_sensors,
    OutOfServiceSeen: acts.on_out_of_service,
    MessageSeen: acts.on_message,
    ActWanted: acts.on_wanted,
    ActEnded: acts.on_ended,
    ClockSeen: _on_clock,
    BillsCacheSeen: _on_bills_cache,
    RecoveryDone: _on_recovery_done,
    TerminalRead: _on_terminal_read,
    AccountFound: identify.on_account,
    LookupFailed: identify.on_lookup_failed,
    PaymentsSeen: service_desk.on_payments,
    BillsHeld: identify.on_bills_held,
    OrderMade: _on_order_made,
    OrderFailed: _on_order_failed,
    OrderSeen: payment_flow.on_order_seen,
    OrderOutOfSight: payment_flow.on_out_of_sight,
    CardStepped: _on_card_step,
    CardAnswered: payment_flow.on_card_answered,
    CardLost: payment_flow.on_card_lost,
    CardNotAsked: payment_flow.on_card_not_asked,
    ReceiptPrinted: outcome.on_receipt_printed,
    CallbackSent: helping.on_sent,
    CallbackSeen: helping.on_seen,
    Spelt: service_desk.on_spelt,
    RequestSent: service_desk.on_sent,
    RequestsSeen: service_desk.on_found,
    SlipPrinted: service_desk.on_slip,
    PinChecked: staff.on_pin_checked,
    FactsSeen: staff.on_facts,
    TestEnded: staff.on_test_ended,
}
