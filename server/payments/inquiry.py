"""Finding out where orders stand: asking a channel, ending what is over, waiting for an answer."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from server.payments import (
    contradictions,
    outside_refunds,
    payment_codes,
    refunds,
    timing,
    transitions,
)
from server.payments.channel_responses import record_end_response, record_response
from server.payments.channels import registry
from server.payments.channels.interface import Channel, ChannelStatus, EndAnswer, Ending, OrderState
from server.payments.models import PaymentOrder
from server.payments.state_machine import End

Now = Callable[[], datetime]

_SAYS_UNPAID = (
    ChannelStatus.CLOSED,
    ChannelStatus.WAITING,
    ChannelStatus.NOT_FOUND,
    ChannelStatus.DECLINED,
)
_ENDED = (ChannelStatus.CLOSED, ChannelStatus.REFUNDED)
NEVER_BOOKED = "never_booked"
_MAY_COME = (End.OPEN, End.ACCEPTED)
_PAYABLE = (ChannelStatus.WAITING, ChannelStatus.DECLINED)


def apply_answer(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """Takes the channel's word. Only an explicit one changes anything, and only one that is newer than
    what is known. ``order`` is as it was when the channel was asked."""
    try:
        return apply_current(order, known, at)
    except transitions.StaleAnswer:
        return PaymentOrder.objects.get(pk=order.pk)


def apply_current(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """As ``apply_answer``, but raises transitions.StaleAnswer for what may not be true any more."""
    if order.decided == "paid" and order.captured_minor and known.status in _SAYS_UNPAID:
        contradictions.said(order, known.status.value, at)
        return order
    match known.status:
        case ChannelStatus.PAID:
            return transitions.apply_paid(order.payment_id, known, at, order.version)
        case ChannelStatus.CLOSED if order.captured_minor or order.held_minor:
            if _from_before(order, at):
                raise transitions.StaleAnswer(order.reference)
            gone = replace(known, refunded_minor=order.captured_minor or order.held_minor)
            return outside_refunds.went_back(order.payment_id, gone, at, order.version)
        case ChannelStatus.CLOSED if order.told_paid and not order.life.final:
            contradictions.told_paid(order, at)
            return transitions.apply_reversed(order.payment_id, "refunded", at)
        case ChannelStatus.CLOSED if known.reason:
            return transitions.apply_unpaid(order.payment_id, Fact.DECLINED, known.reason, at)
        case ChannelStatus.CLOSED:
            return transitions.apply_unpaid(order.payment_id, Fact.CANCELLED, "closed", at)
        case ChannelStatus.REFUNDED:
            sum_known = _with_sum(order, known)
            return outside_refunds.went_back(order.payment_id, sum_known, at, order.version)
    return order


def _from_before(order: PaymentOrder, at: datetime) -> bool:
    """Whether "closed" may be older than the payment: an order may be ended and paid at one moment, and
    a query lags behind."""
    came_at = order.paid_at or order.held_since
    return came_at is not None and at < came_at + timing.QUERIES_LAG


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
    before = transitions.begin_ending(order.payment_id, at, gives_back=by == "reverse")
    if before is None:
        return PaymentOrder.objects.get(pk=order.pk), OrderState(ChannelStatus.UNKNOWN)
    answer = ask_end(through, by, order.out_trade_no)
    record_end_response(order, by, answer, at)
    order = transitions.finish_ending(order.payment_id, answer.ending, before)
    known = _after_end(order, through, answer, at)
    if known.status is ChannelStatus.CLOSED and declined:
        known = replace(known, reason=declined)
    return apply_answer(order, known, at), known


def _after_end(
    order: PaymentOrder, through: Channel, answer: EndAnswer, at: datetime
) -> OrderState:
    """What is true of an order after that answer. "Not found" is an end where the channel carried out
    the end of what it does not have, or has nothing that anybody could still pay."""
    gone = answer.state.status is ChannelStatus.NOT_FOUND
    if answer.ending is Ending.ACCEPTED and gone:
        return OrderState(ChannelStatus.CLOSED)
    if answer.ending is Ending.NOT_THERE and (gone or answer.state.status is ChannelStatus.UNKNOWN):
        over = order.expires_at is None or at > order.expires_at + timing.NOTIFICATION_GRACE
        # what came of a row from before a backup was restored, nothing here says
        may_have_a_code = order.code_url or not order.request_hash or _has_a_page(order, through)
        if order.with_payment_code or over or not may_have_a_code:
            return OrderState(ChannelStatus.CLOSED)
    return answer.state


def _has_a_page(order: PaymentOrder, through: Channel) -> bool:
    """Whether a phone may have a page by which its channel still makes the order that it does not have.
    A channel that has an order before anybody is at its page shows by none what was never asked."""
    begun = order.life is not PaymentState.CREATED
    return order.by_phone and (begun or not through.closes_unscanned)


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
    known = record_response(order, "query", through.query(order.out_trade_no), at)
    order = apply_answer(order, known, at)
    if order.life.final or known.status is ChannelStatus.UNKNOWN:
        return order
    if known.status is ChannelStatus.REFUNDED:
        return order  # how much went back, and that no end is still to come, time will tell
    if order.ending in _MAY_COME:
        return end(order, "reverse", through, at, known.reason)[0]
    if order.with_payment_code:
        if payment_codes.to_be_reversed(order, known, at):
            return end(order, "reverse", through, at, known.reason)[0]
        return order
    over = order.expires_at is not None and at > order.expires_at + timing.NOTIFICATION_GRACE
    if (over or order.cancel_wanted) and known.status in (
        ChannelStatus.WAITING,
        ChannelStatus.NOT_FOUND,
    ):
        return _end_shown(order, known, through, at)
    return order


def _end_shown(
    order: PaymentOrder, known: OrderState, through: Channel, at: datetime
) -> PaymentOrder:
    """Ends an unpaid order whose code was shown. ``known``: where it stands, just asked."""
    unscanned = known.status is ChannelStatus.NOT_FOUND and not through.closes_unscanned
    unscanned = unscanned and not order.by_phone  # its page could still make one
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
    return transitions.mark_submitted(order.payment_id, at)


def apply_charge_answer(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """Takes the channel's answer to a charge. Without an understood one, its outcome is not known."""
    record_response(order, "charge", known, at)
    match known.status:
        case ChannelStatus.DECLINED:
            return transitions.apply_unpaid(order.payment_id, Fact.DECLINED, known.reason, at)
        case ChannelStatus.UNKNOWN:
            return transitions.mark_unknown(order.payment_id, "no_answer", at)
    return apply_answer(order, known, at)


