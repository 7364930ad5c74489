"""How a part divides a bill and its late fee: to the cent, and never to the payer's disadvantage."""

from datetime import date

import pytest

from server.billing import parting
from server.billing.amounts import open_minor, principal_minor, terms_of
from server.billing.models import Bill, LateFeePolicy
from tests.server.payments import world

DAY = date(2027, 1, 27)  # 30 days after the bills were due


@pytest.fixture
def bill(db) -> Bill:
    """332.08, of which 0.05 % a day is asked for."""
    made = world.make()
    LateFeePolicy.objects.create(
        community=made.community, daily_rate="0.0005", grace_days=0, cap="0.3"
    )
    return Bill.objects.order_by("period")[0]


@pytest.mark.parametrize("part_minor", [2, 37, 499, 10_000, 20_001, 33_207, 33_208, 33_600])
def test_late_fee_and_amount_are_divided_to_the_cent(bill, part_minor):
    terms = terms_of(bill.community_id)
    whole = open_minor(bill, DAY, terms)
    assert whole == 33_208 + 498
    made = parting.cut(bill, part_minor, DAY, terms)
    assert made is not None
    assert made.paid_minor + made.rest_minor == principal_minor(bill)
    assert made.paid_minor + made.late_fee_minor == part_minor and made.late_fee_minor >= 0
    left = Bill(due=bill.due, amount_minor=made.rest_minor)
    assert 0 <= whole - part_minor - open_minor(left, DAY, terms) <= 2


@pytest.mark.parametrize("part_minor", [0, -5, 33_706, 40_000])
def test_what_is_no_part_divides_nothing(bill, part_minor):
    assert parting.cut(bill, part_minor, DAY, terms_of(bill.community_id)) is None


def test_what_bears_no_late_fee_is_shared_out(bill):
    terms = terms_of(bill.community_id)
    old = Bill(due=bill.due, amount_minor=30_000, late_free_minor=10_000, kind="part")
    whole = open_minor(old, DAY, terms)
    assert whole == 30_300
    made = parting.cut(old, 10_100, DAY, terms)
    assert made == parting.Cut(10_000, 20_000, 100)


def test_without_any_late_fee_a_part_is_a_part(bill):
    bill.no_late_fee = True
    made = parting.cut(bill, 10_000, DAY, terms_of(bill.community_id))
    assert made == parting.Cut(10_000, 23_208, 0)


@pytest.mark.parametrize(
    ("changes", "least"),
    [
        ({}, 5_000),
        ({"kind": "package"}, 0),
        ({"kind": "instalment"}, 0),
        ({"state": "paid"}, 0),
        ({"late_fee_waived_minor": 1}, 0),
        ({"late_fee_waived_minor": 1, "no_late_fee": True}, 5_000),
    ],
)
def test_which_bills_are_divided(bill, changes, least):
    for name, value in changes.items():
        setattr(bill, name, value)
    assert parting.smallest_minor(bill, 33_208, 5_000) == least
    assert parting.smallest_minor(bill, 9_999, 5_000) == 0
    assert parting.smallest_minor(bill, 33_208, 0) == 0
