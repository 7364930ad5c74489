"""A phone that was charged after its order had ended: found, and its money goes where the policy says."""

import pytest

from contract.messages import PaymentState
from server.alerts.models import Alert
from server.billing.models import Bill
from server.billing.verification import verify_ledger
from server.ledger import posting
from server.payments import inquiry, notifications, refunds, sweeper
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from server.payments.timing import RECHECKS_UNPAID
from tests.server.payments.charges import kept, later, order, request, sweep_until
from tests.server.payments.world import NOW


@pytest.mark.parametrize("policy", ["refund", "credit"])
@pytest.mark.parametrize("by", ["look", "notification"])
def test_money_that_comes_after_the_end_goes_where_the_policy_says_once(world, policy, by):
    world.community.late_success = policy
    world.community.save()
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    sweep_until(world, 45)
    assert order().life is PaymentState.CANCELLED
    paid = world.channel.pays(order().out_trade_no)
    for minute in (6, 7, 8):
        if by == "notification":
            notifications.apply_notification(order(), paid, later(60 * minute))
        sweeper.sweep(later(60 * minute))
    assert {b.state for b in Bill.objects.all()} == {"open"}
    assert Alert.objects.filter(kind="late_payment").count() == 1
    if policy == "refund":
        assert (order().life, order().refunded_minor) == (PaymentState.REVERSED, 66416)
        assert kept(world) == 0
    else:
        assert (order().life, order().credited_minor) == (PaymentState.APPROVED, 66416)
        assert posting.balance(world.community.pk, "credit") == -66416
    assert verify_ledger() == []


def test_an_old_notification_of_what_was_given_back_credits_nobody(world):
    world.community.late_success = "credit"
    world.community.save()
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    before = world.channel.pays(order().out_trade_no)
    world.channel.orders[order().out_trade_no] = OrderState(ChannelStatus.WAITING)
    sweep_until(world, 45)
    world.channel.silent = True
    assert not notifications.apply_notification(order(), before, later(50)), "to be told again"
    world.channel.silent = False
    assert notifications.apply_notification(order(), before, later(55))
    assert (order().life, order().captured_minor) == (PaymentState.CANCELLED, 0)
    assert Refund.objects.count() == 0
    assert posting.balance(world.community.pk, "credit") == 0


def test_an_ended_order_is_looked_at_a_few_times_and_then_left(world):
    world.channel.phone = "no_money"
    start(world.caller, request(world), NOW)
    asked = []
    world.channel.query = lambda number: asked.append(number) or OrderState(ChannelStatus.CLOSED)
    for seconds in (30, 61, 120, 700, 4500, 90_000, 200_000, 300_000):
        sweeper.sweep(later(seconds))
    assert len(asked) == len(RECHECKS_UNPAID)
    assert order().next_poll_at is None


def test_ended_orders_of_other_kinds_and_paid_ones_are_not_looked_at_again(world):
    shown = inquiry.cancel(start(world.caller, world.request(1), NOW), NOW)
    paid = start(world.caller, request(world, 2), NOW)
    PaymentOrder.objects.update(next_poll_at=NOW)  # a cancellation that came a moment too late
    world.channel.orders[shown.out_trade_no] = OrderState(ChannelStatus.WAITING)
    world.channel.orders[paid.out_trade_no] = OrderState(ChannelStatus.WAITING)
    sweeper.sweep(later(60))
    assert world.channel.reversed == []


def test_an_ended_order_that_could_still_be_paid_is_reversed_for_good(world):
    world.channel.phone = "refused"
    start(world.caller, request(world), NOW)
    world.channel.orders[order().out_trade_no] = OrderState(ChannelStatus.WAITING)
    sweeper.sweep(later(61))
    assert world.channel.reversed == [order().out_trade_no]
    assert (order().life, order().reason) == (PaymentState.DECLINED, "refused")


def test_an_order_that_ends_while_the_sweep_is_elsewhere_is_still_looked_at_again(world):
    """The sweep has read what is due; meanwhile another request ends an order that it comes to later."""
    world.channel.phone = "asks"
    start(world.caller, request(world, 1, bills=1), NOW)
    other = world.request(1, bills=2).bills[1:]
    another = request(world, 2, bills=1).model_copy(update={"bills": other})
    start(world.caller, another, NOW)
    for second in (5, 10, 15, 20):
        sweeper.sweep(later(second))
    first, second = order(1), order(2)
    asks = world.channel.query

    def meanwhile(number):
        if number == first.out_trade_no and not order(2).life.final:
            inquiry.cancel(order(2), later(25))
        return asks(number)

    world.channel.query = meanwhile
    sweeper.sweep(later(25))
    assert order(2).life is PaymentState.CANCELLED
    world.channel.query = asks
    sweeper.sweep(later(60 * 2))
    world.channel.pays(second.out_trade_no)
    for minute in (3, 15):
        sweeper.sweep(later(60 * minute))
    assert order(2).life is PaymentState.REVERSED, "late money, sent back"
    assert verify_ledger() == []


def test_a_look_without_a_clear_answer_does_not_count(world):
    """A channel that is silent for a day, or refuses the reversal because the payer is just typing."""
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    sweep_until(world, 45)
    assert order().life is PaymentState.CANCELLED
    world.channel.silent = True
    for hour in range(1, 30):
        sweeper.sweep(later(3600 * hour))
    assert (order().poll_count, order().next_poll_at is None) == (0, False)
    world.channel.silent = False
    world.channel.orders[order().out_trade_no] = OrderState(ChannelStatus.WAITING)
    world.channel.reversal_refused = True
    sweeper.sweep(later(3600 * 40))
    assert order().poll_count == 0
    world.channel.pays(order().out_trade_no)
    sweeper.sweep(later(3600 * 50))
    assert order().life is PaymentState.REVERSED, "late money, sent back"


def test_a_server_that_dies_with_the_answer_in_its_hands_looks_again(world, monkeypatch):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    sweep_until(world, 45)
    world.channel.pays(order().out_trade_no)

    class Killed(BaseException):
        """The process ended here; nothing after it ran."""

    def dies(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(inquiry, "apply_answer", dies)
        sweeper.sweep(later(420))
    sweeper.sweep(later(540))
    assert order().life is PaymentState.REVERSED


def test_a_refund_and_its_order_are_written_down_together(world, monkeypatch):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    sweep_until(world, 45)
    assert notifications.apply_notification(
        order(), world.channel.pays(order().out_trade_no), later(400)
    )

    class Killed(BaseException):
        """The process ended here; nothing after it ran."""

    def dies(*_, **__):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(type(PaymentOrder.objects.all()), "update", dies)
        refunds.send_back(Refund.objects.get(), later(405))
    assert Refund.objects.get().state == Refund.State.DUE
    sweeper.sweep(later(460))
    assert (Refund.objects.get().state, order().refunded_minor) == (Refund.State.DONE, 66416)
    assert list(world.channel.refunds.values()) == [66416]
    assert verify_ledger() == []
