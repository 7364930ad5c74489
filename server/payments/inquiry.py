"""Finding out where orders stand: asking a channel, ending what is over, waiting for an answer."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from contract.messages import PaymentState
from server.payments import (
    contradictions,
    outside_refunds,
    payment_codes,
    refunds,
    timing,
    transitions,
)
from server.payments.channel_responses import noted, noted_end
from server.payments.channels import registry
from server.payments.channels.interface import Channel, EndAnswer, Ending, OrderState, Standing
from server.payments.models import PaymentOrder
from server.payments.state_machine import End, Fact

POLL_S = 0.4
ASK_CHANNEL_S = 3.0
GRACE = timedelta(seconds=20)  # a channel may tell of a payment a little after the order's end

Now = Callable[[], datetime]

_SAYS_UNPAID = (Standing.CLOSED, Standing.WAITING, Standing.NOT_FOUND, Standing.DECLINED)
_ENDED = (Standing.CLOSED, Standing.REFUNDED)
_MAY_COME = (End.OPEN, End.ACCEPTED)
_PAYABLE = (Standing.WAITING, Standing.DECLINED)


def learn(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """Takes the channel's word. Only an explicit one changes anything, and only one that is newer than
    what is known. ``order`` is as it was when the channel was asked."""
    try:
        return apply(order, known, at)
    except transitions.Overtaken:
        return PaymentOrder.objects.get(pk=order.pk)


def apply(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """As ``learn``, but raises learning.Overtaken for a word that may not be true any more."""
    if order.decided == "paid" and order.charged_minor and known.standing in _SAYS_UNPAID:
        contradictions.said(order, known.standing.value, at)
        return order
    match known.standing:
        case Standing.PAID:
            return transitions.paid(order.payment_id, known, at, order.version)
        case Standing.CLOSED if order.charged_minor or order.held_minor:
            gone = replace(known, refunded_minor=order.charged_minor or order.held_minor)
            return outside_refunds.went_back(order.payment_id, gone, at, order.version)
        case Standing.CLOSED if known.reason:
            return transitions.ended_unpaid(order.payment_id, Fact.DECLINED, known.reason, at)
        case Standing.CLOSED:
            return transitions.ended_unpaid(order.payment_id, Fact.CLOSED, "closed", at)
        case Standing.REFUNDED:
            sum_known = _with_sum(order, known)
            return outside_refunds.went_back(order.payment_id, sum_known, at, order.version)
    return order


def _with_sum(order: PaymentOrder, known: OrderState) -> OrderState:
    """That something went back may mean all of it or a part."""
    through = registry.channel(order.method)
    if known.refunded_minor is not None or through is None:
        return known
    numbers = {refunds.number_of(order), *order.refunds.values_list("refund_no", flat=True)}
    paid_at = known.paid_at or order.paid_at or order.created_at
    refunded = through.refunded(order.out_trade_no, paid_at, sorted(numbers))
    return replace(known, refunded_minor=refunded)


def ask_end(through: Channel, by: str, out_trade_no: str) -> EndAnswer:
    """``by``: close, or reverse, which gives back what was paid."""
    return through.reverse(out_trade_no) if by == "reverse" else through.close(out_trade_no)


def end(
    order: PaymentOrder, by: str, through: Channel, at: datetime, declined: str = ""
) -> tuple[PaymentOrder, OrderState]:
    """Asks the channel to end an order, unless it is paid or somebody else is at it, and takes the
    answer. ``declined``: why the payer was, if the order is to end by that."""
    before = transitions.about_to_end(order.payment_id, at, gives_back=by == "reverse")
    if before is None:
        return PaymentOrder.objects.get(pk=order.pk), OrderState(Standing.UNKNOWN)
    answer = ask_end(through, by, order.out_trade_no)
    noted_end(order, by, answer, at)
    order = transitions.end_answered(order.payment_id, answer.ending, before)
    known = _after_end(order, by, answer, at)
    if known.standing is Standing.CLOSED and declined:
        known = replace(known, reason=declined)
    return learn(order, known, at), known


def _after_end(order: PaymentOrder, by: str, answer: EndAnswer, at: datetime) -> OrderState:
    """What is true of an order after that answer. "Not found" is an end where the channel carried out
    the end of what it does not have, or has nothing that anybody could still pay."""
    gone = answer.state.standing is Standing.NOT_FOUND
    if answer.ending is Ending.ACCEPTED and gone:
        return OrderState(Standing.CLOSED)
    if answer.ending is Ending.NOT_THERE and (gone or answer.state.standing is Standing.UNKNOWN):
        over = order.expires_at is None or at > order.expires_at + GRACE
        may_have_a_code = (
            order.code_url or not order.request_hash
        )  # made before a backup was restored
        if order.with_payment_code or over or not may_have_a_code:
            return OrderState(Standing.CLOSED)
    return answer.state


def check(order: PaymentOrder, at: datetime) -> PaymentOrder:
    """Asks the channel once; ends the order when it is over or its end is wanted. An end that was asked
    for and not refused is asked for again until the channel says that it is done."""
    through = registry.channel(order.method)
    if through is None:
        return order
    if order.with_payment_code and order.life is PaymentState.CREATED:
        order = _not_charged_yet(order, at)
        if order.life is PaymentState.CREATED:
            return order
    known = noted(order, "query", through.query(order.out_trade_no), at)
    order = learn(order, known, at)
    if order.life.final or known.standing is Standing.UNKNOWN:
        return order
    if known.standing is Standing.REFUNDED:
        return order  # how much went back, and that no end is still to come, time will tell
    if order.ending in _MAY_COME:
        return end(order, "reverse", through, at, known.reason)[0]
    if order.with_payment_code:
        if payment_codes.to_be_reversed(order, known, at):
            return end(order, "reverse", through, at, known.reason)[0]
        return order
    over = order.expires_at is not None and at > order.expires_at + GRACE
    if (over or order.cancel_wanted) and known.standing in (Standing.WAITING, Standing.NOT_FOUND):
        return _end_shown(order, known, through, at)
    return order


def _end_shown(
    order: PaymentOrder, known: OrderState, through: Channel, at: datetime
) -> PaymentOrder:
    """Ends an unpaid order whose code was shown. ``known``: where it stands, just asked."""
    unscanned = known.standing is Standing.NOT_FOUND and not through.closes_unscanned
    return end(order, "reverse" if unscanned else "close", through, at)[0]


def _not_charged_yet(order: PaymentOrder, at: datetime) -> PaymentOrder:
    """Its request may come again within the order's time; after that nobody charges it any more. That
    it was never charged this row does not prove: it may be older than the charge, where the database
    was restored from a backup, and the charge may still be on its way to the channel. So it is ended
    there, as one that was charged and not answered."""
    over = order.expires_at is not None and at >= order.expires_at
    told_by_journal = not order.request_hash
    if not (over or order.cancel_wanted or told_by_journal):
        return order
    return transitions.asked(order.payment_id, at)


def charged(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """Takes the channel's answer to a charge. Without an understood one, its outcome is not known."""
    noted(order, "charge", known, at)
    match known.standing:
        case Standing.DECLINED:
            return transitions.ended_unpaid(order.payment_id, Fact.DECLINED, known.reason, at)
        case Standing.UNKNOWN:
            return transitions.lost(order.payment_id, "no_answer", at)
    return learn(order, known, at)


