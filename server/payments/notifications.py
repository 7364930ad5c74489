"""What channels tell unasked: taken once it is sure, and kept when no order is known that it is about."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, F, OuterRef

from contract.lifecycle import CLOSED_UNPAID
from server.alerts.models import Alert
from server.alerts.raising import raise_alert
from server.estate.models import Community
from server.payments import inquiry, timing, transitions
from server.payments.channel_responses import record_response
from server.payments.channels import registry
from server.payments.channels.interface import ChannelStatus, Notification, OrderState
from server.payments.models import PaymentOrder, UnmatchedNotification
from server.payments.state_machine import End

MATCHED_MAX = 100  # in one sweep

_KIND = "unmatched_payment"
_MONEY = (ChannelStatus.PAID, ChannelStatus.REFUNDED)


def take(method: str, news: Notification, at: datetime) -> bool:
    """A genuine notification. False: it should be told again. True once it is taken, or kept."""
    order = PaymentOrder.objects.filter(out_trade_no=news.out_trade_no, method=method).first()
    if order is not None:
        return apply_notification(order, news.state, at)
    if news.state.status in _MONEY:
        _keep(method, news, at)
    return True


def apply_notification(order: PaymentOrder, known: OrderState, at: datetime) -> bool:
    """Takes a channel's notification; False: it should be told again.

    That money came for an order which had ended, or that a paid one was closed, is believed only when
    the channel says so when asked: the notification may be older than what came after it. Where it calls
    a payment closed for so long that it cannot be slow, all of it went back. That a part went back of
    what is not known to have come is told again, as nothing else tells of it later, until the rest went
    back too.
    """
    record_response(order, "notification", known, at)
    order = PaymentOrder.objects.get(pk=order.pk)
    part = known.status is ChannelStatus.REFUNDED and order.life in CLOSED_UNPAID
    part = part and not order.captured_minor
    ended = order.life.final or order.told_unpaid
    late = ended and not order.captured_minor and known.status is ChannelStatus.PAID
    undone = bool(order.captured_minor) and known.status is ChannelStatus.CLOSED
    if part or late or undone:
        through = registry.channel(order.method)
        said = through.query(order.out_trade_no) if through else OrderState(ChannelStatus.UNKNOWN)
        if (part or late) and _may_lag(order, said):
            if not _went_back(known, said, at):
                return False
            said = replace(known, status=ChannelStatus.REFUNDED, refunded_minor=known.amount_minor)
        elif said.status is ChannelStatus.UNKNOWN or (part and said.status != ChannelStatus.CLOSED):
            return False
        known = said
    try:
        inquiry.apply_current(order, known, at)
    except transitions.StaleAnswer:
        return False
    return True


def _may_lag(order: PaymentOrder, known: OrderState) -> bool:
    """Whether an answer that does not know the payment yet may only be slow to show it: where no reversal
    was asked for that may have returned it, there is no other reason."""
    seen = known.status in (ChannelStatus.PAID, ChannelStatus.REFUNDED)
    return not seen and order.ending not in (End.OPEN, End.ACCEPTED)


def _went_back(told: OrderState, said: OrderState, at: datetime) -> bool:
    """Whether what the channel told of as paid went back whole since: an order that it closed unpaid it
    tells nobody of as paid, and Alipay calls closed what was returned."""
    paid_at = told.paid_at
    closed = said.status is ChannelStatus.CLOSED
    return closed and paid_at is not None and at - paid_at >= timing.NOTIFICATION_LAG


def _keep(method: str, news: Notification, at: datetime) -> None:
    """Kept, and told to the staff of every community: they share one merchant."""
    state = news.state
    row, made = UnmatchedNotification.objects.get_or_create(
        method=method,
        out_trade_no=news.out_trade_no[:64],
        channel_reference=state.reference[:64],
        status=state.status.value,
        defaults={
            "amount_minor": state.amount_minor,
            "refunded_minor": state.refunded_minor,
            "paid_at": state.paid_at,
            "received_at": at,
        },
    )
    if not made and (state.refunded_minor or 0) > (row.refunded_minor or 0):  # more went back since
        row.refunded_minor, row.matched_at = state.refunded_minor, None
        row.save(update_fields=["refunded_minor", "matched_at"])
    through = registry.channel(method)
    for community in Community.objects.filter(test=bool(through and through.simulated)):
        raise_alert(
            community.pk,
            _KIND,
            news.out_trade_no[:80],
            at,
            method=method,
            order_no=news.out_trade_no,
            channel_reference=state.reference,
            amount_minor=state.amount_minor,
            paid_at=state.paid_at.isoformat() if state.paid_at else "",
        )


def match(at: datetime) -> int:
    """Takes what was kept of orders that have turned up since, however they came. Returns how many were
    due. What cannot be taken yet comes last the next time, so that it keeps nothing else waiting."""
    numbers = PaymentOrder.objects.filter(out_trade_no=OuterRef("out_trade_no"))
    kept = UnmatchedNotification.objects.filter(Exists(numbers), matched_at=None)
    in_turn = kept.order_by(F("tried_at").asc(nulls_first=True), "pk")
    found = list(in_turn[:MATCHED_MAX])
    for row in found:
        order = PaymentOrder.objects.filter(
            out_trade_no=row.out_trade_no, method=row.method
        ).first()
        if order is not None:
            _match(row, order, at)
    return len(found)


def match_order(order: PaymentOrder, at: datetime) -> PaymentOrder:
    """As ``match``, for an order that was just made: it may have been paid before it was known here."""
    kept = UnmatchedNotification.objects.filter(out_trade_no=order.out_trade_no, matched_at=None)
    for row in kept.filter(method=order.method).order_by("pk"):
        _match(row, order, at)
        order = PaymentOrder.objects.select_related("community", "unit").get(pk=order.pk)
    return order


def _match(row: UnmatchedNotification, order: PaymentOrder, at: datetime) -> None:
    known = OrderState(
        ChannelStatus(row.status),
        row.channel_reference,
        row.amount_minor,
        row.paid_at,
        row.refunded_minor,
    )
    if not apply_notification(order, known, at):
        UnmatchedNotification.objects.filter(pk=row.pk).update(tried_at=at)
        return
    UnmatchedNotification.objects.filter(pk=row.pk).update(matched_at=at)
    if not UnmatchedNotification.objects.filter(
        out_trade_no=row.out_trade_no, matched_at=None
    ).exists():
        alerts = Alert.objects.filter(kind=_KIND, subject=row.out_trade_no[:80], resolved_at=None)
        alerts.update(resolved_at=at)
