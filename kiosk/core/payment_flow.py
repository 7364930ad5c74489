"""From "how to pay" to the receipt. Each step that may take money is recorded before it is taken."""

from dataclasses import replace

from contract.lifecycle import CLOSED_UNPAID, FACT_OF_STATE, Fact
from contract.messages import (
    CREDITED,
    LATE,
    ErrorCode,
    Method,
    PaymentRecord,
    PaymentState,
    PaymentView,
)
from kiosk.core import outcome, part_payment
from kiosk.core.capabilities import credit_covers, credit_part, offers, over_night_limit
from kiosk.core.effects import (
    AbortTerminal,
    AskTerminal,
    CancelOrder,
    Effect,
    FollowOrder,
    MakeOrder,
    ReadTerminal,
    Record,
    RecordReceipt,
)
from kiosk.core.events import (
    NIGHT_LIMIT,
    OFFLINE,
    CardAnswered,
    CardLost,
    CardNotAsked,
    CardStepped,
    OrderFailed,
    OrderMade,
    OrderOutOfSight,
    OrderSeen,
    Tapped,
)
from kiosk.core.held_bills import held_bills
from kiosk.core.model import METHODS_QR, Action, CardProgress, Moment, Say, Screen, Session
from kiosk.core.payment import apply_fact, needs_server
from kiosk.core.step import Step, say, with_visit

ORDER_WITHIN_S = 90  # an order is made or refused long before
LINE_DOWN = "line_down"  # the reason of a payment that nobody could ask about
CODE_SHOWN_S = 180  # how long a payment code stays on the screen before it is cancelled,
MORE_TIME_S = 120  # and how much the resident may add at a touch, up to the order's own end
CODE_MARGIN_S = 10  # cancelled this long before the channel would let it expire
CANCEL_PATIENCE_S = 20  # without an answer to a cancellation by then, the outcome is unknown
ABORT_PATIENCE_S = 60  # a terminal may finish talking to the bank first
TAKE_BACK_PATIENCE_S = 45  # WeChat Pay reverses nothing in the first 15 s (doc/v3)

_SAY_OF_FAILURE: dict[str, Say] = {
    ErrorCode.BILL_PAID: Say.ALREADY_PAID,
    ErrorCode.BILL_LEASED: Say.BILL_LEASED,
    ErrorCode.AMOUNT_CHANGED: Say.AMOUNT_CHANGED,
    ErrorCode.CREDIT_TOO_LITTLE: Say.CREDIT_TOO_LITTLE,
    ErrorCode.NOT_FOUND: Say.BILL_GONE,
    NIGHT_LIMIT: Say.NIGHT_LIMIT,
    OFFLINE: Say.SERVER_AWAY,
}
# what a silent terminal shows of being asked to stop is no news
_STOPPING = ("cancelling", "other")
PAPER = outcome.WITH_PAPER
_PAYING = (Screen.PAYING_QR, Screen.PAYING_CARD, Screen.PAYING_CODE)
_BILLS_MUST_BE_READ_AGAIN = (
    *(Say.ALREADY_PAID, Say.AMOUNT_CHANGED, Say.BILL_GONE, Say.BILL_LEASED),
    Say.CREDIT_TOO_LITTLE,
)


def on_tapped(session: Session, event: Tapped, moment: Moment) -> Step | None:
    visit = session.visit
    match visit.screen, event.action:
        case Screen.METHOD, Action.METHOD if event.value in set(Method) - {Method.CREDIT}:
            return _start(session, Method(event.value), moment)
        case Screen.DECLINED, Action.CHANGE_METHOD:
            return with_visit(session, screen=Screen.METHOD, payment=None), ()
        case screen, (Action.HAVE_PAID | Action.CANCEL_PAYMENT | Action.CHANGE_METHOD) if (
            screen in _PAYING and visit.out_of_sight
        ):
            return _leave_unseen(session, moment)
        case screen, Action.CANCEL_PAYMENT if screen in _PAYING:
            return cancel(session, Screen.MESSAGE)
        case screen, Action.CHANGE_METHOD if screen in _PAYING:
            return cancel(session, Screen.METHOD)
        case Screen.PAYING_QR, Action.MORE_TIME if not visit.cancelling:
            longer = min(visit.code_latest, visit.code_expires + MORE_TIME_S)
            return with_visit(session, code_expires=longer), ()
        case screen, Action.PRINT | Action.PRINT_SLIP if visit.payment and screen in PAPER:
            return outcome.on_paper(session, moment)
        case Screen.PAID, Action.PHONE if visit.payment and visit.payment.status_url:
            effect = RecordReceipt(visit.payment.payment_id, "phone", "shown")
            return with_visit(session, screen=Screen.RECEIPT_PHONE), (effect,)
    return None


