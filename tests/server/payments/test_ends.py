"""After an end was asked for, "paid" is believed only when that end was refused; what was paid then is
looked at again. A channel's query may lag behind what the channel has just done, or will do."""

from datetime import timedelta

import pytest

from contract.messages import PaymentState
from server.alerts.models import Alert
from server.billing.models import Bill
from server.billing.verification import verify_ledger
from server.ledger import posting
from server.payments import inquiry, notifications, sweeper, timing, transitions
from server.payments.channels.interface import ChannelStatus, EndAnswer, Ending, OrderState
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from server.payments.state_machine import End
from tests.server.payments.charges import later, order, request
from tests.server.payments.world import NOW

PAID = OrderState(ChannelStatus.PAID, "42", 66416, NOW)


class Ends:
    """What the channel answers to each end, in turn; the last one for ever. ``does``: the answer after
    which it carries the end out."""

    def __init__(self, world, *answers, does=None):
        self._channel, self._answers, self._does = world.channel, list(answers), does
        self.asked = []

    def __call__(self, number):
        self.asked.append(number)
        ending = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        known = self._channel.query(number)
        if self._does is not None and len(self.asked) > self._does:
            self.carried_out(number)
        return EndAnswer(ending, known)

    def carried_out(self, number):
        self._channel.orders[number] = OrderState(ChannelStatus.CLOSED)


@pytest.fixture(params=["code", "unscanned"])
def reversing(world, request_kind):
    """An order whose end is a reversal: a charged phone, or a code that its channel cannot close."""
    world.channel.closes_unscanned = False
    if request_kind == "code":
        world.channel.phone = "asks"
        start(world.caller, request(world), NOW)
    else:
        shown = start(world.caller, world.request(), NOW)
        del world.channel.orders[shown.out_trade_no]
    return world


@pytest.fixture(params=["code", "unscanned"])
def request_kind(request):
    return request.param


def ends_at():
    expires = order().expires_at + timing.NOTIFICATION_GRACE + timedelta(seconds=1)
    return (expires - NOW).total_seconds()


def pays_meanwhile(world, ends):
    """The resident pays after the query and before the channel reads the request to end it."""
    real = ends.__call__

    def paid_first(number):
        world.channel.amounts[number] = 66416
        if not ends.asked:
            world.channel.pays(number)
        return real(number)

    world.channel.reverse = paid_first


def nothing_is_in_the_books(world):
    assert posting.balance(world.community.pk, "clearing:wechat") == 0
    assert posting.balance(world.community.pk, "credit") == 0
    assert {bill.state for bill in Bill.objects.all()} == {"open"}
    assert Refund.objects.count() == 0
    assert verify_ledger() == []
    return True


@pytest.mark.parametrize("first", [Ending.UNSURE, Ending.ACCEPTED])
def test_paid_is_not_believed_while_the_end_may_still_be_carried_out(reversing, first):
    """500 SYSTEM_ERROR, 20000, or 200 OK with a query that lags: the money goes back in the end."""
    ends = Ends(reversing, first, Ending.ACCEPTED, does=3)
    pays_meanwhile(reversing, ends)
    begun = ends_at()
    for seconds in (0, 15, 40, 90):
        sweeper.sweep(later(begun + seconds))
        assert not order().life.final, "asked again"
        assert nothing_is_in_the_books(reversing)
        assert not notifications.apply_notification(order(), PAID, later(begun + seconds + 1)), (
            "told again"
        )
        assert inquiry.apply_answer(order(), PAID, later(begun + seconds + 2)).captured_minor == 0
    for seconds in (700, 1500, 5000, 100_000):
        sweeper.sweep(later(begun + seconds))
    assert order().life is PaymentState.CANCELLED
    assert nothing_is_in_the_books(reversing)


def test_what_was_asked_before_a_crash_is_asked_again(reversing):
    """The server died with the request on its way: nobody knows whether it arrived."""
    begun = ends_at()
    assert transitions.begin_ending(order().payment_id, later(begun), gives_back=True) is End.NEVER
    number = order().out_trade_no
    reversing.channel.amounts[number] = 66416
    reversing.channel.pays(number)
    for seconds in (30, 61, 100):
        inquiry.check(order(), later(begun + seconds))
    assert reversing.channel.reversed == [number]
    assert order().life is PaymentState.CANCELLED
    assert nothing_is_in_the_books(reversing)


def test_an_end_that_was_refused_for_good_lets_the_payment_be_booked(reversing):
    ends = Ends(reversing, Ending.REFUSED)
    pays_meanwhile(reversing, ends)
    sweeper.sweep(later(ends_at()))
    assert (order().life, order().ending) == (PaymentState.APPROVED, End.REFUSED)
    assert {bill.state for bill in Bill.objects.all()} == {"paid"}


