"""Staff found out that a payment was made whose kiosk told its payer that no money was taken. Nobody but
them says so: they say what the money is for, and nothing is sent back on their word."""

from datetime import timedelta

import pytest

from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing.leases import release
from server.billing.unit_accounts import account_of
from server.ledger import posting
from server.payments import sweeper, transitions
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.decisions.refusal import NotPossible
from server.payments.decisions.unknown_outcome import book_as_paid, book_as_unpaid
from server.payments.initiation import start
from server.payments.models import HeldFor, PaymentOrder, Refund
from server.payments.payer_status import status_of
from server.payments.verification import verify_books
from server.staff.models import Act
from server.staff.people import Person
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW, TODAY

CLERK, WHY = Person("李会计"), "商户后台有这笔"
LATER = NOW + timedelta(hours=3)


def order() -> PaymentOrder:
    return PaymentOrder.objects.get()


def alerts() -> list[str]:
    return sorted(Alert.objects.filter(resolved_at=None).values_list("kind", flat=True))


def paid(payment_id: str = "", **more) -> PaymentOrder:
    number = payment_id or order().payment_id
    return book_as_paid(number, CLERK, WHY, LATER, looked_at_channel=True, **more)


@pytest.fixture(params=[PaymentState.CANCELLED, PaymentState.REVERSED])
def told(world, request):
    """The channel answers nothing, and the kiosk has told its payer that nothing was taken."""
    world.community.late_success = "refund"
    world.community.save()
    start(world.caller, world.request(), NOW)
    world.channel.silent = True
    said = record(world, request.param, 3, method=Method.WECHAT, reason="resident")
    take(world, KioskJournal().tells(said).entries)
    assert (order().life.final, order().told_unpaid) == (False, True)
    return world


@pytest.mark.parametrize(
    ("purpose", "code"), [(None, "purpose_missing"), (HeldFor.REFUND, "not_confirmed")]
)
def test_what_the_money_is_for_must_be_said_and_nothing_is_sent_back_on_a_persons_word(
    told, purpose, code
):
    with pytest.raises(NotPossible) as refused:
        paid(purpose=purpose)
    assert refused.value.code == code
    assert not Act.objects.exists() and not Refund.objects.exists()
    assert not order().life.final


def test_it_may_be_credit_of_the_unit(told):
    done = paid(purpose=HeldFor.CREDIT)
    assert (done.life, done.decided, done.reason) == (PaymentState.APPROVED, "paid", "late")
    assert (done.credited_minor, done.next_poll_at is not None) == (66416, True)
    assert account_of(told.unit, TODAY).credit_minor == 66416
    sweeper.sweep(LATER + timedelta(hours=1))
    assert (Refund.objects.count(), told.channel.sent) == (0, 0)
    assert alerts() == ["late_payment"]
    assert status_of(order()).title == "款项已记入预存款"
    assert Act.objects.get().after["credited_minor"] == 66416
    assert verify_books() == []


def test_it_may_settle_the_bills_as_far_as_nobody_else_has(told):
    done = paid(purpose=HeldFor.BILLS)
    assert (done.life, done.decided) == (PaymentState.APPROVED, "paid")
    assert (done.allocated_minor, Refund.objects.count()) == (66416, 0)
    assert verify_books() == []


def test_bills_that_were_paid_meanwhile_are_not_settled_twice(told):
    """Who was told that nothing was taken has paid again, by card."""
    release(first := order().payment_id)
    again = start(told.caller, told.request(2, Method.CARD), LATER)
    transitions.apply_paid(again.payment_id, OrderState(ChannelStatus.PAID), LATER)
    done = paid(first, purpose=HeldFor.BILLS)
    assert (done.allocated_minor, done.credited_minor, done.decided) == (0, 66416, "paid")
    assert "paid_twice" in alerts()
    assert verify_books() == []


@pytest.mark.parametrize("purpose", [HeldFor.CREDIT, HeldFor.BILLS])
def test_a_clerk_who_erred_is_contradicted_and_takes_it_back(told, purpose):
    paid(purpose=purpose)
    told.channel.silent = False
    told.channel.close(order().out_trade_no)
    sweeper.sweep(LATER + timedelta(minutes=2))
    assert "decision_contradicted" in alerts()
    back = book_as_unpaid(order().payment_id, CLERK, "看错了", LATER + timedelta(minutes=9))
    assert (back.life, back.reason) == (PaymentState.REVERSED, "not_received")
    assert posting.balance(told.community.pk, "clearing:wechat") == 0
    assert account_of(told.unit, TODAY).credit_minor == 0
    assert not Refund.objects.exists()
    assert verify_books() == []


def test_what_the_channel_confirms_goes_as_the_community_wishes(told):
    told.channel.silent = False
    told.channel.pays(order().out_trade_no)
    paid(purpose=HeldFor.CREDIT)
    assert (order().life, Refund.objects.get().amount_minor) == (PaymentState.REVERSED, 66416)
    assert verify_books() == []
