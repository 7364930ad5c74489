"""Money that is returned in a channel's console, all or a part: seen, booked once, told to staff."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing.models import Allocation, Bill
from server.billing.verification import verify_ledger
from server.ledger import posting
from server.payments import inquiry, notifications, sweeper, transitions
from server.payments.channels.interface import ChannelStatus, OrderState, RefundStatus
from server.payments.decisions.refund_takeover import returned_by_hand
from server.payments.decisions.refusal import NotPossible
from server.payments.decisions.unclear_return import state_returned
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from server.payments.verification import verify_books
from server.staff.people import Person
from tests.server.payments.world import NOW

TOTAL, CLERK = 66416, Person("Li Na")


def order():
    return PaymentOrder.objects.get()


def balances(world):
    names = ("clearing:wechat", "refunds_outside", "credit")
    return tuple(posting.balance(world.community.pk, name) for name in names)


@pytest.fixture
def paid(world):
    shown = start(world.caller, world.request(), NOW)
    inquiry.apply_answer(shown, world.channel.pays(shown.out_trade_no), NOW)
    return world


def goes_back(world, minor):
    """In the channel's console; its query says only that something did."""
    number = order().out_trade_no
    world.channel.sent_back[number] = minor
    said = OrderState(ChannelStatus.REFUNDED, "42", TOTAL, NOW, refunded_minor=None)
    world.channel.orders[number] = said


def looks(*days):
    for day in days:
        sweeper.sweep(NOW + timedelta(days=day, minutes=1))


def told(minor, status=ChannelStatus.REFUNDED):
    return notifications.apply_notification(
        order(), OrderState(status, "42", TOTAL, NOW, minor), NOW
    )


def test_a_part_is_booked_as_a_part(paid):
    goes_back(paid, 1000)
    looks(1)
    assert (order().life, order().refunded_minor) == (PaymentState.APPROVED, 1000)
    assert {bill.state for bill in Bill.objects.all()} == {"paid"}
    assert balances(paid) == (TOTAL - 1000, 1000, 0)
    assert verify_ledger() == []
    alert = Alert.objects.get(kind="refund_outside")
    assert (alert.details["amount_minor"], alert.details["refunded_minor"]) == (TOTAL, 1000)


def test_a_part_told_of_while_our_refund_is_due_is_told_again_until_that_has_ended(world):
    """Staff return all of it by hand then: the payer has the part twice, and somebody hears so."""
    world.community.late_success = "refund"
    world.community.save()
    ended = inquiry.apply_answer(
        start(world.caller, world.request(), NOW), OrderState(ChannelStatus.CLOSED), NOW
    )
    world.channel.refund_says = RefundStatus.FAILED
    world.channel.refund_query_says = RefundStatus.NOT_FOUND
    inquiry.apply_answer(ended, world.channel.pays(ended.out_trade_no), NOW)
    sweeper.sweep(NOW + timedelta(minutes=1))
    assert not told(1000), "the channel tells again"
    [refund] = order().refunds.all()
    later = NOW + timedelta(hours=1)
    returned_by_hand(refund.refund_no, CLERK, "no refund there", later, how=Refund.How.CASH)
    assert told(1000)
    twice = Alert.objects.get(kind="refunded_twice")
    assert (twice.subject, twice.details["amount_minor"]) == (refund.refund_no, 1000)
    assert verify_ledger() == []


def test_the_same_part_again_is_no_news(paid):
    goes_back(paid, 1000)
    version = None
    for day in (1, 4, 14, 44):
        looks(day)
        assert told(1000)
        version = version or order().version
        assert order().version == version
    assert balances(paid) == (TOTAL - 1000, 1000, 0)
    assert Alert.objects.filter(kind="refund_outside").count() == 1


def test_a_second_part_is_booked_with_the_first(paid):
    goes_back(paid, 1000)
    looks(1)
    goes_back(paid, 1500)
    looks(5)
    assert balances(paid) == (TOTAL - 1500, 1500, 0)
    assert (
        Alert.objects.get(kind="refund_outside", resolved_at=None).details["refunded_minor"] == 1500
    )
    assert told(1000), "an older word"
    assert order().refunded_minor == 1500


@pytest.mark.parametrize("before", [0, 1000])
def test_when_all_of_it_went_back_the_bills_are_open_again(paid, before):
    if before:
        goes_back(paid, before)
        looks(1)
    goes_back(paid, TOTAL)
    looks(6)
    assert (order().life, order().refunded_minor) == (PaymentState.REVERSED, TOTAL)
    assert {bill.state for bill in Bill.objects.all()} == {"open"}
    assert not Allocation.objects.filter(undone=False).exists()
    assert balances(paid) == (0, 0, 0)
    assert verify_ledger() == []
    assert not Alert.objects.filter(kind="refund_outside", resolved_at=None).exists()


def test_a_trade_that_is_closed_after_it_was_paid_went_back(paid):
    """As Alipay says of a whole refund."""
    paid.channel.orders[order().out_trade_no] = OrderState(ChannelStatus.CLOSED)
    looks(1)
    assert (order().life, balances(paid)) == (PaymentState.REVERSED, (0, 0, 0))


def test_an_old_notification_of_a_close_reverses_nothing(paid):
    assert told(0, ChannelStatus.CLOSED)
    assert order().life is PaymentState.APPROVED


def test_how_much_is_not_guessed_but_asked_until_it_is_known(paid):
    goes_back(paid, 1000)
    del paid.channel.sent_back[order().out_trade_no]
    looks(1)
    assert (order().life, order().refunded_minor) == (PaymentState.APPROVED, 0)
    assert Alert.objects.filter(kind="refund_unclear", resolved_at=None).count() == 1
    paid.channel.sent_back[order().out_trade_no] = 1000
    looks(1.5)
    assert order().refunded_minor == 1000
    assert not Alert.objects.filter(kind="refund_unclear", resolved_at=None).exists()