def wait(order: PaymentOrder, after_version: int, for_s: float, now: Now) -> PaymentOrder:
    """Returns when the order's version is newer, or after ``for_s`` seconds. Asks the channel now and
    then, so that it does not depend on notifications."""
    every_s = timing.ASK_EVERY_S if order.with_payment_code else ASK_CHANNEL_S
    ends, ask = time.monotonic() + for_s, time.monotonic() + every_s
    while order.version <= after_version and not order.life.final and time.monotonic() < ends:
        time.sleep(POLL_S)
        if order.by_code and time.monotonic() >= ask:
            order = check(order, now())
            ask = time.monotonic() + every_s
        order = PaymentOrder.objects.get(pk=order.pk)
    return order


def cancel(order: PaymentOrder, at: datetime) -> PaymentOrder:
    """Ends an order unless it was paid. A card payment ends by its terminal's word only."""
    if order.life.final or not order.by_code:
        return order
    PaymentOrder.objects.filter(pk=order.pk).update(cancel_wanted=True, check_at=at)
    order.cancel_wanted = True
    through = registry.channel(order.method)
    if through is not None and through.closes_unscanned and not order.with_payment_code:
        return end(order, "close", through, at)[0]
    return check(order, at)


def close_taken_back(order: PaymentOrder, through: Channel, at: datetime) -> OrderState:
    """Has the channel close what staff say was never paid, so that nobody pays it any more. Closing
    gives nothing back. Answers where it stands now."""
    answer = through.close(order.out_trade_no)
    noted_end(order, "close", answer, at)
    return _after_end(order, "close", answer, at)


def look_again(order: PaymentOrder, at: datetime) -> bool:
    """Looks at an order that has ended: whether a phone was charged after all, or whether what was paid
    went back. True: the answer was clear; only such a look counts."""
    through = registry.channel(order.method)
    if through is None:
        return False
    known = noted(order, "query", through.query(order.out_trade_no), at)
    before, order = order, learn(order, known, at)
    unclear = known.standing is Standing.REFUNDED and outside_refunds.to_be_asked_again(order)
    if before.life is PaymentState.APPROVED:
        return known.standing is not Standing.UNKNOWN and not unclear
    if order.charged_minor or known.standing is Standing.UNKNOWN:
        if order.life is PaymentState.REVERSED and known.standing in _PAYABLE:
            known = close_taken_back(order, through, at)
        return known.standing is not Standing.UNKNOWN
    if unclear:
        return False
    unanswered = order.ending == End.OPEN and known.standing not in _ENDED
    if unanswered or known.standing in _PAYABLE:
        shown = not order.with_payment_code and order.ending not in _MAY_COME
        order, known = end(order, "close" if shown else "reverse", through, at)
    return payment_codes.answers(known)
