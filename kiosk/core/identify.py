"""Finding out whose bills are meant, and choosing among them: from the first touch to "how to pay"."""

from dataclasses import replace

from contract.messages import (
    BILLS_A_PAYMENT,
    Bill,
    ErrorCode,
    PaymentRecord,
    PaymentState,
    UnitAccount,
)
from kiosk.core import (
    earlier_payment,
    held_bills,
    invoicing,
    payment_history,
    service_desk,
    unit_entry,
)
from kiosk.core.asking import Asking, Purpose
from kiosk.core.capabilities import offers
from kiosk.core.effects import LookUp, PrintReceipt, Sound
from kiosk.core.events import OFFLINE, AccountFound, BillsHeld, LookupFailed, Tapped
from kiosk.core.model import (
    ALL_DUE,
    PHONE,
    PHONE_DIGITS,
    Action,
    Moment,
    Say,
    Screen,
    Session,
    UnitEntry,
)
from kiosk.core.step import Step, say, with_visit

_TO_TYPING = (Screen.ATTRACT, Screen.SCAN, Screen.SERVICES)
TYPING = (Screen.IDENTIFY, Screen.REQUEST_UNIT)
_WITH_BILLS = (Screen.BILLS, Screen.EXPLAIN, Screen.NOTHING_DUE)
_SAY_OF_FAILURE: dict[str, Say] = {
    ErrorCode.UNIT_NOT_FOUND: Say.UNIT_NOT_FOUND,
    ErrorCode.SECOND_FACTOR_WRONG: Say.PHONE_WRONG,
    ErrorCode.RATE_LIMITED: Say.TOO_MANY_TRIES,
    ErrorCode.BILL_PAID: Say.ALREADY_PAID,
    ErrorCode.NOT_FOUND: Say.BILL_GONE,
}


def again(session: Session) -> Session:
    """Back to typing; what was typed stays, what was found is forgotten."""
    visit = session.visit
    last = max((i for i, part in enumerate(visit.entry.parts) if part), default=0)
    entry = replace(visit.entry, phone="", active=last)
    return with_visit(
        session,
        screen=Screen.IDENTIFY,
        number=visit.number + 1,
        entry=entry,
        busy=False,
        say=None,
        account=None,
        bill_token="",
        acknowledged=0,
        held=(),
        waiting=(),
        looking=False,
        selected=(),
        topping_up=False,
        in_part=False,
        typed="",
        from_credit=0,
        reprint=None,
        paper_jobs=(),
        payment=None,
        of_unit=None,
        of_notices=(),
    )


def services_from(session: Session) -> UnitAccount | None:
    """The account from whose screens other services may be gone to; None where they may not."""
    visit = session.visit
    where = visit.helped_from if visit.screen is Screen.HELP else visit.screen
    return visit.account if where in _WITH_BILLS and not visit.busy else None


def to_services(session: Session) -> Step:
    """The unit need not be typed once more; of its bills nothing is kept, for whoever goes away from here
    leaves these screens for longer than the bills."""
    account = services_from(session)
    if account is None:
        return session, ()
    entry = unit_entry.of_code(unit_entry.numbering(session), account.unit)
    session = again(session)
    known = {"of_unit": account.label, "of_notices": tuple(account.notices)}
    return with_visit(session, screen=Screen.SERVICES, entry=entry, **known), ()


def read_again(session: Session) -> Step:
    """Back from other services to the unit's bills, with the second factor where one is asked for."""
    return on_complete(again(session))


def to_typing(session: Session) -> Session:
    """With the building of this kiosk filled in, as long as nothing else was typed."""
    entry = session.visit.entry
    fresh = unit_entry.start(session.lobby.config) if not any(entry.parts) else entry
    return with_visit(session, screen=Screen.IDENTIFY, entry=fresh)


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    visit = session.visit
    if visit.screen is Screen.SERVICES and event.action is Action.INVOICE:
        return _to_invoice(session) if invoicing.offered(session) else (session, ())
    if event.action is Action.PAYMENTS and payment_history.there(session) and not visit.busy:
        return _to_payments(session)
    if visit.screen is Screen.ATTRACT and event.action is Action.SCAN:
        return with_visit(session, screen=Screen.SCAN), ()
    if visit.screen in _TO_TYPING and event.action is Action.KEYPAD:
        session = with_visit(session, asking=Asking())
        return (session if visit.busy else to_typing(session)), ()
    if visit.screen in (*TYPING, Screen.VERIFY) and not visit.busy:
        return _on_keys(session, event)
    if visit.screen is Screen.BILLS and not visit.busy:
        return _on_bills(session, event)
    if visit.screen is Screen.NOTHING_DUE and event.action is Action.REPRINT and visit.reprint:
        if visit.reprint.state is PaymentState.REVERSED:
            return _look_at(session, visit.reprint)
        jobs = (*visit.paper_jobs, moment.payment_id)
        session = with_visit(session, say=Say.PRINTING, paper_jobs=jobs)
        return session, (PrintReceipt(visit.reprint, visit.language, True, moment.payment_id),)
    return None


