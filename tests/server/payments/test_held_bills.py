"""A bill that may be paid already is offered, started, voided and issued anew by nobody, however long it
takes to find out."""

import itertools
from datetime import date, timedelta

import pytest
from django.db import transaction

from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing.issuing import issue_period
from server.billing.leases import BillLeased, BillNotOpen, holders
from server.billing.models import Bill, BillLease, BillState
from server.billing.unit_accounts import account_of, accounts_of, find_unit, to_contract
from server.billing.verification import verify_ledger
from server.billing.voiding import void
from server.ledger import posting
from server.payments import inquiry, sweeper, transitions
from server.payments.decisions.unknown_outcome import release_bills
from server.payments.initiation import start
from server.payments.models import PaymentOrder
from server.staff.people import Person
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW, TODAY
from tests.server.simultaneous import together

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)
_others = itertools.count(1000)  # each try is a payment of its own


def issue_again(world, period: str) -> list[Bill]:
    return issue_period(
        world.community,
        period,
        issued_on=date(2026, 11, 1),
        due=date(2026, 12, 28),
        at=NOW,
        units=[world.unit],
    )


def nobody_sells(world, at=LATER) -> None:
    """Every door asks the same and hears the same."""
    bill = Bill.objects.get(pk=world.bills[0].pk)
    unit = find_unit(world.community, world.unit.code)
    assert holders(bill)
    assert account_of(unit, TODAY).bills[0].held, "what a resident looks up"
    assert accounts_of([unit], TODAY)[0].bills[0].held, (
        "what kiosks keep for the hours without a line"
    )
    assert to_contract(bill, TODAY).held, "what a printed code finds"
    for method in (Method.WECHAT, Method.CARD):
        with pytest.raises(BillLeased):
            start(world.caller, world.request(next(_others), method, bills=1), at)
    with pytest.raises(BillLeased):
        void(bill, at=at)
    assert not issue_again(world, bill.period)


def everybody_may(world) -> bool:
    bill = Bill.objects.get(pk=world.bills[0].pk)
    return not holders(bill) and not to_contract(bill, TODAY).held


def test_a_card_in_doubt_holds_its_bills_until_its_outcome_is_known(world):
    order = start(world.caller, world.request(1, Method.CARD), NOW)
    transitions.mark_unknown(order.payment_id, "no_answer", NOW)
    for days in (0, 1, 30):
        sweeper.sweep(NOW + timedelta(days=days))
        nobody_sells(world, NOW + timedelta(days=days))
    journal = KioskJournal().tells(record(world, PaymentState.DECLINED, 2, reason="no"))
    take(world, journal.entries)
    assert everybody_may(world)
    assert start(world.caller, world.request(2, Method.CARD), LATER).life is PaymentState.PENDING


def test_an_order_that_may_complete_holds_its_bills_whatever_the_clock_says(world):
    order = start(world.caller, world.request(1), NOW)
    world.channel.silent = True
    sweeper.sweep(LATER)
    nobody_sells(world)
    world.channel.silent = False
    inquiry.apply_answer(order, world.channel.pays(order.out_trade_no), LATER)
    assert Bill.objects.get(pk=world.bills[0].pk).state == BillState.PAID
    assert everybody_may(world)
    assert verify_ledger() == []


def test_a_card_in_doubt_that_was_taken_without_the_server_holds_them_too(world):
    journal = KioskJournal().tells(
        record(world, PaymentState.UNKNOWN, 2, offline=True, reason="no_answer")
    )
    take(world, journal.entries)
    nobody_sells(world)
    journal.tells(record(world, PaymentState.APPROVED, 3, offline=True))
    take(world, journal.entries, 1, journal.entries[0].hash)
    assert everybody_may(world)
    assert Bill.objects.get(pk=world.bills[0].pk).state == BillState.PAID


def test_the_end_of_one_payment_does_not_free_what_another_holds(world):
    order = start(world.caller, world.request(1), NOW)
    told = record(world, PaymentState.UNKNOWN, 2, number=5, offline=True, reason="no_answer")
    take(world, KioskJournal().tells(told).entries)
    assert len(holders(world.bills[0])) == 2
    inquiry.cancel(order, NOW)
    nobody_sells(world)


def test_a_void_bill_that_may_be_paid_after_all_is_not_issued_anew(world):
    void(world.bills[0], at=NOW)
    told = record(world, PaymentState.UNKNOWN, 2, offline=True, reason="no_answer")
    take(world, KioskJournal().tells(told).entries)
    assert issue_again(world, world.bills[0].period) == []
    transitions.apply_unpaid(told.payment_id, Fact.CANCELLED, "staff", NOW)
    assert len(issue_again(world, world.bills[0].period)) == 1


def test_the_bill_that_took_its_place_is_held_as_well(world):
    void(world.bills[0], at=NOW)
    [new] = issue_again(world, world.bills[0].period)
    told = record(world, PaymentState.UNKNOWN, 2, offline=True, reason="no_answer")
    take(world, KioskJournal().tells(told).entries)
    assert holders(new) == [told.payment_id]
    with pytest.raises(BillLeased):
        void(new, at=NOW)


def test_staff_release_a_bill_knowingly_and_late_money_becomes_credit(world):
    order = start(world.caller, world.request(1, Method.CARD), NOW)
    transitions.mark_unknown(order.payment_id, "no_answer", NOW)
    assert [holders(bill) for bill in world.bills] == [[order.payment_id]] * 2
    release_bills(order.payment_id, Person("李会计"), "与银行核对", NOW + timedelta(minutes=20))
    assert [holders(bill) for bill in world.bills] == [[], []]
    assert everybody_may(world)
    other = start(world.caller, world.request(2), LATER)
    inquiry.apply_answer(other, world.channel.pays(other.out_trade_no), LATER)
    take(world, KioskJournal().tells(record(world, PaymentState.APPROVED, 2)).entries)
    assert posting.balance(world.community.pk, "credit") == -66416
    assert Alert.objects.filter(kind="paid_twice").exists()
    assert verify_ledger() == []


