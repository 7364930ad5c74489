"""A channel says that a part went back of an order that is not booked as paid."""

from datetime import timedelta

import pytest

from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing.models import Bill
from server.billing.verification import verify_ledger
from server.ledger import posting
from server.payments import inquiry, sweeper
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.decisions import unknown_outcome
from server.payments.decisions.refusal import NotPossible
from server.payments.decisions.unclear_return import state_returned
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from server.payments.payer_status import status_of
from server.payments.verification import verify_books
from server.staff.people import Person
from tests.server.payments import charges
from tests.server.payments.charges import later, order
from tests.server.payments.world import NOW

TOTAL, PART = 66416, 1000
CLERK = Person("Li Na")


def goes_back(world, minor=PART, known=True):
    """In the channel's console; its query says only that something did."""
    number = order().out_trade_no
    world.channel.orders[number] = OrderState(ChannelStatus.REFUNDED, "42", TOTAL, NOW, None)
    if known:
        world.channel.sent_back[number] = minor


def balance(world, name):
    return posting.balance(world.community.pk, name)


@pytest.fixture(params=["closed", "refused"])
def ended(world, request):
    """Ended without any money, by a phone or by a code on the screen; the money comes all the same."""
    world.channel.phone = "asks" if request.param == "closed" else "no_money"
    start(world.caller, charges.request(world), NOW)
    for seconds in (20, 45, 50):
        sweeper.sweep(later(seconds))
    assert order().life in (PaymentState.CANCELLED, PaymentState.DECLINED)
    return world


def test_what_is_left_of_late_money_goes_back(ended):
    goes_back(ended)
    sweeper.sweep(later(700))
    sweeper.sweep(later(710))
    assert (order().state, order().reason) == ("reversed", "late")
    assert Refund.objects.get().amount_minor == TOTAL - PART
    assert list(ended.channel.refunds.values()) == [TOTAL - PART]
    assert (order().captured_minor, order().refunded_minor) == (TOTAL, TOTAL)
    assert (balance(ended, "clearing:wechat"), balance(ended, "refunds_due")) == (0, 0)
    assert Alert.objects.filter(kind="late_payment").exists()
    assert verify_ledger() == []


def test_what_is_left_of_late_money_is_kept_where_that_is_the_policy(ended):
    ended.community.late_success = "credit"
    ended.community.save()
    goes_back(ended)
    sweeper.sweep(later(700))
    assert (order().credited_minor, order().refunded_minor) == (TOTAL, PART)
    assert balance(ended, "clearing:wechat") == TOTAL - PART
    assert Alert.objects.filter(kind="refund_outside").exists()
    assert verify_ledger() == []


@pytest.mark.parametrize("policy", ["refund", "credit"])
def test_what_went_back_whole_is_known_as_returned_and_asks_nobody_for_anything(ended, policy):
    ended.community.late_success = policy
    ended.community.save()
    goes_back(ended, TOTAL)
    sweeper.sweep(later(700))
    assert (order().life, order().reason) == (PaymentState.REVERSED, "refunded")
    assert (order().captured_minor, order().refunded_minor) == (TOTAL, TOTAL)
    assert status_of(order()).title == "款项已退回"
    assert not Alert.objects.exists() and not Refund.objects.exists()
    assert verify_books() == []


def test_how_much_of_it_went_back_is_asked_until_it_is_known(ended):
    """Its bill comes a day later; meanwhile staff are told, once."""
    goes_back(ended, known=False)
    for seconds in (700, 4300, 90_000, 120_000):
        sweeper.sweep(later(seconds))
    assert Alert.objects.get(kind="refund_unclear").resolved_at is None
    goes_back(ended)
    sweeper.sweep(later(150_000))
    assert order().captured_minor == TOTAL
    assert Alert.objects.get(kind="refund_unclear").resolved_at is not None


@pytest.fixture
def being_reversed(world):
    """A phone's charge whose reversal the channel accepts and never carries out."""
    world.channel.phone = "asks"
    start(world.caller, charges.request(world), NOW)
    number = order().out_trade_no

    def accepts(out_trade_no):
        world.channel.reversed.append(out_trade_no)
        return inquiry.EndAnswer(inquiry.Ending.ACCEPTED, world.channel.query(out_trade_no))

    world.channel.reverse = accepts
    sweeper.sweep(later(46))
    assert world.channel.reversed == [number]
    return world