def test_staff_who_looked_into_it_are_not_told_the_same_again(paid):
    goes_back(paid, 1000)
    del paid.channel.sent_back[order().out_trade_no]
    looks(1)
    Alert.objects.filter(kind="refund_unclear").update(resolved_at=NOW)
    looks(2, 3, 4, 20, 60, 90)
    assert Alert.objects.filter(kind="refund_unclear").count() == 1
    assert order().next_poll_at is None, "looked at as often as any other"


@pytest.fixture
def unclear_after_a_part(paid):
    """10 went back and is known; then more may have gone, and the channel does not say how much."""
    goes_back(paid, 1000)
    looks(1)
    del paid.channel.sent_back[order().out_trade_no]
    looks(3)
    assert order().refunded_minor == 1000
    assert Alert.objects.filter(kind="refund_unclear", resolved_at=None).count() == 1
    return paid


@pytest.mark.parametrize(("said", "gone"), [(1000, 1000), (2500, 2500), (TOTAL, TOTAL)])
def test_staff_say_how_much_went_back_after_a_part_is_known(unclear_after_a_part, said, gone):
    state_returned(order().payment_id, CLERK, "seen", NOW, returned_minor=said)
    assert order().refunded_minor == gone
    assert not Alert.objects.filter(kind="refund_unclear", resolved_at=None).exists()
    assert verify_books() == []


def test_less_than_is_known_did_not_go_back(unclear_after_a_part):
    with pytest.raises(NotPossible) as refused:
        state_returned(order().payment_id, CLERK, "seen", NOW, returned_minor=999)
    assert refused.value.code == "too_little"
    assert Alert.objects.filter(kind="refund_unclear", resolved_at=None).exists()


def test_the_machine_hears_later_that_no_more_went_back(unclear_after_a_part):
    goes_back(unclear_after_a_part, 1000)
    looks(4, 11, 41)
    assert order().refunded_minor == 1000
    assert not Alert.objects.filter(kind="refund_unclear", resolved_at=None).exists()


def test_the_question_ends_where_all_of_it_went_back_another_way(unclear_after_a_part):
    """Else nobody could end it: what there was to say is known."""
    transitions.apply_reversed(order().payment_id, "refunded", NOW)
    state_returned(order().payment_id, CLERK, "seen", NOW, returned_minor=TOTAL)
    assert not Alert.objects.filter(kind="refund_unclear", resolved_at=None).exists()
    assert (order().life, order().refunded_minor) == (PaymentState.REVERSED, TOTAL)
    with pytest.raises(NotPossible) as refused:
        state_returned(order().payment_id, CLERK, "seen", NOW, returned_minor=TOTAL)
    assert refused.value.code == "ended"
    assert verify_books() == []


def test_an_order_that_was_refunded_in_part_before_anybody_looked_is_paid_less_that(world):
    shown = start(world.caller, world.request(), NOW)
    goes_back(world, 1000)
    sweeper.sweep(NOW + timedelta(minutes=1))
    assert (order().life, order().captured_minor) == (PaymentState.APPROVED, TOTAL)
    assert order().refunded_minor == 1000
    assert balances(world) == (TOTAL - 1000, 1000, 0)
    assert shown.pk == order().pk


def test_an_order_that_went_back_whole_before_anybody_looked_was_never_booked(world):
    start(world.caller, world.request(), NOW)
    goes_back(world, TOTAL)
    sweeper.sweep(NOW + timedelta(minutes=1))
    assert order().life is PaymentState.REVERSED
    assert balances(world) == (0, 0, 0)


def test_a_silent_channel_is_asked_until_it_answers(paid):
    goes_back(paid, 1000)
    paid.channel.silent = True
    looks(1, 2, 3)
    paid.channel.silent = False
    looks(4)
    assert order().refunded_minor == 1000


def test_what_was_credited_is_looked_at_too(world):
    world.community.late_success = "credit"
    world.community.save()
    shown = inquiry.cancel(start(world.caller, world.request(), NOW), NOW)
    inquiry.apply_answer(shown, world.channel.pays(shown.out_trade_no), NOW)
    assert balances(world) == (TOTAL, 0, -TOTAL)
    goes_back(world, TOTAL)
    looks(1)
    assert (order().life, balances(world)) == (PaymentState.REVERSED, (0, 0, 0))


def test_an_answer_from_before_is_not_taken(paid):
    before = order()
    goes_back(paid, 1000)
    looks(1)
    late = OrderState(ChannelStatus.REFUNDED, "42", TOTAL, NOW, refunded_minor=TOTAL)
    assert inquiry.apply_answer(before, late, NOW).life is PaymentState.APPROVED


def test_the_database_keeps_approved_for_what_has_something_left(paid):
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentOrder.objects.update(refunded_minor=TOTAL)


def test_a_crash_between_the_books_and_the_order_leaves_neither(paid, monkeypatch):
    goes_back(paid, 1000)

    class Killed(BaseException):
        """The process ended here; nothing after it ran."""

    def dies(*_, **__):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(PaymentOrder, "save", dies)
        looks(1)
    assert balances(paid) == (TOTAL, 0, 0)
    looks(1.1, 1.5)
    assert balances(paid) == (TOTAL - 1000, 1000, 0)


def test_a_payment_at_the_card_terminal_is_not_asked_about_at_a_channel(world):
    shown = start(world.caller, world.request(method=Method.CARD), NOW)
    transitions.apply_paid(shown.payment_id, OrderState(ChannelStatus.PAID, "7", TOTAL, NOW), NOW)
    assert order().next_poll_at is None
