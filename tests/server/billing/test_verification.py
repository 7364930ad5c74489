"""verify-ledger finds each way in which bills and books can disagree."""

import pytest
from django.db import connection

from server.billing import credit
from server.billing.models import Allocation, Bill, BillLine
from server.billing.settlement import Part, settle
from server.billing.verification import verify_ledger
from server.ledger.posting import Line, post
from server.staff.people import Person
from tests.server.village import NOW, TODAY, bill_of, create_village, issue
from tests.server.without_guards import without_guards

pytestmark = pytest.mark.django_db


def test_an_open_bill_that_was_marked_paid_by_hand():
    village = create_village()
    issue(village)
    Bill.objects.filter(pk=bill_of(village).pk).update(state="paid", paid_on=TODAY)
    found = verify_ledger()
    assert any("is paid: owes 0, the books say 90008" in problem for problem in found)
    assert any("is paid: 90008 paid, allocations say 0" in problem for problem in found)


def test_a_bill_whose_amount_was_changed():
    village = create_village()
    issue(village)
    with without_guards():
        Bill.objects.filter(pk=bill_of(village).pk).update(amount_minor=1)
    [problem] = verify_ledger()
    assert "is open: owes 1, the books say 90008" in problem


def test_an_open_bill_that_somebody_paid():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    settle(bill.unit, [Part(bill, 90_008)], method="card", payment_id="p", paid_on=TODAY, at=NOW)
    Bill.objects.filter(pk=bill.pk).update(state="open", paid_on=None)
    assert len(verify_ledger()) == 2


def test_a_receivable_without_a_bill():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    BillLine.objects.filter(bill=bill).delete()
    Allocation.objects.filter(bill=bill).delete()
    Bill.objects.filter(pk=bill.pk).delete()
    [problem] = verify_ledger()
    assert f"a bill {bill.number} that does not exist" in problem


def test_a_receivable_of_nobody():
    village = create_village()
    lines = [Line("receivable", 5), Line("credit", -5)]
    post(village.pk, "mistake", "m1", lines, currency="CNY", at=NOW)
    found = verify_ledger()
    assert any("(none)" in problem for problem in found)
    assert sum("belongs to no unit" in problem for problem in found) == 2


@pytest.mark.parametrize("kind", ["deposit", "credit_paid_out", "credit_moved"])
def test_a_move_of_credit_whose_booking_somebody_deleted(kind: str):
    """The credit would be gone, or there again, with nothing that says so."""
    village = create_village()
    unit, other = village.units.get(code="1-1-101"), village.units.get(code="1-1-102")
    when, clerk = {"today": TODAY, "at": NOW}, Person("clerk")
    credit.deposit_by(clerk, unit, 500, "cash", key="1", note="", **when)
    credit.pay_out_by(clerk, unit, 100, "cash", "moves away", key="2", **when)
    credit.move_by(clerk, unit, other, 50, "moves house", key="3", **when)
    assert verify_ledger() == []
    with without_guards(), connection.cursor() as cursor:
        of = "SELECT id FROM ledger_transaction WHERE kind = %s"
        cursor.execute(f"DELETE FROM ledger_entry WHERE transaction_id IN ({of})", [kind])
        cursor.execute("DELETE FROM ledger_transaction WHERE kind = %s", [kind])
        found = verify_ledger()
    assert any(f"({kind})" in problem for problem in found), found
