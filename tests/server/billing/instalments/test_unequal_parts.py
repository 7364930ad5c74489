"""Instalments of amounts that staff type: together they are what is owed, each of every fee its part."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.billing.instalments import approval
from server.billing.instalments.ending import end_by
from server.billing.instalments.models import InstalmentAgreement
from server.billing.instalments.plan import InstalmentsImpossible, split_as_agreed
from server.billing.verification import verify_ledger
from server.staff import approvals
from server.staff.models import Request
from server.staff.roles import Role
from tests.server.billing.instalments.test_instalments import (
    CLERK,
    LATE,
    agreed,
    hamlet,
    months,
    noon,
    parts,
    pay,
    terms,
    unit,
)
from tests.server.billing_runs.hamlet import NOW, TODAY
from tests.server.staff_accounts import create_person

__all__ = ["hamlet", "unit"]


@settings(max_examples=200, deadline=None)
@given(debts=st.lists(st.integers(0, 10**7), min_size=1, max_size=6), data=st.data())
def test_each_part_is_its_amount_and_each_debt_is_split_whole(debts, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, sum(debts)), max_size=8)))
    edges = [0, *cuts, sum(debts)]
    amounts = [b - a for a, b in pairwise(edges)]
    made = split_as_agreed(debts, amounts)
    assert [sum(part) for part in made] == amounts
    assert [sum(column) for column in zip(*made, strict=True)] == debts
    assert all(minor >= 0 for part in made for minor in part)


def owed(unit) -> int:
    return sum(bill.amount_minor for bill in months(unit))


@pytest.mark.django_db
def test_parts_are_what_was_typed(hamlet, unit):
    amounts = (owed(unit) - 3_000, 1_000, 2_000)
    agreement = agreed(unit, amounts=amounts)
    made = parts(agreement)
    assert [bill.amount_minor for bill in made] == list(amounts)
    lines = [[line.amount_minor for line in bill.lines.all()] for bill in made]
    assert [sum(of_bill) for of_bill in lines] == list(amounts) and len(lines[0]) > 1
    pay(made[0])
    rest = end_by(CLERK, agreement, "x", today=TODAY, at=NOW)
    assert rest.amount_minor == 3_000 and verify_ledger() == []


@pytest.mark.django_db
@pytest.mark.parametrize("change", [1, -1])
def test_what_does_not_add_up_changes_nothing(hamlet, unit, change):
    whole = owed(unit)
    for amounts in (
        (whole // 2, whole - whole // 2 + change, 1000),
        (whole - 1000, 1000),
        (whole, 0, 0),
        (whole + 5, -5, 0),
    ):
        with pytest.raises(InstalmentsImpossible):
            agreed(unit, amounts=amounts)
    assert not InstalmentAgreement.objects.exists()
    assert all(bill.state == "open" for bill in months(unit))


@pytest.mark.django_db
def test_what_grew_until_it_is_approved_is_due_with_the_last(hamlet, unit):
    clerk = create_person("li", (hamlet, Role.BOOKKEEPER))
    boss = create_person("boss", (hamlet, Role.APPROVER))
    seen = approval.preview(unit, terms(unit, today=LATE), LATE)
    amounts = (sum(seen.totals) - 2_000, 1_000, 1_000)
    asked = approval.agree(clerk, unit, terms(unit, today=LATE, amounts=amounts), "x", noon(LATE))
    assert isinstance(asked, Request)
    changes = [change.new for change in approvals.KINDS[asked.kind].changes(asked)]
    assert any("￥10.00, ￥10.00" in text for text in changes)
    later = LATE + timedelta(days=5)
    approvals.approve(asked.pk, boss, "", noon(later))
    made = [bill.amount_minor for bill in parts(InstalmentAgreement.objects.get())]
    assert made[:2] == list(amounts[:2]) and made[2] > 1_000 and verify_ledger() == []