def has_news(order: PaymentOrder, after_version: int) -> bool:
    """Whether whoever knows that version has anything to learn, or nothing to wait for."""
    return order.version > after_version or order.life.final


def ask_every_s(order: PaymentOrder) -> float | None:
    """How often the channel is asked while somebody waits, so that it does not depend on notifications.
    None: no channel knows of it."""
    if not order.by_code:
        return None
    return timing.PAYMENT_CODE_POLL_S if order.with_payment_code else timing.QR_POLL_S


def wait(order: PaymentOrder, after_version: int, for_s: float, now: Now) -> PaymentOrder:
    """Returns when the order's version is newer, or after ``for_s`` seconds. Asks the channel now and
    then."""
    every_s = ask_every_s(order)
    ends, asked = time.monotonic() + for_s, time.monotonic()
    while not has_news(order, after_version) and time.monotonic() < ends:
        time.sleep(timing.ROW_POLL_S)
        if every_s is not None and time.monotonic() >= asked + every_s:
            order = check(order, now())
            asked = time.monotonic()
        order = PaymentOrder.objects.get(pk=order.pk)
    return order


def cancel(order: PaymentOrder, at: datetime) -> PaymentOrder:
    """Ends an order unless it was paid. A card payment ends by its terminal's word only; one out of the
    unit's credit was never booked where it has no end."""
    if order.method == Method.CREDIT and not order.life.final:
        return transitions.apply_unpaid(order.payment_id, Fact.CANCELLED, NEVER_BOOKED, at)
    if order.life.final or not order.by_code:
        return order
    PaymentOrder.objects.filter(pk=order.pk).update(cancel_wanted=True, next_poll_at=at)
    order.cancel_wanted = True
    through = registry.channel(order.method)
    if through is not None and through.closes_unscanned and not order.with_payment_code:
        return end(order, "close", through, at)[0]
    return check(order, at)


def close_taken_back(order: PaymentOrder, through: Channel, at: datetime) -> OrderState:
    """Has the channel close what staff say was never paid, so that nobody pays it any more. Closing
    gives nothing back. Answers where it stands now."""
    answer = through.close(order.out_trade_no)
    record_end_response(order, "close", answer, at)
    return _after_end(order, through, answer, at)


def recheck_closed(order: PaymentOrder, at: datetime) -> bool:
    """Looks at an order that has ended: whether a phone was charged after all, or whether what was paid
    went back. True: the answer was clear; only such a look counts."""
    through = registry.channel(order.method)
    if through is None:
        return False
    known = record_response(order, "query", through.query(order.out_trade_no), at)
    by_hand = order.life is PaymentState.REVERSED and refunds.returned_by_hand(order) is not None
    if by_hand and known.status is ChannelStatus.REFUNDED:
        known = _with_sum(order, known)
        if known.refunded_minor is None:
            return False  # how much of what people returned went back there too, time will tell
    before, order = order, apply_answer(order, known, at)
    unclear = known.status is ChannelStatus.REFUNDED and outside_refunds.to_be_asked_again(order)
    if before.life is PaymentState.APPROVED:
        return known.status is not ChannelStatus.UNKNOWN and not unclear
    if order.captured_minor or known.status is ChannelStatus.UNKNOWN:
        if order.life is PaymentState.REVERSED and known.status in _PAYABLE:
            known = close_taken_back(order, through, at)
        return known.status is not ChannelStatus.UNKNOWN
    if unclear:
        return False
    unanswered = order.ending == End.OPEN and known.status not in _ENDED
    if unanswered or known.status in _PAYABLE:
        shown = not order.with_payment_code and order.ending not in _MAY_COME
        order, known = end(order, "close" if shown else "reverse", through, at)
    return payment_codes.answers(known)
