"""A reversal gives back what was just paid: while one is under way, and after it, nobody books it.

Its answer does not say whether there was any: WeChat Pay says REVOKED and Alipay TRADE_CLOSED, which is
CLOSED, also when money went back.
"""

import pytest

from contract.messages import PaymentState
from server.alerts.models import Alert
from server.billing.models import Bill
from server.billing.verification import verify_ledger
from server.ledger import posting
from server.payments import inquiry, notifications, sweeper, transitions
from server.payments.channels.interface import ChannelStatus, EndAnswer, Ending, OrderState
from server.payments.initiation import start
from server.payments.models import Refund
from tests.server.payments.charges import later, order, request, sweep_until
from tests.server.payments.world import NOW


@pytest.fixture(params=["refund", "credit"])
def policy(world, request):
    world.community.late_success = request.param
    world.community.save()


class Meanwhile:
    """The channel's reversal, and what happens after it was asked for and before it is done."""

    def __init__(self, world, what):
        self._world, self._what, self.unanswered = world, what, False

    def __call__(self, number):
        channel = self._world.channel
        channel.reversed.append(number)
        self._what(number)
        channel.orders[number] = OrderState(ChannelStatus.CLOSED)
        if self.unanswered:
            return EndAnswer(Ending.UNSURE)
        return EndAnswer(Ending.ACCEPTED, channel.orders[number])


def sweep_for_a_day(seconds):
    for more in (5, 20, 65, 130, 700, 5000, 100_000):
        sweeper.sweep(later(seconds + more))


def nothing_is_in_the_books(world):
    assert posting.balance(world.community.pk, "clearing:wechat") == 0
    assert posting.balance(world.community.pk, "credit") == 0
    assert {bill.state for bill in Bill.objects.all()} == {"open"}
    assert Refund.objects.count() == 0
    assert Alert.objects.count() == 0
    assert verify_ledger() == []
    return True


@pytest.mark.parametrize("unanswered", [False, True])
@pytest.mark.parametrize("by", ["notification", "query"])
def test_paid_between_the_query_and_the_reversal(world, policy, by, unanswered):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    heard = []

    def pays(number):
        paid = world.channel.pays(number)
        if by == "notification":
            heard.append(notifications.apply_notification(order(), paid, later(46)))
        else:
            inquiry.apply_answer(order(), paid, later(46))

    world.channel.reverse = Meanwhile(world, pays)
    world.channel.reverse.unanswered = unanswered
    sweeper.sweep(later(46))
    assert order().captured_minor == 0
    sweep_for_a_day(46)
    assert order().life is PaymentState.CANCELLED
    assert nothing_is_in_the_books(world)
    if by == "notification":
        assert heard == [False], "to be told again"
        assert notifications.apply_notification(
            order(), OrderState(ChannelStatus.PAID, "42", 66416, NOW), later(100_200)
        )
        assert nothing_is_in_the_books(world)


@pytest.mark.parametrize("by", ["notification", "query"])
def test_said_to_be_paid_before_the_reversal_and_taken_after_it(world, policy, by):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    before, paid = order(), OrderState(ChannelStatus.PAID, "42", 66416, NOW)
    world.channel.reverse = Meanwhile(world, world.channel.pays)
    sweeper.sweep(later(46))
    assert order().life is PaymentState.CANCELLED
    if by == "notification":
        assert notifications.apply_notification(before, paid, later(47))
    else:
        inquiry.apply_answer(before, paid, later(47))
    sweep_for_a_day(47)
    assert nothing_is_in_the_books(world)


def test_an_ended_order_that_is_paid_just_as_it_is_stopped_for_good(world, policy):
    world.channel.phone = "refused"
    start(world.caller, request(world), NOW)
    world.channel.orders[order().out_trade_no] = OrderState(ChannelStatus.WAITING)
    heard = []
    world.channel.reverse = Meanwhile(
        world,
        lambda number: heard.append(
            notifications.apply_notification(order(), world.channel.pays(number), later(61))
        ),
    )
    sweeper.sweep(later(61))
    assert heard == [False]
    sweep_for_a_day(61)
    assert order().life is PaymentState.DECLINED
    assert nothing_is_in_the_books(world)


def test_what_is_in_the_books_as_paid_is_not_reversed(world):
    """The query was answered before the resident typed the password; the notification came first."""
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    asks = world.channel.query

    def answered_just_before(number):
        said = asks(number)
        assert notifications.apply_notification(order(), world.channel.pays(number), later(46))
        return said

    world.channel.query = answered_just_before
    sweeper.sweep(later(46))
    assert world.channel.reversed == []
    assert (order().life, order().captured_minor) == (PaymentState.APPROVED, 66416)


def test_only_one_ends_an_order_at_a_time_and_a_dead_one_holds_it_a_minute(world):
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    paid, one = OrderState(ChannelStatus.PAID, "42", 66416, NOW), order().payment_id
    assert transitions.begin_ending(one, later(20), gives_back=True) is not None
    assert transitions.begin_ending(one, later(25), gives_back=True) is None
    for seconds in (25, 80, 100_000):
        inquiry.apply_answer(order(), paid, later(seconds))
        assert order().life is PaymentState.PENDING, "its reversal may be on its way"
    assert transitions.begin_ending(one, later(80), gives_back=True) is not None


def test_a_refused_reversal_lets_the_payment_be_booked_at_once(world):
    world.channel.phone, world.channel.reversal_refused = "asks", True
    start(world.caller, request(world), NOW)
    sweep_until(world, 45)
    assert world.channel.reversed
    assert notifications.apply_notification(
        order(), world.channel.pays(order().out_trade_no), later(46)
    )
    assert order().life is PaymentState.APPROVED