def intended(session: Session, method: Method, moment: Moment) -> PaymentRecord | Say | None:
    """The payment to be recorded before anybody is asked for it; or why it cannot begin, if a
    resident can be told. The bills are snapshotted into it as they stand on the screen."""
    visit, lobby = session.visit, session.lobby
    if visit.account is None or visit.chosen is None or not visit.chosen:
        return None
    possible = (
        credit_covers(session) if method is Method.CREDIT else method in offers(lobby).methods
    )
    if not possible or lobby.config is None:
        return Say.NO_METHOD
    if held_bills(visit.selected_bills, lobby.unresolved):
        return Say.BEING_CONFIRMED
    part = 0 if method is Method.CREDIT else visit.from_credit
    if part > credit_part(session) or (visit.in_part and not part_payment.payable(session)):
        return Say.SERVER_AWAY
    if method is not Method.CREDIT and over_night_limit(lobby, visit.chosen.minor - part):
        return Say.NIGHT_LIMIT
    return PaymentRecord(
        payment_id=moment.payment_id,
        reference=moment.reference,
        version=1,
        state=PaymentState.CREATED,
        method=method,
        unit=visit.account.unit,
        unit_label=visit.account.label,
        payer=visit.account.payer,
        bills=list(visit.selected_bills),
        amount_minor=visit.chosen.minor - part,
        credit_minor=part,
        currency=visit.chosen.currency,
        simulated=lobby.simulates(method),
        top_up=visit.topping_up,
        in_part=visit.in_part,
        status_url=f"{lobby.config.public_url.rstrip('/')}/p/{moment.payment_id}",
        terminal_before=lobby.last_card if method is Method.CARD else None,
        created_at=moment.wall,
        changed_at=moment.wall,
    )


def _start(session: Session, method: Method, moment: Moment) -> Step:
    """The intention is recorded; then the server is asked for an order, which leases the bills."""
    record = intended(session, method, moment)
    if not isinstance(record, PaymentRecord):
        return (say(session, record, Screen.METHOD) if record else session), ()
    session = with_visit(
        session,
        screen=Screen.PAYING_QR if method in METHODS_QR else Screen.PAYING_CARD,
        payment=record,
        order_deadline=moment.monotonic + ORDER_WITHIN_S,
        code_url="",
        out_of_sight=False,
        cancelling=False,
        card=CardProgress("starting"),
        receipt_done=False,
        paper_begun=False,
        say=None,
    )
    if session.lobby.server_reachable:
        return session, (Record(record), MakeOrder(record))
    return _card_offline(session, moment, (Record(record),))


def _card_offline(session: Session, moment: Moment, before: tuple[Effect, ...] = ()) -> Step:
    """The server is away: a card may still be taken, up to a limit, and is reported later."""
    record = session.visit.payment
    assert record is not None
    if record.method is not Method.CARD or needs_server(record):
        return _give_up(session, moment, OFFLINE, Say.SERVER_AWAY, before)
    if record.amount_minor > session.lobby.offline_card_limit_minor:
        return _give_up(session, moment, "offline_limit", Say.SERVER_AWAY, before)
    asked = apply_fact(record.model_copy(update={"offline": True}), Fact.SUBMITTED, moment.wall)
    assert asked is not None
    session, effects = _ask_terminal(session, asked)
    return session, (*before, *effects)


def _ask_terminal(session: Session, asked: PaymentRecord) -> Step:
    """From here on, what the terminal holds is not the payment before any more."""
    session = replace(session, lobby=replace(session.lobby, last_paid=None))
    return with_visit(session, payment=asked), (Record(asked), AskTerminal(asked))


def _give_up(
    session: Session,
    moment: Moment,
    reason: str,
    what: Say,
    before: tuple[Effect, ...] = (),
) -> Step:
    """Ends a payment for which nobody was asked for money, and says why."""
    record = session.visit.payment
    assert record is not None
    ended = apply_fact(record, Fact.CANCELLED, moment.wall, reason=reason)
    back_to = Screen.IDENTIFY if what in _BILLS_MUST_BE_READ_AGAIN else Screen.METHOD
    session = say(with_visit(session, payment=None), what, back_to, cancelling=False)
    return session, (*before, *((Record(ended),) if ended else ()))


