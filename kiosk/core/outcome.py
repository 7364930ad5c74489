"""What a payment's news means for the resident: each fact is recorded, then shown, then told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from contract.lifecycle import Fact
from contract.messages import Method, PaymentRecord, PaymentState
from kiosk.core import earlier_payment, payment_history
from kiosk.core.capabilities import offers
from kiosk.core.effects import (
    Effect,
    PrintReceipt,
    Record,
    RecordReceipt,
    Resolve,
    Sound,
)
from kiosk.core.events import ReceiptPrinted
from kiosk.core.model import Moment, Say, Screen, Session
from kiosk.core.patience import RESTING
from kiosk.core.payment import apply_fact
from kiosk.core.step import Step, say, with_visit

SILENT = "silent"  # of CardProgress: the card reader showed nothing
WITH_PAPER = (Screen.PAID, Screen.UNKNOWN, Screen.RETURNED)  # of one payment: its receipt or slip
RESUME_WITHIN = timedelta(minutes=5)  # who paid may still be standing there


def learned(session: Session, moment: Moment, payment_id: str, fact: Fact, **known: Any) -> Step:
    """Puts a fact on the payment that it belongs to, records it, and shows it."""
    waiting = {r.payment_id: r for r in session.lobby.unresolved}
    mine = session.visit.payment
    is_mine = mine is not None and mine.payment_id == payment_id
    begun_here = is_mine and not session.visit.looking  # what is looked at may be known better
    record = waiting.get(payment_id) or (mine if begun_here else None)
    if record is None:
        return session, ()
    changed = apply_fact(record, fact, moment.wall, **known)
    if changed is None:
        return session, ()
    still = tuple(r for r in session.lobby.unresolved if r.payment_id != payment_id)
    session = replace(session, lobby=replace(session.lobby, unresolved=still))
    if changed.method is Method.CARD:
        paid = changed if changed.state is PaymentState.APPROVED else None
        session = replace(session, lobby=replace(session.lobby, last_paid=paid))
    effects: tuple[Effect, ...] = (Record(changed),)
    seen: tuple[Effect, ...] = ()
    if not is_mine or session.visit.looking:
        session, seen = earlier_payment.on_news(session, changed)
    if is_mine:
        session, shown = _show_outcome(with_visit(session, payment=changed), moment, changed)
        return session, (*effects, *shown)
    if seen:
        return session, (*effects, *seen)
    session, shown = resume(session, moment, changed)
    return session, (*effects, *shown)


def taken_back(session: Session, moment: Moment, amount_minor: int | None) -> Step:
    """The terminal approved, we recorded it, and it took the money back: it never heard us, or thinks
    so. Only the newest card payment can be meant, because the terminal is read after each."""
    paid = session.lobby.last_paid
    if paid is None or amount_minor not in (None, paid.amount_minor):
        return session, ()
    changed = apply_fact(paid, Fact.REVERSED, moment.wall, reason="terminal_took_back")
    if changed is None:
        return session, ()
    session = replace(session, lobby=replace(session.lobby, last_paid=None))
    session, _ = earlier_payment.on_news(session, changed)
    shown = session.visit.payment
    if shown is None or shown.payment_id != paid.payment_id:
        return session, (Record(changed),)
    session, effects = _show_outcome(with_visit(session, payment=changed), moment, changed)
    return session, (Record(changed), *effects)


def resume(session: Session, moment: Moment, record: PaymentRecord) -> Step:
    """Shows a payment that was confirmed while nobody was served, if its payer may be waiting."""
    if not _still_there(session, moment, record):
        return session, ()
    session = with_visit(session, screen=Screen.PAID, payment=record, say=Say.RESUMED)
    return session, (Sound("paid"),)


def _still_there(session: Session, moment: Moment, record: PaymentRecord) -> bool:
    """A payment confirmed after a restart: whoever paid may be waiting in front of the kiosk."""
    resting = session.visit.screen in RESTING
    recent = timedelta(0) <= moment.wall - record.created_at <= RESUME_WITHIN
    return record.state is PaymentState.APPROVED and resting and recent


def _show_outcome(session: Session, moment: Moment, record: PaymentRecord) -> Step:
    # A slip that is printed, or printing still, is no receipt: what comes now is no copy of it.
    session = with_visit(session, receipt_done=False, paper_begun=False, paper_jobs=())
    if session.visit.looking and record.state is not PaymentState.APPROVED:
        return earlier_payment.ended(session, record)
    match record.state:
        case PaymentState.APPROVED:
            session = with_visit(session, screen=Screen.PAID, say=None, cancelling=False)
            can = offers(session.lobby)
            if can.touch or not can.print:
                return session, (Sound("paid"),)
            # Nobody can touch "print": the receipt comes by itself.
            session, printing = on_paper(session, moment)
            return session, (Sound("paid"), *printing)
        case PaymentState.DECLINED:
            session = with_visit(session, screen=Screen.DECLINED, say=None, cancelling=False)
            return session, (Sound("attention"),)
        case PaymentState.REVERSED:
            what = earlier_payment.of_reversed(record)
            session = say(session, what, Screen.METHOD, cancelling=False)
            return with_visit(session, payment=None, reprint=record), (Sound("attention"),)
        case PaymentState.CANCELLED:
            return after_cancelled(session), ()
    return session, ()


def after_cancelled(session: Session) -> Session:
    """An explicit no. Only without a reversal it means that nothing was charged."""
    visit = session.visit
    in_doubt = visit.payment is not None and visit.payment.reversal_asked
    session = with_visit(session, payment=None, cancelling=False, code_url="")
    if visit.cancelling and visit.after_cancel is Screen.METHOD:
        return with_visit(session, screen=Screen.METHOD, say=None)
    what = visit.say if visit.say is Say.PAYMENT_EXPIRED else Say.PAYMENT_CANCELLED
    if in_doubt:
        expired = what is Say.PAYMENT_EXPIRED
        what = Say.EXPIRED_IN_DOUBT if expired else Say.CANCELLED_IN_DOUBT
    if visit.card.kind == SILENT and not visit.cancelling:
        what = Say.TERMINAL_SILENT
    return say(session, what, Screen.METHOD)


def cancelled(session: Session, moment: Moment, reason: str) -> Step:
    record = session.visit.payment
    assert record is not None
    ended = apply_fact(record, Fact.CANCELLED, moment.wall, reason=reason)
    return after_cancelled(session), ((Record(ended),) if ended else ())


def lost(session: Session, moment: Moment, payment_id: str, reason: str) -> Step:
    """The outcome is not known: say so, promise nothing, and let recovery ask."""
    record = session.visit.payment
    if record is None or record.payment_id != payment_id:
        return session, ()
    unknown = apply_fact(record, Fact.UNANSWERED, moment.wall, reason=reason)
    if unknown is None:
        return session, ()
    lobby = replace(session.lobby, unresolved=(*session.lobby.unresolved, unknown))
    session = replace(session, lobby=lobby)
    session = with_visit(
        session, screen=Screen.UNKNOWN, payment=unknown, cancelling=False, say=None
    )
    return session, (Record(unknown), Resolve(unknown), Sound("attention"))


def on_cannot_record(session: Session) -> Step:
    """The journal takes nothing more. What was not asked yet is dropped; what was is not promised."""
    record = session.visit.payment
    if record is None or record.state.final:
        if session.visit.screen in (Screen.METHOD, Screen.DECLINED):
            session = say(with_visit(session, payment=None), Say.CANNOT_RECORD, Screen.ATTRACT)
        return session, ()
    if any(r.payment_id == record.payment_id for r in session.lobby.unresolved):
        return session, ()
    lobby = replace(session.lobby, unresolved=(*session.lobby.unresolved, record))
    session = replace(session, lobby=lobby)
    if record.state is PaymentState.CREATED:
        session = say(with_visit(session, payment=None), Say.CANNOT_RECORD, Screen.ATTRACT)
        return session, (Resolve(record),)
    return with_visit(session, screen=Screen.UNKNOWN, cancelling=False, say=None), (
        Resolve(record),
    )


def on_paper(session: Session, moment: Moment) -> Step:
    """Prints the receipt or slip of the payment on the screen, whole; one at a time."""
    visit = session.visit
    if visit.payment is None or visit.say is Say.PRINTING:
        return session, ()
    if session.lobby.config is None:
        return with_visit(session, say=Say.NOT_PRINTED, paper_trouble=""), ()
    wish = PrintReceipt(visit.payment, visit.language, visit.paper_begun, moment.payment_id)
    jobs = (*visit.paper_jobs, wish.job_id)
    return with_visit(session, say=Say.PRINTING, paper_jobs=jobs), (wish,)


def on_printer_back(session: Session, moment: Moment) -> Step:
    """Whoever still waits for paper that did not come gets it; nobody else's receipt is printed."""
    visit = session.visit
    if visit.screen not in WITH_PAPER or visit.say is not Say.NOT_PRINTED:
        return session, ()
    return on_paper(session, moment)


def on_receipt_printed(session: Session, event: ReceiptPrinted, moment: Moment) -> Step:
    visit = session.visit
    effects = (RecordReceipt(event.payment_id, "print", event.outcome),)
    if event.outcome == "not_printed":
        session = payment_history.did_not_come(session, event.payment_id)
    if event.job_id not in visit.paper_jobs:
        return session, effects
    printed = event.outcome == "printed"
    session = with_visit(
        session,
        say=Say.PRINTED if printed else Say.NOT_PRINTED,
        paper_trouble=event.why,
        receipt_done=visit.receipt_done or printed,
        paper_begun=visit.paper_begun or event.outcome != "not_printed",
    )
    return session, effects
