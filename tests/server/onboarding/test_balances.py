"""What units owe and have paid ahead is brought forward, once."""

from datetime import date

import pytest

from server.billing.issuing import issue_period
from server.billing.models import Bill
from server.billing.unit_accounts import account_of, credit_minor, find_unit
from server.billing.voiding import void
from server.estate.models import Community
from server.payments.verification import verify_books
from tests.server.onboarding.conftest import Take
from tests.server.onboarding.files import NOW, PLACE, TODAY, said, unit, units

pytestmark = pytest.mark.django_db


def test_balances_are_brought_forward_once(take: Take, acacia: Community):
    take(units(unit("101", "王小明", owed_yuan=100, credit_yuan=20)))
    report = take(units(unit("101", "王小明", owed_yuan=101, credit_yuan=21)))
    assert len(said(report)) == 2 and all("in the books" in line for line in said(report))
    assert account_of(find_unit(acacia, "1-1-101"), TODAY).bills[0].amount_minor == 10_000
    void(Bill.objects.get(), at=NOW)
    take(units(unit("101", "王小明", owed_yuan=100, credit_yuan=20)))
    assert Bill.objects.get().state == "void"  # what staff decided stays
    assert verify_books() == []


def test_opening_balances_by_month(take: Take, acacia: Community):
    heads = (*PLACE, "period", "item", "owed_yuan", "credit_yuan", "due")
    sheets = {
        **units(unit("101", "王小明"), unit("102", "李雷", owed_yuan=1)),
        "tariffs": [
            ("item", "rule", "rate_yuan", "valid_from"),
            ("物业费", "按面积", 2.8, "2026-01-01"),
        ],
        "opening_balances": [
            heads,
            ("1", "1", "101", "2026-08", "物业费", 50, None, "2026-09-30"),
            ("1", "1", "101", "2026-09", None, 60.5, 3, None),
        ],
    }
    assert said(take(sheets)) == []
    rows = Bill.objects.order_by("period").values_list("period", "amount_minor", "due")
    assert list(rows)[:2] == [
        ("2026-08", 5_000, date(2026, 9, 30)),
        ("2026-09", 6_050, date(2026, 12, 28)),
    ]
    assert credit_minor(find_unit(acacia, "1-1-101")) == 300
    assert take(sheets).unchanged["opening_balances"] == 4
    sheets["opening_balances"].append(("1", "1", "102", None, None, 1, None, None))
    assert "twice" in said(take(sheets))[0]
    sheets["opening_balances"][-1] = ("1", "1", "999", None, None, 1, None, None)
    assert "There is no unit" in said(take(sheets))[0]
    sheets["opening_balances"][-1] = ("1", "1", "101", "2026-10", "水费", 1, None, None)
    assert "no fee item" in said(take(sheets))[0]
    assert verify_books() == []


def test_a_month_with_a_bill_gets_no_second_one(take: Take, acacia: Community):
    sheets = {
        **units(unit("101", "王小明")),
        "tariffs": [
            ("item", "rule", "rate_yuan", "valid_from"),
            ("物业费", "per_area", 2.8, "2026-01-01"),
        ],
    }
    take(sheets)
    issue_period(acacia, "2026-10", issued_on=TODAY, due=TODAY, at=NOW)
    report = take(units(unit("101", "王小明", owed_yuan=5)))
    assert "has a bill of 2026-10" in said(report)[0]
    assert "billed here already" in said(take(units(unit("101", "王小明", credit_yuan=5))))[0]
    assert "billed already" in said(take(units(unit("101", "王小明", area_m2=1))))[0]
    assert verify_books() == []
