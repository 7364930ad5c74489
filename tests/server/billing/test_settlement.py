"""Money taken settles bills, or becomes credit; it is never dropped and never booked twice."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from server.billing.leases import BillLeased, BillNotOpen, lease, release
from server.billing.models import Allocation, Bill, BillLease, BillState
from server.billing.settlement import (
    Part,
    Settlement,
    Taken,
    receive_for_refund,
    refund_done,
    settle,
    settle_together,
    undo,
)
from server.billing.unit_accounts import credit_minor
from server.billing.verification import verify_ledger
from server.billing.voiding import void
from server.ledger.models import Transaction
from server.ledger.posting import balance
from tests.server.simultaneous import together
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db


def pay(bill: Bill, minor: int, payment_id: str = "p1", method: str = "wechat") -> Settlement:
    return settle(
        bill.unit,
        [Part(bill, minor)],
        method=method,
        payment_id=payment_id,
        paid_on=TODAY,
        at=NOW,
    )


def test_a_paid_bill_owes_nothing():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    assert pay(bill, 90_008) == Settlement((bill.number,), 0)
    assert bill_of(village).state == BillState.PAID
    assert balance(village.pk, "receivable", bill_number=bill.number) == 0
    assert balance(village.pk, "clearing:wechat") == 90_008
    assert verify_ledger() == []


def test_late_fee_is_income_of_its_own():
    village = create_village()
    issue(village, due=date(2026, 10, 31))
    pay(bill_of(village), 91_088)
    assert balance(village.pk, "income:late_fee") == -1_080
    assert bill_of(village).late_fee_minor == 1_080
    assert verify_ledger() == []


@pytest.mark.parametrize(
    ("due", "late_fee"), [(date(2026, 11, 30), 0), (date(2026, 10, 31), 1_080)]
)
def test_late_fee_is_what_was_due_on_the_day_and_the_rest_is_credit(due: date, late_fee: int):
    village = create_village()
    issue(village, due=due)
    bill = bill_of(village)
    assert pay(bill, 90_008 + 1_080 + 500) == Settlement((bill.number,), 1_580 - late_fee)
    assert balance(village.pk, "income:late_fee") == -late_fee
    assert bill_of(village).late_fee_minor == late_fee
    assert credit_minor(bill.unit) == 1_580 - late_fee
    assert verify_ledger() == []


def test_less_than_the_late_fee_that_was_due_settles_the_bill_all_the_same():
    village = create_village()
    issue(village, due=date(2026, 10, 31))
    assert pay(bill_of(village), 90_008 + 7).credited_minor == 0
    assert bill_of(village).late_fee_minor == 7


def test_the_late_fee_that_the_payer_was_told_counts_though_the_terminals_clock_is_a_day_behind():
    village = create_village()
    issue(village, due=date(2026, 10, 31))
    bill = bill_of(village)
    taken = Taken(
        bill.unit,
        [Part(bill, 91_088)],
        "card",
        "p1",
        TODAY - timedelta(days=1),
        currency="CNY",
        priced_on=TODAY,
    )
    assert settle_together([taken], at=NOW) == [Settlement((bill.number,), 0)]


def test_money_of_another_currency_is_not_booked():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    taken = Taken(bill.unit, [Part(bill, 90_008)], "card", "p1", TODAY, currency="USD")
    with pytest.raises(ValueError, match="own currency"), transaction.atomic():
        settle_together([taken], at=NOW)
    assert bill_of(village).state == BillState.OPEN


def test_the_same_payment_again_changes_nothing_and_answers_the_same():
    village = create_village()
    issue(village)
    first = pay(bill_of(village), 90_008)
    assert pay(bill_of(village), 90_008) == first
    assert balance(village.pk, "clearing:wechat") == 90_008


def test_what_was_paid_twice_becomes_credit():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    pay(bill, 90_008, "p1")
    assert pay(bill, 90_008, "p2", "card") == Settlement((), 90_008)
    assert credit_minor(bill.unit) == 90_008
    assert verify_ledger() == []


def test_too_little_settles_nothing_and_is_kept():
    village = create_village()
    issue(village)
    assert pay(bill_of(village), 90_007) == Settlement((), 90_007)
    assert bill_of(village).state == BillState.OPEN
    assert verify_ledger() == []


def test_a_reversal_opens_the_bill_again_and_it_can_be_paid_anew():
    village = create_village()
    issue(village, due=date(2026, 10, 31))
    bill = bill_of(village)
    pay(bill, 91_088)
    assert undo(bill.unit, "p1", at=NOW)
    assert not undo(bill.unit, "p1", at=NOW)
    again = bill_of(village)
    assert (again.state, again.paid_on, again.late_fee_minor) == (BillState.OPEN, None, 0)
    assert balance(village.pk, "clearing:wechat") == 0
    pay(again, 91_088, "p2")
    assert Allocation.objects.filter(bill=bill, undone=False).count() == 1
    assert verify_ledger() == []


def test_undoing_a_payment_that_became_credit_takes_the_credit_back():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    pay(bill, 90_008, "p1")
    pay(bill, 90_008, "p2")
    undo(bill.unit, "p2", at=NOW)
    assert credit_minor(bill.unit) == 0
    assert bill_of(village).state == BillState.PAID


def test_undoing_what_never_was_does_nothing():
    village = create_village()
    issue(village)
    assert not undo(bill_of(village).unit, "never", at=NOW)


def test_money_that_must_go_back_is_owed_until_it_went():
    village = create_village()
    unit = village.units.get(code="1-1-101")
    for _ in range(2):
        receive_for_refund(unit, 500, method="alipay", payment_id="p1", at=NOW)
    assert balance(village.pk, "refunds_due") == -500
    for _ in range(2):
        refund_done(unit, 500, method="alipay", payment_id="p1", at=NOW)
    assert balance(village.pk, "refunds_due") == balance(village.pk, "clearing:alipay") == 0


def test_a_bill_of_another_community_is_refused():
    here, there = create_village("here"), create_village("there")
    issue(there)
    unit, bill = here.units.first(), bill_of(there)
    assert unit
    with pytest.raises(ValueError, match="own community"):
        settle(unit, [Part(bill, 1)], method="card", payment_id="p", paid_on=TODAY, at=NOW)


def test_a_leased_bill_is_refused_to_others_until_its_payment_has_an_end():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    lease([bill], "p1", now=NOW)
    lease([bill], "p1", now=NOW)
    with pytest.raises(BillLeased) as refused:
        lease([bill], "p2", now=NOW + timedelta(days=30))
    assert refused.value.payment_ids == ("p1",)
    release("p1")
    lease([bill], "p2", now=NOW)
    assert BillLease.objects.get().payment_id == "p2"


def test_a_lease_is_all_or_nothing():
    village = create_village()
    issue(village)
    first, second = bill_of(village), bill_of(village, "1-1-102")
    lease([second], "p1", now=NOW)
    with pytest.raises(BillLeased):
        lease([first, second], "p2", now=NOW)
    assert BillLease.objects.count() == 1


def test_paying_ends_the_lease_and_a_paid_bill_is_not_leased():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    lease([bill], "p1", now=NOW)
    pay(bill, 90_008, "p1")
    assert not BillLease.objects.exists()
    with pytest.raises(BillNotOpen):
        lease([bill], "p2", now=NOW)
    release("p1")


def test_a_voided_bill_owes_nothing_and_can_be_issued_anew():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    void(bill, at=NOW)
    assert balance(village.pk, "receivable", bill_number=bill.number) == 0
    with pytest.raises(BillNotOpen):
        void(bill, at=NOW)
    issue(village)
    assert Bill.objects.filter(unit=bill.unit, state=BillState.OPEN).count() == 1
    assert verify_ledger() == []


def test_a_bill_that_is_being_paid_is_not_voided():
    village = create_village()
    issue(village)
    lease([bill_of(village)], "p1", now=NOW)
    with pytest.raises(BillLeased):
        void(bill_of(village), at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_pay_one_bill_at_once_one_settles_and_one_is_credited():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    results = together(*(lambda n=n: pay(bill, 90_008, f"p{n}") for n in range(4)))
    settled = [r for r in results if isinstance(r, Settlement) and r.settled]
    credited = [r for r in results if isinstance(r, Settlement) and r.credited_minor == 90_008]
    assert (len(settled), len(credited)) == (1, 3), results
    assert credit_minor(bill.unit) == 3 * 90_008
    assert verify_ledger() == []


@pytest.mark.django_db(transaction=True)
def test_one_payment_reported_four_times_at_once_is_booked_once():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    results = together(*(lambda: pay(bill, 90_008) for _ in range(4)))
    assert results == [Settlement((bill.number,), 0)] * 4
    assert Transaction.objects.filter(kind="payment").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_a_lease_at_once_one_gets_it():
    village = create_village()
    issue(village)
    bills = [bill_of(village), bill_of(village, "1-1-102")]
    results = together(
        *(lambda n=n: lease(bills[:: 1 if n % 2 else -1], f"p{n}", now=NOW) for n in range(4))
    )
    assert sum(result is None for result in results) == 1, results
    assert sum(isinstance(result, BillLeased) for result in results) == 3, results