def on_order_made(session: Session, event: OrderMade, moment: Moment) -> Step:
    visit, record = session.visit, session.visit.payment
    if record is None or record.payment_id != event.view.payment_id:
        return session, ()
    if record.state is not PaymentState.CREATED:
        return session, ()
    if event.view.state.final:
        return on_order_seen(session, OrderSeen(event.view), moment)
    if visit.cancelling:
        if record.method is Method.CARD:
            return outcome.cancelled(session, moment, "resident")
        return _cancel_made(session, moment, event.view)
    if event.view.state is PaymentState.UNKNOWN:
        if record.method is Method.CARD:
            return refused(session, moment, "order_unknown")
        return outcome.lost(session, moment, record.payment_id, event.view.reason or "channel")
    asked = apply_fact(record, Fact.SUBMITTED, moment.wall, status_url=event.view.status_url)
    assert asked is not None
    if record.method is Method.CARD:
        return _ask_terminal(session, asked)
    if not event.view.code_url:
        return _give_up(session, moment, "no_code", Say.CHANNEL_UNAVAILABLE)
    latest = moment.monotonic + _seconds_until_end(event.view, moment) - CODE_MARGIN_S
    session = with_visit(
        session,
        payment=asked,
        code_url=event.view.code_url,
        code_latest=latest,
        code_expires=min(latest, moment.monotonic + CODE_SHOWN_S),
    )
    follow = FollowOrder(asked.payment_id, asked.reference, event.view.version)
    return session, (Record(asked), follow)


def _cancel_made(session: Session, moment: Moment, view: PaymentView) -> Step:
    """The resident had given up before the order was there: from here on it is ended like any other."""
    record = session.visit.payment
    assert record is not None
    asked = apply_fact(record, Fact.SUBMITTED, moment.wall, status_url=view.status_url)
    assert asked is not None
    deadline = moment.monotonic + CANCEL_PATIENCE_S
    session = with_visit(session, payment=asked, cancel_deadline=deadline)
    return session, (Record(asked), CancelOrder(asked.payment_id, asked.reference))


def _seconds_until_end(view: PaymentView, moment: Moment) -> float:
    """By the server's own count, because the kiosk's clock may be wrong."""
    if view.expires_in_s is None:
        return CODE_SHOWN_S + CODE_MARGIN_S
    return view.expires_in_s


def on_order_failed(session: Session, event: OrderFailed, moment: Moment) -> Step:
    """No code was shown and no terminal asked, so nobody can have paid; the server cancels what it
    may have made when it reads our record."""
    record = session.visit.payment
    if record is None or record.payment_id != event.payment_id:
        return session, ()
    if record.state is not PaymentState.CREATED:
        return session, ()
    if session.visit.cancelling:
        return outcome.cancelled(session, moment, "resident")
    if event.code == OFFLINE:
        return _card_offline(session, moment)
    return refused(session, moment, str(event.code))


def refused(session: Session, moment: Moment, code: str) -> Step:
    """The server said no before anybody was asked for money."""
    return _give_up(session, moment, code, _SAY_OF_FAILURE.get(code, Say.CHANNEL_UNAVAILABLE))


def on_order_seen(session: Session, event: OrderSeen, moment: Moment) -> Step:
    """News from the server about an order: of this visit, or of one that recovery asks about."""
    view = event.view
    fact = FACT_OF_STATE.get(view.state)
    if fact is None or fact in (Fact.SUBMITTED, Fact.UNANSWERED):
        return session, ()
    if fact is Fact.APPROVED and view.reason == LATE:
        fact, view = Fact.REVERSED, view.model_copy(update={"reason": CREDITED})
    return outcome.learned(
        session,
        moment,
        view.payment_id,
        fact,
        reason="" if fact is Fact.APPROVED else view.reason or "channel",
        channel_reference=view.channel_reference,
        status_url=view.status_url,
        reversal_asked=view.reversal_asked and view.state in CLOSED_UNPAID,
    )


