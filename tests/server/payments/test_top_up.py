"""Credit paid in at a kiosk: a payment without bills, with the life of any other."""

import pytest

from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing.leases import BillLease
from server.billing.unit_accounts import credit_minor, overdrawn_minor
from server.estate.models import Community, LateSuccess
from server.payments import inquiry, payer_status, sweeper
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from server.payments.order_checks import AmountChanged
from server.payments.transitions import apply_reversed
from server.payments.verification import verify_books
from tests.server.payments.charges import later, order
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.test_from_credit import deposit, wanted
from tests.server.payments.world import NOW, OutcomeUnknown


def wish(world, minor: int = 50_000, number: int = 1, method: Method = Method.WECHAT):
    for_no_bill = {"bills": [], "top_up": True, "amount_minor": minor}
    return world.request(number, method).model_copy(update=for_no_bill)


def pays(world) -> None:
    world.channel.pays(order().out_trade_no)
    sweeper.sweep(later(30))


def test_what_is_paid_in_is_credit_and_told_as_that(world):
    assert start(world.caller, wish(world), NOW).life is PaymentState.PENDING
    assert credit_minor(world.unit) == 0 and not BillLease.objects.exists()
    pays(world)
    assert (order().life, order().credited_minor) == (PaymentState.APPROVED, 50_000)
    assert credit_minor(world.unit) == 50_000 and verify_books() == []
    assert not Alert.objects.exists()
    told = payer_status.status_of(order())
    assert told.tone == "good" and "已存入本户预存款" in str(told.more)


def test_the_same_request_again_begins_nothing_new(world):
    for _ in range(3):
        start(world.caller, wish(world), NOW)
    pays(world)
    start(world.caller, wish(world), later(60))
    assert PaymentOrder.objects.count() == 1 and credit_minor(world.unit) == 50_000


@pytest.mark.parametrize("minor", [500_001, 10**9])
def test_more_than_the_community_allows_is_refused(world, minor):
    with pytest.raises(AmountChanged):
        start(world.caller, wish(world, minor), NOW)
    assert not PaymentOrder.objects.exists()
    assert start(world.caller, wish(world, 500_000, 2), NOW).life is PaymentState.PENDING


def test_where_it_is_switched_off_nothing_is_paid_in(world):
    Community.objects.update(top_up_max_minor=0)
    world.caller.community.refresh_from_db()
    with pytest.raises(AmountChanged):
        start(world.caller, wish(world, 100), NOW)


def test_credit_is_not_paid_in_out_of_credit(world):
    with pytest.raises(AmountChanged):
        start(world.caller, wish(world, method=Method.CREDIT), NOW)


def test_a_channel_that_left_us_in_doubt_is_asked_again_and_paid_once(world):
    world.channel.fails = [OutcomeUnknown("silence")]
    with pytest.raises(OutcomeUnknown):
        start(world.caller, wish(world), NOW)
    assert start(world.caller, wish(world), later(2)).life is PaymentState.PENDING
    pays(world)
    assert credit_minor(world.unit) == 50_000 and verify_books() == []


@pytest.mark.parametrize(
    ("policy", "kept"), [(LateSuccess.CREDIT, 50_000), (LateSuccess.REFUND, 0)]
)
def test_money_that_comes_after_its_end_goes_where_late_money_goes(world, policy, kept):
    Community.objects.update(late_success=policy)
    start(world.caller, wish(world), NOW)
    assert inquiry.cancel(order(), later(5)).life is PaymentState.CANCELLED
    world.channel.pays(order().out_trade_no)
    inquiry.check(order(), later(60))
    sweeper.sweep(later(120))
    assert credit_minor(world.unit) == kept
    assert Refund.objects.exists() is (not kept) and verify_books() == []


def test_what_went_back_is_credit_no_more(world):
    start(world.caller, wish(world), NOW)
    pays(world)
    apply_reversed(order().payment_id, "refunded", later(300))
    assert credit_minor(world.unit) == 0


def test_a_card_told_by_the_journal_is_credit_also_where_the_order_is_lost(world):
    told = record(world, PaymentState.APPROVED, 3, bills=[], top_up=True, amount_minor=20_000)
    journal = KioskJournal().tells(told)
    take(world, journal.entries)
    assert credit_minor(world.unit) == 20_000 and order().life is PaymentState.APPROVED
    assert not Alert.objects.exists() and verify_books() == []


@pytest.mark.parametrize(("used", "owed"), [(False, 0), (True, 16_416)])
def test_staff_are_told_where_what_went_back_had_been_used(world, used, owed):
    start(world.caller, wish(world), NOW)
    pays(world)
    if used:
        deposit(world, 16_416)
        assert start(world.caller, wanted(world, 2), later(60)).life is PaymentState.APPROVED
        deposit(world, 33_584)
    apply_reversed(order().payment_id, "refunded", later(300))
    assert overdrawn_minor(world.unit) == owed and verify_books() == []
    told = Alert.objects.filter(kind="credit_overdrawn")
    assert [alert.details["overdrawn_minor"] for alert in told] == [owed] * used
