"""Money that went back though nobody here asked for it, as in a channel's merchant console."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from contract.lifecycle import CLOSED_UNPAID
from contract.messages import PaymentState
from server.alerts.models import Alert
from server.alerts.raising import resolve_one
from server.billing import settlement
from server.payments import refunds, timing, transitions
from server.payments.channels.interface import OrderState
from server.payments.models import PaymentOrder, Refund
from server.payments.order_alerts import raise_about

UNCLEAR = "refund_unclear"  # the alert that something went back and nobody can say how much


@transaction.atomic
def went_back(payment_id: str, known: OrderState, at: datetime, as_of: int) -> PaymentOrder:
    """The channel says that money of the order went back: ``known.refunded_minor`` of it in all, or
    nobody can say how much (None). All of it: the order is reversed. A part: its bills stay settled, the
    part waits in the books for staff, who are told. It also tells that the money had come: that is late
    of an order that had ended without any, and what is left goes its way. A part of money that is held
    waits until staff have said what that is for. ``as_of``: the order's version when the channel was
    asked. Raises transitions.StaleAnswer."""
    order, sum_ = transitions.locked([payment_id])[0], known.refunded_minor
    if as_of != order.version:
        raise transitions.StaleAnswer(order.reference)
    if order.refunds.filter(state=Refund.State.DUE).exists():
        raise transitions.StaleAnswer(order.reference)  # our own refund may be part of it
    by_hand = refunds.returned_by_hand(order)
    if sum_ is not None:
        _resolve(order, UNCLEAR, at)
    if order.life is PaymentState.REVERSED and by_hand is not None:
        if sum_:
            refunds.returned_too(by_hand.pk, sum_, at)
        return order
    came = order.captured_minor or order.held_minor
    whole = came or known.amount_minor or order.amount_minor
    if sum_ is not None and sum_ >= whole:
        if order.refunded_minor:
            _resolve(order, "refund_outside", at)
        if not came and order.life in CLOSED_UNPAID:
            if _end_may_come(order, at):
                raise transitions.StaleAnswer(order.reference)
            returned = replace(known, amount_minor=whole, refunded_minor=whole)
            return transitions.apply_paid(payment_id, returned, at)
        return transitions.apply_reversed(payment_id, "refunded", at)
    if order.held_minor and sum_:
        raise transitions.StaleAnswer(order.reference)  # told again once staff said what it is for
    if sum_ is None:
        ended = order.life is PaymentState.APPROVED or _ended_without(order)
        if ended and not _alerts(order).exists():
            raise_about(order, UNCLEAR, at, amount_minor=order.captured_minor)
        return order
    if not came and sum_:
        if _end_may_come(order, at):
            raise transitions.StaleAnswer(order.reference)
        order = transitions.apply_paid(payment_id, known, at)
    if order.life is PaymentState.APPROVED and sum_ > order.refunded_minor:
        _part_went_back(order, sum_, at)
    return order


def _part_went_back(order: PaymentOrder, sum_minor: int, at: datetime) -> None:
    settlement.returned_outside(
        order.unit,
        sum_minor - order.refunded_minor,
        sum_minor,
        method=order.method,
        payment_id=order.payment_id,
        at=at,
    )
    order.refunded_minor = sum_minor
    order.version += 1
    order.save()
    _resolve(order, "refund_outside", at)
    raise_about(
        order,
        "refund_outside",
        at,
        amount_minor=order.captured_minor,
        refunded_minor=sum_minor,
    )


def _end_may_come(order: PaymentOrder, at: datetime) -> bool:
    """Whether a reversal that was asked for may still return the rest. Only for so long as channels take
    for it: what it returns shows as closed, and who gave back a part has not reversed it."""
    since = order.ending_since
    may_come = transitions.may_be_given_back(order, at)
    return may_come and since is not None and at < since + timing.QUERIES_LAG


def _ended_without(order: PaymentOrder) -> bool:
    return order.life in CLOSED_UNPAID and not order.captured_minor


def to_be_asked_again(order: PaymentOrder) -> bool:
    """Whether the channel may still say how much went back of an order that has ended."""
    return (order.life is PaymentState.APPROVED or _ended_without(order)) and is_unclear(order)


def is_unclear(order: PaymentOrder) -> bool:
    """Whether something went back, and neither the channel nor staff have said how much."""
    return _alerts(order).filter(resolved_at=None).exists()


def _alerts(order: PaymentOrder) -> QuerySet[Alert]:
    """That it is unclear is told once: staff who said how much have looked."""
    told = Alert.objects.filter(community_id=order.community_id, kind=UNCLEAR)
    return told.filter(subject=order.reference)


def _resolve(order: PaymentOrder, kind: str, at: datetime) -> None:
    resolve_one(order.community_id, kind, order.reference, at)
