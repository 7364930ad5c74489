"""A channel tells of money for an order that had ended, and its own query does not show it yet."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contract.messages import PaymentState
from server.alerts.models import Alert
from server.ledger import posting
from server.payments import inquiry, notifications, timing
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.payments.payer_status import status_of
from server.payments.state_machine import End
from server.payments.verification import verify_books
from tests.server.payments.world import NOW

PAID = OrderState(ChannelStatus.PAID, "4200001", 66416, NOW)


def test_money_that_the_query_does_not_show_yet_is_told_again_and_not_dropped(world):
    order = inquiry.apply_answer(
        start(world.caller, world.request(), NOW), OrderState(ChannelStatus.CLOSED), NOW
    )
    world.channel.orders[order.out_trade_no] = OrderState(ChannelStatus.CLOSED)
    assert not notifications.apply_notification(order, PAID, NOW), "the channel tells again"
    world.channel.orders[order.out_trade_no] = PAID
    assert notifications.apply_notification(order, PAID, NOW)
    assert PaymentOrder.objects.get().captured_minor == 66416
    assert Alert.objects.get().kind == "late_payment"


def test_closed_from_before_the_payment_undoes_nothing(world):
    """It was ended and paid at the same moment; a slow query still shows the end and not the payment."""
    order = start(world.caller, world.request(), NOW)
    assert notifications.apply_notification(order, PAID, NOW)
    world.channel.orders[order.out_trade_no] = OrderState(ChannelStatus.CLOSED)
    for seconds in (20, 290):
        order.refresh_from_db()
        inquiry.recheck_closed(order, NOW + timedelta(seconds=seconds))
        order.refresh_from_db()
        assert (order.life, order.allocated_minor) == (PaymentState.APPROVED, 66416)
    inquiry.recheck_closed(order, NOW + timing.QUERIES_LAG)
    order.refresh_from_db()
    assert (order.life, order.reason) == (PaymentState.REVERSED, "refunded"), (
        "by now it is no old word"
    )


@pytest.mark.parametrize("policy", ["refund", "credit"])
def test_late_money_that_was_wholly_returned_has_an_end(world, policy):
    """支付宝 calls closed what went back whole: at first its query may only be slow."""
    world.community.late_success = policy
    world.community.save()
    order = inquiry.apply_answer(
        start(world.caller, world.request(), NOW), OrderState(ChannelStatus.CLOSED), NOW
    )
    world.channel.orders[order.out_trade_no] = OrderState(ChannelStatus.CLOSED)
    waited = timing.NOTIFICATION_LAG
    assert not notifications.apply_notification(order, PAID, NOW + waited - timedelta(seconds=1))
    assert notifications.apply_notification(order, PAID, NOW + waited)
    assert notifications.apply_notification(order, PAID, NOW + waited), "told again"
    order.refresh_from_db()
    assert (order.life, order.reason) == (PaymentState.REVERSED, "refunded"), "late or in time"
    assert (order.captured_minor, order.refunded_minor) == (66416, 66416)
    assert not order.refunds.exists() and not Alert.objects.exists()
    assert status_of(order).title == "款项已退回"
    assert posting.balance(world.community.pk, "clearing:wechat") == 0
    assert verify_books() == []


@pytest.mark.parametrize("status", [ChannelStatus.WAITING, ChannelStatus.NOT_FOUND])
def test_a_query_that_shows_no_end_at_all_is_slow_however_long_it_takes(world, status):
    order = inquiry.apply_answer(
        start(world.caller, world.request(), NOW), OrderState(ChannelStatus.CLOSED), NOW
    )
    world.channel.orders[order.out_trade_no] = OrderState(status)
    assert not notifications.apply_notification(order, PAID, NOW + timedelta(hours=20))
    assert PaymentOrder.objects.get().captured_minor == 0


def test_a_part_that_went_back_before_late_money_is_known_is_told_again_and_booked(world):
    """Somebody in the office returned a part before the server believed that it had come."""
    world.community.late_success = "credit"
    world.community.save()
    order = inquiry.apply_answer(
        start(world.caller, world.request(), NOW), OrderState(ChannelStatus.CLOSED), NOW
    )
    part = replace(PAID, status=ChannelStatus.REFUNDED, refunded_minor=22000)
    assert not notifications.apply_notification(order, part, NOW), "the channel tells again"
    world.channel.orders[order.out_trade_no] = PAID
    assert notifications.apply_notification(order, PAID, NOW)
    assert notifications.apply_notification(order, part, NOW)
    order.refresh_from_db()
    assert (order.captured_minor, order.refunded_minor) == (66416, 22000)
    assert verify_books() == []


PART = replace(PAID, status=ChannelStatus.REFUNDED, refunded_minor=22000)


def test_a_part_of_what_went_back_whole_since_is_heard(world):
    """The rest went back in the console too, or by the reversal that was asked for: 支付宝 calls it
    closed, and the server, which never believed that it came, would refuse its word for ever."""
    order = inquiry.apply_answer(
        start(world.caller, world.request(), NOW), OrderState(ChannelStatus.CLOSED), NOW
    )
    world.channel.orders[order.out_trade_no] = OrderState(ChannelStatus.CLOSED)
    waited = timing.NOTIFICATION_LAG
    assert not notifications.apply_notification(order, PART, NOW + waited - timedelta(seconds=1))
    assert notifications.apply_notification(order, PART, NOW + waited)
    assert notifications.apply_notification(order, PART, NOW + waited), "told again"
    order.refresh_from_db()
    assert (order.life, order.captured_minor, order.refunded_minor) == ("reversed", 66416, 66416)
    assert not Alert.objects.exists()
    assert verify_books() == []


def test_a_part_of_what_a_reversal_returned_is_heard_and_moves_nothing(world):
    order = _reversal_accepted(world)
    world.channel.orders[order.out_trade_no] = PAID
    assert not notifications.apply_notification(order, PART, NOW), "what came is known first"
    world.channel.orders[order.out_trade_no] = OrderState(ChannelStatus.UNKNOWN)
    assert not notifications.apply_notification(order, PART, NOW), "no answer is no answer"
    world.channel.orders[order.out_trade_no] = OrderState(ChannelStatus.CLOSED)
    assert notifications.apply_notification(order, PART, NOW)
    order.refresh_from_db()
    assert (order.life, order.captured_minor) == (PaymentState.CANCELLED, 0)
    assert verify_books() == []


def _reversal_accepted(world):
    """Cancelled; the channel took the reversal and carries it out when it likes."""
    order = start(world.caller, world.request(), NOW)
    order = inquiry.apply_answer(order, OrderState(ChannelStatus.CLOSED), NOW)
    PaymentOrder.objects.filter(pk=order.pk).update(ending=End.ACCEPTED)
    order.refresh_from_db()
    return order
