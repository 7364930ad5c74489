"""A channel tells of money for an order that had ended, and its own query does not show it yet."""

from server.payments import following, notifications
from server.payments.channels.interface import OrderState, Standing
from server.payments.models import Alert, PaymentOrder
from server.payments.starting import start
from tests.server.payments.world import NOW

PAID = OrderState(Standing.PAID, "4200001", 66416, NOW)


def test_money_that_the_query_does_not_show_yet_is_told_again_and_not_dropped(world):
    order = following.learn(
        start(world.caller, world.request(), NOW), OrderState(Standing.CLOSED), NOW
    )
    world.channel.orders[order.out_trade_no] = OrderState(Standing.CLOSED)
    assert not notifications.told(order, PAID, NOW), "the channel tells again"
    world.channel.orders[order.out_trade_no] = PAID
    assert notifications.told(order, PAID, NOW)
    assert PaymentOrder.objects.get().charged_minor == 66416
    assert Alert.objects.get().kind == "late_payment"