def _to_invoice(session: Session) -> Step:
    """Whose payment it is of, is found as bills are, and with the same proof."""
    known = session.visit.of_unit is not None
    session = with_visit(session, asking=invoicing.begun())
    return read_again(session) if known else (to_typing(session), ())


def _to_payments(session: Session) -> Step | None:
    """With the proof that was just given, a bill or the digits, else it is asked for. Of the bills
    nothing is kept, as where other services are gone to."""
    visit = session.visit
    if visit.screen not in (Screen.SERVICES, Screen.INVOICE, *payment_history.FROM_BILLS):
        return None
    if not session.lobby.server_reachable:
        return payment_history.away(session)
    token, phone = visit.bill_token, visit.entry.phone
    if services_from(session) is not None:
        session, _ = to_services(session)
    known = session.visit.of_unit is not None or visit.screen is Screen.INVOICE
    kept = {"of_unit": session.visit.of_unit, "of_notices": session.visit.of_notices}
    if not known:
        return to_typing(with_visit(session, asking=payment_history.begun())), ()
    session = with_visit(again(session), asking=payment_history.begun(), **kept)
    if not token and len(phone) < PHONE_DIGITS:
        return on_complete(session)
    session = with_visit(session, screen=Screen.PAYMENTS, bill_token=token)
    unit = unit_entry.spelled_here(session, session.visit.entry.unit_code)
    return payment_history.looked_up(session, unit, phone="" if token else phone, token=token)


def _look_at(session: Session, record: PaymentRecord) -> Step:
    paid = record.state is PaymentState.APPROVED
    return earlier_payment.show(session, record, Say.ALREADY_PAID if paid else None)


def _on_keys(session: Session, event: Tapped) -> Step | None:
    entry, typing = session.visit.entry, session.visit.screen in TYPING
    kinds = unit_entry.numbering(session).kinds
    match event.action:
        case Action.DIGIT if len(event.value) == 1:
            config = session.lobby.config
            codes = config.unit_codes if config else ()
            typed = unit_entry.typed(unit_entry.kind(session), entry, event.value, codes)
            return with_visit(session, entry=typed, say=None), ()
        case Action.BACKSPACE:
            return with_visit(session, entry=unit_entry.rubbed_out(entry), say=None), ()
        case Action.CLEAR:
            empty = UnitEntry(kind=entry.kind)
            cleared = replace(entry, phone="") if entry.active == PHONE else empty
            return with_visit(session, entry=cleared, say=None), ()
        case Action.FIELD if typing and event.value in _places(len(unit_entry.kind(session).parts)):
            return with_visit(session, entry=replace(entry, active=int(event.value))), ()
        case Action.KIND if typing and event.value in _places(len(kinds)):
            return with_visit(session, entry=UnitEntry(kind=int(event.value)), say=None), ()
        case Action.SUGGESTION if typing and event.value in unit_entry.suggested(session):
            known = unit_entry.of_code(unit_entry.numbering(session), event.value, entry.kind)
            return on_complete(with_visit(session, entry=known))
        case Action.NEXT:
            return _on_next(session)
    return None


def _places(count: int) -> list[str]:
    return [str(place) for place in range(count)]


def _on_next(session: Session) -> Step:
    visit = session.visit
    entry = visit.entry
    if visit.screen is Screen.VERIFY:
        if len(entry.phone) < PHONE_DIGITS:
            return session, ()
        return _look_up(session)
    empty = unit_entry.first_empty(unit_entry.kind(session), entry)
    if empty is not None:
        return with_visit(session, entry=replace(entry, active=empty)), ()
    return on_complete(session)


def on_complete(session: Session) -> Step:
    """The unit is known: to the second factor where the community asks for one, else to the bills."""
    if session.visit.screen is Screen.REQUEST_UNIT:
        return service_desk.on_unit(session)
    config = session.lobby.config
    if (config and config.second_factor) or payment_history.wanted(session):
        entry = replace(session.visit.entry, phone="", active=PHONE)
        return with_visit(session, screen=Screen.VERIFY, entry=entry), ()
    return _look_up(session)


def _look_up(session: Session) -> Step:
    if payment_history.wanted(session):
        typed = session.visit.entry
        unit = unit_entry.spelled_here(session, typed.unit_code)
        return payment_history.looked_up(session, unit, phone=typed.phone)
    session = with_visit(session, busy=True, say=None, number=session.visit.number + 1)
    entry = session.visit.entry
    unit = unit_entry.spelled_here(session, entry.unit_code)
    return session, (LookUp(session.visit.number, unit, entry.phone),)