def test_not_now_takes_nothing_from_an_end_that_was_unsure_before(reversing):
    ends = Ends(reversing, Ending.UNSURE, Ending.BUSY, Ending.ACCEPTED, does=2)
    pays_meanwhile(reversing, ends)
    begun = ends_at()
    for seconds in (0, 15, 40, 90, 700):
        sweeper.sweep(later(begun + seconds))
        assert order().captured_minor == 0
    assert order().life is PaymentState.CANCELLED
    assert nothing_is_in_the_books(reversing)


@pytest.mark.parametrize("minutes", [10, 60])
def test_what_is_paid_after_an_end_was_asked_for_is_looked_at_again(reversing, minutes):
    """The refusal was wrong, and the money went back a while later all the same. After a minute "closed"
    may still be older than the payment."""
    ends = Ends(reversing, Ending.REFUSED)
    pays_meanwhile(reversing, ends)
    begun = ends_at()
    sweeper.sweep(later(begun))
    looks = [look for look in (60, 661, 4262) if look < minutes * 60]
    for seconds in looks:
        sweeper.sweep(later(begun + seconds + 1))
        assert order().life is PaymentState.APPROVED
    ends.carried_out(order().out_trade_no)
    sweeper.sweep(later(begun + {10: 663, 60: 4264}[minutes]))
    assert (order().life, order().refunded_minor) == (PaymentState.REVERSED, 66416)
    assert nothing_is_in_the_books(reversing)


def test_a_close_gives_nothing_back_so_what_is_paid_is_booked_at_once(world):
    shown = start(world.caller, world.request(), NOW)

    def unanswered(number):
        world.channel.pays(number)
        return EndAnswer(Ending.UNSURE)

    world.channel.close = unanswered
    inquiry.cancel(shown, NOW)
    assert not order().life.final
    sweeper.sweep(later(1))
    assert (order().life, order().ending) == (PaymentState.APPROVED, End.CLOSING)


def test_an_order_that_ended_by_a_reversal_is_not_late_money_while_queries_lag(world):
    """The replica that is asked first says CLOSED, the next one still PAID."""
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    sweeper.sweep(later(46))
    assert order().life is PaymentState.CANCELLED
    world.channel.pays(order().out_trade_no)
    sweeper.sweep(later(110))
    assert not notifications.apply_notification(order(), PAID, later(120))
    world.channel.orders[order().out_trade_no] = OrderState(ChannelStatus.CLOSED)
    for seconds in (200, 500, 1200, 5000, 100_000):
        sweeper.sweep(later(seconds))
    assert order().life is PaymentState.CANCELLED
    assert nothing_is_in_the_books(world)


@pytest.fixture
def unknown_to_alipay(world):
    """A code that nobody scanned: there is no trade, and the cancellation says so."""
    world.channel.closes_unscanned = False
    shown = start(world.caller, world.request(), NOW)
    del world.channel.orders[shown.out_trade_no]
    world.channel.reverse = lambda number: EndAnswer(Ending.NOT_THERE, world.channel.query(number))
    return world


def test_a_code_that_nobody_scanned_ends_when_nobody_can_scan_it_any_more(unknown_to_alipay):
    inquiry.cancel(order(), later(5))
    assert not order().life.final, "it is on the screen's copy, and can still be scanned"
    for minute in range(1, 10):
        sweeper.sweep(later(60 * minute))
        assert not order().life.final
    for minute in range(10, 20):
        sweeper.sweep(later(60 * minute))
    assert order().life is PaymentState.CANCELLED
    assert not Alert.objects.exists()


def test_a_code_that_is_scanned_after_its_cancellation_found_nothing_is_paid(unknown_to_alipay):
    inquiry.cancel(order(), later(5))
    unknown_to_alipay.channel.pays(order().out_trade_no)
    sweeper.sweep(later(60))
    assert order().life is PaymentState.APPROVED


def test_what_stays_open_is_told_with_what_the_end_was_answered(reversing):
    ends = Ends(reversing, Ending.UNSURE)
    pays_meanwhile(reversing, ends)
    for hours in (1, 3, 4):
        sweeper.sweep(later(3600 * hours))
    alert = Alert.objects.get(kind="unknown_for_long")
    said = {(one["asked"], one.get("ending")) for one in alert.details["channel_said"]}
    assert ("reverse", "unsure") in said
    assert PaymentOrder.objects.get().captured_minor == 0