def test_a_card_payment_that_never_began_lets_go_and_holds_again_before_it_begins(world):
    request = world.request(1, Method.CARD)
    order = begun_no_further(world, request)
    sweeper.sweep(NOW + timedelta(minutes=11))
    nobody_sells(world)
    sweeper.sweep(NOW + timedelta(minutes=16))
    assert everybody_may(world)
    assert start(world.caller, request, LATER).life is PaymentState.PENDING
    assert holders(world.bills[0]) == [order.payment_id]


@pytest.mark.parametrize("method", [Method.CARD, Method.WECHAT])
def test_no_void_bill_is_paid_by_a_request_that_comes_again(world, method):
    request = world.request(1, method)
    begun_no_further(world, request)
    BillLease.objects.all().delete()
    void(world.bills[0], at=LATER)
    with pytest.raises(BillNotOpen):
        start(world.caller, request, LATER)
    ended = PaymentState.CREATED if method is Method.CARD else PaymentState.CANCELLED
    assert PaymentOrder.objects.get().life is ended, "a card may have been taken without the server"
    assert world.channel.created == 0


def test_a_request_that_comes_again_does_not_take_a_bill_from_another(world):
    request = world.request(1, Method.CARD)
    begun_no_further(world, request)
    sweeper.sweep(NOW + timedelta(minutes=16))
    start(world.caller, world.request(2), LATER)
    with pytest.raises(BillLeased):
        start(world.caller, request, LATER)
    assert len(holders(world.bills[0])) == 1


class Killed(BaseException):
    """The process ends here: what was committed stays, nothing else is done."""


def begun_no_further(world, request) -> PaymentOrder:
    """The server was killed between the order's row and the first question about money."""
    from server.payments import initiation

    def killed(*_, **__):
        raise Killed

    where = "mark_submitted" if request.method is Method.CARD else "_ask_channel"
    room = transitions if request.method is Method.CARD else initiation
    plain = getattr(room, where)
    setattr(room, where, killed)
    try:
        with pytest.raises(Killed):
            start(world.caller, request, NOW)
    finally:
        setattr(room, where, plain)
    return PaymentOrder.objects.get(payment_id=request.payment_id)


def test_a_server_killed_before_it_asked_finds_the_bill_held_and_frees_it(world):
    begun_no_further(world, world.request(1))
    nobody_sells(world, NOW)
    sweeper.sweep(LATER)
    assert everybody_may(world)


def test_a_server_killed_after_the_channel_heard_still_holds_the_bill(world):
    world.channel.fails = [Killed()]
    made = world.channel.create

    def create(order):
        world.channel._make(order)
        return made(order)

    world.channel.create = create
    with pytest.raises(Killed):
        start(world.caller, world.request(1), NOW)
    order = PaymentOrder.objects.get()
    nobody_sells(world, NOW)
    world.channel.pays(order.out_trade_no)
    sweeper.sweep(LATER)
    assert Bill.objects.get(pk=world.bills[0].pk).state == BillState.PAID
    assert verify_ledger() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("turn", range(4))
def test_a_bill_is_voided_or_begun_to_be_paid_never_both(world, anew, turn):
    """Voided, and issued anew, at the very moment at which somebody begins to pay it."""

    def clerk() -> int:
        void(Bill.objects.get(pk=world.bills[0].pk), at=NOW)
        return len(issue_again(world, world.bills[0].period)) if anew else 0

    def resident() -> PaymentOrder:
        return start(world.caller, world.request(1, bills=1), NOW)

    jobs = [clerk, resident] if turn % 2 else [resident, clerk]
    results = together(*jobs)
    begun = [r for r in results if isinstance(r, PaymentOrder)]
    voided = [r for r in results if isinstance(r, int)]
    assert len(begun) + len(voided) == 1, results
    bill = Bill.objects.get(pk=world.bills[0].pk)
    assert (bill.state == BillState.OPEN) == bool(begun) == bool(holders(bill))
    of_the_month = Bill.objects.filter(unit=world.unit, period=bill.period, state=BillState.OPEN)
    assert of_the_month.count() == (1 if begun or anew else 0)
    assert verify_ledger() == []


@pytest.mark.parametrize("method", [Method.WECHAT, Method.CARD])
def test_a_bill_that_comes_back_after_a_payment_of_it_is_held_by_that_payment(world, method):
    """A restored server hears of the payment first: the billing run or the division that made the bill
    is in no backup, and comes back later with the same number."""
    with transaction.atomic():
        [lost] = issue_again(world, "2026-12")
        bill = to_contract(lost, TODAY)
        transaction.set_rollback(True)
    told = record(world, PaymentState.PENDING, 2, method=method, offline=method is Method.CARD)
    told = told.model_copy(update={"bills": [bill], "amount_minor": bill.amount_minor})
    journal = KioskJournal().tells(told)
    take(world, journal.entries)
    [back] = issue_again(world, "2026-12")
    assert back.number == bill.number
    world.bills = [back]
    with pytest.raises(BillLeased):
        start(world.caller, world.request(2, Method.WECHAT, bills=1), NOW)
    ended = told.model_copy(update={"state": PaymentState.DECLINED, "version": 3})
    journal.tells(ended)
    take(world, journal.entries[1:], 1, journal.entries[0].hash)
    if method is Method.WECHAT:
        inquiry.check(PaymentOrder.objects.get(), LATER)
    assert PaymentOrder.objects.get().life.final
    start(world.caller, world.request(3, Method.WECHAT, bills=1), NOW)
