"""A channel tells of money for an order that had ended, and its own query does not show it yet."""

from dataclasses import replace

from server.alerts.models import Alert
from server.payments import inquiry, notifications
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.initiation import start
from server.payments.models import PaymentOrder
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