def on_account(session: Session, event: AccountFound, moment: Moment) -> Step:
    if event.visit != session.visit.number or not session.visit.busy:
        return session, ()
    if session.visit.asking.purpose is Purpose.INVOICE:
        return invoicing.found(session, event.reprint, event.account)
    account = held_bills.without(event.account, event.held)
    waiting = held_bills.waiting(event.account, event.held)
    session = with_visit(
        session,
        busy=False,
        account=account,
        offline=event.offline,
        acknowledged=event.acknowledged,
        held=event.held,
        waiting=waiting,
        selected=_wanted(event, account),
        topping_up=False,
        in_part=False,
        typed="",
        from_credit=0,
        reprint=event.reprint,
        payment=None,
        looking=False,
        say=None,
    )
    in_hand = next((b for b in event.account.bills if b.number == event.bill_number), None)
    if in_hand is not None and in_hand not in account.bills:
        return _not_now(session, in_hand)
    if account.bills and not offers(session.lobby).touch:
        # Who cannot touch cannot choose: the bill in the hand is what a phone held to the scanner pays.
        return with_visit(session, screen=Screen.METHOD), ()
    if account.bills or waiting:
        return with_visit(session, screen=Screen.BILLS), ()
    return with_visit(session, screen=Screen.NOTHING_DUE), ()


def _wanted(event: AccountFound, account: UnitAccount) -> tuple[str, ...]:
    """What is chosen at first: all, oldest first; of a scanned bill's unit that bill alone, so that the
    sum is the paper's, and one touch adds the others. A bill in the hand that cannot be paid now chooses
    nothing."""
    numbers, number = tuple(bill.number for bill in account.bills), event.bill_number
    if number not in {bill.number for bill in event.account.bills}:
        return numbers[:BILLS_A_PAYMENT]
    return (number,) if number in numbers else ()


def _not_now(session: Session, bill: Bill) -> Step:
    """The bill in the hand is paid already, or may be: its payment here is shown; of one elsewhere
    the list of bills tells."""
    record = held_bills.payment_for(bill, session.visit.held)
    if record is not None and not record.state.final:
        return earlier_payment.show(session, record)
    if record is not None:
        return earlier_payment.show(session, record, Say.ALREADY_PAID)
    if offers(session.lobby).touch:
        return with_visit(session, screen=Screen.BILLS), (Sound("attention"),)
    return say(session, Say.BEING_CONFIRMED, Screen.IDENTIFY), (Sound("attention"),)


def on_bills_held(session: Session, event: BillsHeld, moment: Moment) -> Step:
    """Found at the last gate: nothing was begun, so nothing has to be ended."""
    if session.visit.account is None or session.may_hold_money or not event.held:
        return session, ()
    unsure = [record for record in event.held if not record.state.final]
    record = (unsure or list(event.held))[-1]
    session = with_visit(session, account=None, selected=(), waiting=())  # they are read again
    return earlier_payment.show(session, record, None if unsure else Say.ALREADY_PAID)


def on_lookup_failed(session: Session, event: LookupFailed, moment: Moment) -> Step:
    visit = session.visit
    if event.visit != visit.number or not visit.busy:
        return session, ()
    if event.code == ErrorCode.SECOND_FACTOR_NEEDED:
        entry = replace(visit.entry, phone="", active=PHONE)
        return with_visit(session, screen=Screen.VERIFY, entry=entry, busy=False), ()
    if event.code == ErrorCode.SECOND_FACTOR_WRONG:
        entry = replace(visit.entry, phone="")
        return with_visit(session, say=Say.PHONE_WRONG, entry=entry, busy=False), ()
    if event.paid is not None:
        return earlier_payment.show(session, event.paid, Say.ALREADY_PAID)
    what = Say.SERVER_AWAY if event.code == OFFLINE else _SAY_OF_FAILURE.get(event.code)
    paid_on = str(event.details.get("paid_on", ""))
    session = say(session, what or Say.SERVER_AWAY, Screen.IDENTIFY, say_date=paid_on)
    return session, (Sound("attention"),)


def _on_bills(session: Session, event: Tapped) -> Step | None:
    visit = session.visit
    numbers = tuple(b.number for b in visit.account.bills) if visit.account else ()
    match event.action:
        case Action.TOGGLE_BILL if event.value in numbers:
            chosen = set(visit.selected) ^ {event.value}
            if len(chosen) > BILLS_A_PAYMENT:
                return session, ()
            return with_visit(session, selected=tuple(n for n in numbers if n in chosen)), ()
        case Action.SELECT_ALL:
            most = numbers[:BILLS_A_PAYMENT]
            return with_visit(
                session, selected=() if len(visit.selected) == len(most) else most
            ), ()
        case Action.EXPLAIN if event.value in numbers:
            return with_visit(session, screen=Screen.EXPLAIN, explaining=event.value), ()
        case Action.REPRINT if visit.reprint is not None:
            return _look_at(session, visit.reprint)
        case Action.VIEW_RESULT:
            return earlier_payment.view(session, event.value)
        case Action.ITEMISE:
            return with_visit(session, itemised=True), ()
        case Action.PAY if event.value == ALL_DUE and numbers and session.lobby.recording:
            chosen = numbers[:BILLS_A_PAYMENT]
            return with_visit(session, screen=Screen.METHOD, selected=chosen), ()
        case Action.PAY if visit.selected and not session.lobby.recording:
            return say(session, Say.CANNOT_RECORD, Screen.ATTRACT), ()
        case Action.PAY if visit.selected:
            return with_visit(session, screen=Screen.METHOD), ()
    return None