def test_a_reversal_that_is_never_carried_out_ends_when_a_part_went_back(being_reversed):
    """A reversal would have returned all of it, and shows as closed."""
    goes_back(being_reversed)
    sweeper.sweep(later(60))
    assert not order().life.final, "it may still be carried out"
    for seconds in (200, 400):
        sweeper.sweep(later(seconds))
    assert (order().state, order().refunded_minor) == ("approved", PART)
    assert {bill.state for bill in Bill.objects.all()} == {"paid"}
    assert verify_ledger() == []


def test_staff_have_an_end_for_it_too(being_reversed):
    goes_back(being_reversed, known=False)
    at = later(3000)
    with pytest.raises(NotPossible, match="channel"):
        unknown_outcome.book_as_paid(order().payment_id, CLERK, "seen", at)
    unknown_outcome.book_as_paid(order().payment_id, CLERK, "seen", at, looked_at_channel=True)
    assert order().life is PaymentState.APPROVED
    goes_back(being_reversed)
    sweeper.sweep(at + timedelta(minutes=2))
    assert order().refunded_minor == PART


def test_staff_do_not_book_another_amount_than_the_channel_tells(being_reversed):
    """Its "paid" is not believed by itself, because a reversal may still return it."""
    being_reversed.channel.pays(order().out_trade_no, TOTAL - 100)
    unknown_outcome.book_as_paid(order().payment_id, CLERK, "seen", later(3000))
    assert (order().state, order().held_minor) == ("unknown", TOTAL - 100)
    assert Alert.objects.filter(kind="amount_differs").exists()


def test_another_amount_than_staff_booked_is_told_to_them(world):
    """They booked the order's amount while the channel gave no answer."""
    start(world.caller, world.request(), NOW)
    world.channel.silent = True
    at = later(3000)
    unknown_outcome.book_as_paid(order().payment_id, CLERK, "seen", at, looked_at_channel=True)
    world.channel.silent = False
    world.channel.pays(order().out_trade_no, TOTAL - 100)
    sweeper.sweep(at + timedelta(minutes=2))
    told = Alert.objects.get(kind="decision_contradicted")
    assert told.details["said"] == "amount_differs"


def test_a_restored_server_knows_the_refund_that_it_has_lost(world):
    """By its number, which is made from the order's."""
    asked = []
    world.channel.refunded = lambda number, paid_at, numbers: asked.append(numbers) or TOTAL
    shown = start(world.caller, world.request(), NOW)
    goes_back(world)
    inquiry.check(shown, later(5))
    assert asked == [[f"R{shown.out_trade_no}"]]
    assert PaymentOrder.objects.get().method == Method.WECHAT


@pytest.mark.parametrize("policy", ["refund", "credit"])
def test_staff_say_how_much_of_late_money_went_back(ended, policy):
    """Of an order that had ended unpaid: what is left goes where the policy says."""
    ended.community.late_success = policy
    ended.community.save()
    goes_back(ended, known=False)
    sweeper.sweep(later(700))
    with pytest.raises(NotPossible):
        state_returned(order().payment_id, CLERK, "seen", later(705), returned_minor=TOTAL + 1)
    state_returned(order().payment_id, CLERK, "seen", later(710), returned_minor=PART)
    goes_back(ended)
    sweeper.sweep(later(720))
    if policy == "refund":
        assert list(ended.channel.refunds.values()) == [TOTAL - PART]
        assert (order().captured_minor, order().refunded_minor) == (TOTAL, TOTAL)
    else:
        assert (order().credited_minor, order().refunded_minor) == (TOTAL, PART)
    assert Alert.objects.get(kind="refund_unclear").resolved_at is not None
    assert verify_books() == []


def test_staff_say_that_all_of_late_money_went_back(ended):
    goes_back(ended, known=False)
    sweeper.sweep(later(700))
    state_returned(order().payment_id, CLERK, "seen", later(710), returned_minor=TOTAL)
    assert (order().life, order().captured_minor) == (PaymentState.REVERSED, TOTAL)
    assert not ended.channel.refunds
    assert verify_books() == []