def on_out_of_sight(session: Session, event: OrderOutOfSight, moment: Moment) -> Step:
    record = session.visit.payment
    if record is None or record.payment_id != event.payment_id or record.state.final:
        return session, ()
    return with_visit(session, out_of_sight=not event.seen_again), ()


def _leave_unseen(session: Session, moment: Moment) -> Step:
    """Nobody can be asked now, and whoever paid is not to wait: recovery finds out."""
    record = session.visit.payment
    assert record is not None
    return outcome.lost(session, moment, record.payment_id, LINE_DOWN)


def on_card_step(session: Session, event: CardStepped, moment: Moment) -> Step:
    record = session.visit.payment
    if record is None or record.payment_id != event.payment_id:
        return session, ()
    stopping = session.visit.card.kind == outcome.SILENT and event.progress.kind in _STOPPING
    return (session if stopping else with_visit(session, card=event.progress)), ()


def _read_again(session: Session) -> Session:
    """After every card payment the terminal is read before the next one: what it says then
    is what tells the next result from an old one, and whether it keeps what it approved."""
    return replace(session, lobby=replace(session.lobby, terminal_known=False))


def on_card_answered(session: Session, event: CardAnswered, moment: Moment) -> Step:
    lobby = session.lobby
    if event.card.receipt_no:
        session = replace(session, lobby=replace(lobby, last_card=event.card))
    session, effects = outcome.learned(
        session,
        moment,
        event.payment_id,
        Fact(event.outcome),
        reason=event.reason,
        card=event.card if event.outcome in ("approved", "reversed") else None,
    )
    return _read_again(session), (*effects, ReadTerminal())


def on_card_lost(session: Session, event: CardLost, moment: Moment) -> Step:
    session, effects = outcome.lost(session, moment, event.payment_id, event.reason)
    return _read_again(session), (*effects, ReadTerminal())


def on_card_not_asked(session: Session, event: CardNotAsked, moment: Moment) -> Step:
    record = session.visit.payment
    if record is None or record.payment_id != event.payment_id or record.state.final:
        return session, ()
    return _give_up(session, moment, event.reason, Say.CHANNEL_UNAVAILABLE)


def cancel(session: Session, after: Screen, what: Say | None = None) -> Step:
    """Asks for the end of a running payment. Whether money moved, only the answer tells."""
    visit, record = session.visit, session.visit.payment
    if record is None or visit.cancelling or record.state.final:
        return session, ()
    is_card = record.method is Method.CARD
    patience = ABORT_PATIENCE_S if is_card else CANCEL_PATIENCE_S
    if record.with_payment_code:
        patience = TAKE_BACK_PATIENCE_S
    session = with_visit(
        session,
        cancelling=True,
        after_cancel=after,
        say=what,
        cancel_deadline=session.now + patience,
    )
    if record.state is PaymentState.CREATED:
        return session, ()  # the order is being made: it is ended when the answer comes
    if is_card:
        return session, (AbortTerminal(record.payment_id),)
    return session, (CancelOrder(record.payment_id, record.reference),)


def on_tick(session: Session, moment: Moment) -> Step:
    visit, record = session.visit, session.visit.payment
    if record is None or not session.may_hold_money:
        return session, ()
    if record.state is PaymentState.CREATED:
        return _on_tick_without_order(session, moment)
    if visit.cancelling:
        if moment.monotonic < visit.cancel_deadline:
            return session, ()
        return outcome.lost(session, moment, record.payment_id, "cancel_not_confirmed")
    if record.method is Method.CREDIT and moment.monotonic >= visit.code_expires:
        return outcome.lost(session, moment, record.payment_id, "no_answer")
    offered = bool(visit.code_url) or record.with_payment_code
    if offered and moment.monotonic >= visit.code_expires:
        if visit.out_of_sight:
            return _leave_unseen(session, moment)
        return cancel(session, Screen.MESSAGE, Say.PAYMENT_EXPIRED)
    return session, ()


def _on_tick_without_order(session: Session, moment: Moment) -> Step:
    """Whoever was to make the order never said how that ended: nobody is kept waiting for it."""
    visit, record = session.visit, session.visit.payment
    if record is None or moment.monotonic < visit.order_deadline:
        return session, ()
    if record.method is Method.CARD and not visit.cancelling:
        return _give_up(session, moment, "no_order", Say.SERVER_AWAY)
    return on_order_failed(session, OrderFailed(record.payment_id, OFFLINE), moment)
