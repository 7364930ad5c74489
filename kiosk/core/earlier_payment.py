"""Payments that were begun before this visit and that somebody of the unit comes back to: they stay in
sight, can be looked at, and lead to their receipt. Nobody is asked for their money again. Pure.
"""

from dataclasses import replace

from contract.lifecycle import CLOSED_UNPAID
from contract.messages import CREDITED, LATE, Bill, PaymentRecord, PaymentState, PaymentView
from kiosk.core import held_bills
from kiosk.core.effects import Effect, LookUp, Sound
from kiosk.core.model import Say, Screen, Session
from kiosk.core.step import Step, say, with_visit
from kiosk.core.unit_entry import spelled_here

NOT_RECEIVED = "not_received"  # why the server takes back what somebody had booked as paid
_SHOWN = {PaymentState.APPROVED: Screen.PAID, PaymentState.REVERSED: Screen.RETURNED}
_CHOOSING = (Screen.BILLS, Screen.EXPLAIN, Screen.METHOD, Screen.CREDIT, Screen.PART)


def view(session: Session, number: str) -> Step:
    """What is known of the payment that a bill waits for: on its way still, or its receipt. Of one that
    is not ours, or that took no money, the bills as the server has them now tell."""
    visit = session.visit
    bill = next((bill for bill in visit.waiting if bill.number == number), None)
    if bill is None or visit.busy:
        return session, ()
    record = held_bills.payment_for(bill, visit.held)
    if record is None or record.state in CLOSED_UNPAID:
        return _read_again(session)
    return show(session, record)


def show(session: Session, record: PaymentRecord, what: Say | None = None) -> Step:
    """The screen of a payment that is only looked at."""
    approved = record.state is PaymentState.APPROVED
    session = with_visit(
        session,
        screen=_SHOWN.get(record.state, Screen.UNKNOWN),
        payment=record,
        looking=True,
        busy=False,
        say=what,
        receipt_done=False,
        paper_begun=approved,  # how often it was printed, nobody knows: what comes now is a copy
        paper_jobs=(),
    )
    return session, (Sound("paid" if approved else "attention"),)


def back_to(session: Session) -> Screen:
    """Where looking at a payment ends: at the bills, where there are some to choose among."""
    visit = session.visit
    if visit.account is None:
        return Screen.IDENTIFY
    return Screen.BILLS if visit.account.bills or visit.waiting else Screen.NOTHING_DUE


def known_later(record: PaymentRecord, view: PaymentView) -> PaymentRecord | None:
    """A payment that ended here without money, as the server knows it now: its money came later, and goes
    back or is credit. None: no money came, or nobody can say."""
    kept = view.state is PaymentState.APPROVED and view.reason == LATE
    if record.state not in CLOSED_UNPAID or view.reason == NOT_RECEIVED:
        return None
    if not kept and view.state is not PaymentState.REVERSED:
        return None
    known = {
        "state": PaymentState.REVERSED,
        "reason": CREDITED if kept else view.reason,
        "changed_at": view.paid_at or record.changed_at,
        "channel_reference": view.channel_reference or record.channel_reference,
    }
    return record.model_copy(update=known)


def of_reversed(record: PaymentRecord) -> Say:
    """What is said of a payment that settles no bill although it was paid."""
    return Say.KEPT_AS_CREDIT if record.reason == CREDITED else Say.PAYMENT_REVERSED


def on_news(session: Session, record: PaymentRecord) -> tuple[Session, tuple[Effect, ...]]:
    """An earlier payment's state became known while somebody stands there. Whoever looks at the same
    bills is not asked for them again, with or without the server; what they wait for says so."""
    session = _known(session, record)
    visit = session.visit
    if visit.account is None or record.state is not PaymentState.APPROVED:
        return session, ()
    due = [bill for bill in visit.account.bills if not held_bills.holds(record, bill)]
    if len(due) == len(visit.account.bills):
        return session, ()
    left = {bill.number for bill in due}
    gone = tuple(number for number in visit.selected if number not in left)
    session = with_visit(
        session,
        account=visit.account.model_copy(update={"bills": due}),
        selected=tuple(number for number in visit.selected if number in left),
    )
    shown = {Screen.HELP: visit.helped_from, Screen.MESSAGE: visit.back_to}
    if not gone or shown.get(visit.screen, visit.screen) not in _CHOOSING:
        return session, ()
    return show(with_visit(session, in_part=False, typed=""), record, Say.RESUMED)


def ended(session: Session, record: PaymentRecord) -> Step:
    """A payment that was looked at took no money, or gave it back."""
    returned = record.state is PaymentState.REVERSED
    unpaid = Say.NOT_TAKEN_IN_DOUBT if record.reversal_asked else Say.NOT_TAKEN
    what = of_reversed(record) if returned else unpaid
    paper = {"reprint": record} if returned else {}
    session = with_visit(session, payment=None, looking=False, **paper)
    return say(session, what, back_to(session)), (Sound("attention"),)


def _known(session: Session, record: PaymentRecord) -> Session:
    held = tuple(
        record if other.payment_id == record.payment_id else other for other in session.visit.held
    )
    return replace(session, visit=replace(session.visit, held=held))


def _read_again(session: Session) -> Step:
    """The same unit, with the proof that was given."""
    visit = session.visit
    session = with_visit(session, busy=True, say=None, number=visit.number + 1)
    unit = spelled_here(session, visit.entry.unit_code)
    return session, (LookUp(session.visit.number, unit, visit.entry.phone),)


def state_of(session: Session, bill: Bill) -> tuple[str, str]:
    """How it stands with a bill's earlier payment (confirming, paid, not_taken, not_paid where money
    may have moved all the same, returned, credited; elsewhere: it is none of this kiosk), and its
    reference where known."""
    record = held_bills.payment_for(bill, session.visit.held)
    if record is None:
        return "elsewhere", ""
    if record.state is PaymentState.APPROVED:
        return "paid", record.reference
    if not record.state.final:
        return "confirming", record.reference
    if record.state is PaymentState.REVERSED:
        return ("credited" if record.reason == CREDITED else "returned"), record.reference
    return ("not_paid" if record.reversal_asked else "not_taken"), record.reference
