"""Who leaves early gets back what is left of a package, once two people agree; who never paid for what
was used is asked for it. Not a cent is made or lost."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from server.billing.credit_moves import CreditMove
from server.billing.models import Bill, PackageMonth
from server.billing.packages.ending import cut_by
from server.billing.packages.refusal import PackageImpossible
from server.billing.packages.returning import give_back, give_back_by, left_of
from server.billing.periods import periods_from
from server.billing.settlement import undo
from server.billing.unit_accounts import credit_minor
from server.billing.verification import verify_ledger
from server.billing.waiving import Wish
from server.billing.waiving import waive_by as waive_bill
from server.estate.models import Community, Unit
from server.ledger import posting
from server.staff import approvals
from server.staff.models import Act, Request
from server.staff.roles import Role
from tests.server.billing.packages.offers import CLERK, FIRST, create_offer, pay, sell
from tests.server.billing_runs.hamlet import NOW, PERIOD, TODAY, create_hamlet, run_all
from tests.server.staff_accounts import create_person

pytestmark = pytest.mark.django_db
PAYMENT = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def hamlet() -> Community:
    return create_hamlet(buildings=1)


@pytest.fixture
def unit(hamlet: Community) -> Unit:
    return Unit.objects.select_related("community").get(code="1-1-101")


def used(sale, count: int) -> None:
    """As if so many months had been billed, from the first on."""
    from server.billing.packages import coverage

    months = list(sale.months.select_related("sale__bill", "fee_item").order_by("period"))
    coverage.use(months[:count], sale.community_id, "CNY", NOW)


def test_months_used_cost_their_full_price(hamlet, unit):
    sale = sell(unit, create_offer(hamlet))
    pay(sale.bill)
    used(sale, 5)
    month = sale.months.first().full_minor
    left = left_of(sale, "2027-06")
    assert left.periods == periods_from("2027-06", 7)
    assert left.back_minor == 11 * month - 5 * month


def test_or_what_is_left_goes_back_in_proportion(hamlet, unit):
    sale = sell(unit, create_offer(hamlet, leaving="in_proportion"))
    pay(sale.bill)
    used(sale, 5)
    shares = [month.amount_minor for month in sale.months.order_by("period")]
    left = left_of(sale, "2027-06")
    assert left.back_minor == sum(shares[5:]) and left.earned_minor == 0


def test_it_takes_two_people_and_becomes_credit(hamlet, unit):
    sale = sell(unit, create_offer(hamlet))
    pay(sale.bill)
    used(sale, 2)
    keeper = create_person("keeper", (hamlet, Role.BOOKKEEPER))
    asked = give_back(keeper, sale, "2027-04", "sold the flat", NOW)
    assert isinstance(asked, Request) and credit_minor(unit) == 0
    boss = create_person("boss", (hamlet, Role.APPROVER))
    with pytest.raises((approvals.NotApproved, PermissionDenied)):
        approvals.approve(asked.pk, keeper, "", NOW)
    done = approvals.approve(asked.pk, boss, "", NOW)
    assert done.state == Request.State.APPROVED
    month = sale.months.first().full_minor
    assert credit_minor(unit) == 11 * month - 3 * month == asked.amount_minor
    assert CreditMove.objects.get().kind == "package"
    assert Act.objects.get(act="package_given_back").person_name == "keeper"
    # March is covered still; from April on the months are free again
    assert PackageMonth.objects.filter(given_up=False).count() == 3
    with pytest.raises(PackageImpossible):
        give_back(keeper, sale, "2027-04", "again", NOW)
    assert verify_ledger() == []
    sale.refresh_from_db()
    pay(sell(unit, sale.offer, "2027-04").bill, PAYMENT[:-1] + "2")
    assert verify_ledger() == []


def test_a_request_about_another_sum_is_not_carried_out(hamlet, unit):
    sale = sell(unit, create_offer(hamlet))
    pay(sale.bill)
    keeper = create_person("keeper", (hamlet, Role.BOOKKEEPER))
    asked = give_back(keeper, sale, FIRST, "sold the flat", NOW)
    used(sale, 1)
    boss = create_person("boss", (hamlet, Role.APPROVER))
    assert approvals.approve(asked.pk, boss, "", NOW).state == Request.State.FAILED
    assert credit_minor(unit) == 0 and not CreditMove.objects.exists()
    assert verify_ledger() == []


def test_what_is_not_paid_has_nothing_to_give_back(hamlet, unit):
    sale = sell(unit, create_offer(hamlet))
    keeper = create_person("keeper", (hamlet, Role.BOOKKEEPER))
    stranger = create_person("stranger", (create_hamlet("other"), Role.BOOKKEEPER))
    with pytest.raises(PackageImpossible):
        give_back(keeper, sale, FIRST, "x", NOW)
    pay(sale.bill)
    with pytest.raises(PermissionDenied):
        give_back(stranger, sale, FIRST, "x", NOW)
    with pytest.raises(PackageImpossible):
        give_back(keeper, sale, "2029-01", "x", NOW)
    with pytest.raises(PackageImpossible):
        give_back(keeper, sale, "x", "x", NOW)


def test_what_was_waived_of_it_never_goes_back(hamlet, unit):
    sale = sell(unit, create_offer(hamlet, leaving="in_proportion"))
    waive_bill(CLERK, sale.bill, Wish("bill", 10_000), "hardship", today=TODAY, at=NOW)
    sale.bill.refresh_from_db()
    pay(sale.bill)
    give_back_by(CLERK, sale, FIRST, "moves out", today=TODAY, at=NOW)
    assert credit_minor(unit) == sale.bill.amount_minor - 10_000
    assert verify_ledger() == []


@pytest.mark.parametrize("gave_back", [False, True])
def test_used_and_then_not_paid_is_asked_for_at_its_full_price(hamlet, unit, gave_back):
    sale = sell(unit, create_offer(hamlet), PERIOD)
    with pytest.raises(PackageImpossible):
        cut_by(CLERK, sale, "x", today=TODAY, at=NOW)
    pay(sale.bill)
    run_all(hamlet)
    month, back = sale.months.first().full_minor, 0
    if gave_back:
        back = give_back_by(CLERK, sale, "2027-02", "moves", today=TODAY, at=NOW).back_minor
    undo(unit, PAYMENT, at=NOW)
    new = cut_by(CLERK, sale, "the bank took it back", today=TODAY, at=NOW)
    assert new.amount_minor == month + back and new.kind == "rest"
    assert Bill.objects.get(pk=sale.bill_id).state == "void"
    income = posting.balance(hamlet.pk, "income:property", unit_id=unit.pk)
    assert income == -month
    assert verify_ledger() == []


class EveryPackage(TestCase):
    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        given_months=st.integers(1, 6),
        free=st.integers(0, 5),
        taken=st.integers(0, 6),
        first=st.integers(0, 6),
        leaving=st.sampled_from(["full_price", "in_proportion"]),
        change=st.integers(1, 900),
    )
    def test_no_cent_is_made_or_lost(self, given_months, free, taken, first, leaving, change):
        """Whatever was used, from whichever month it is given back: credit and income are the price."""
        community = create_hamlet(f"h{Unit.objects.count()}", buildings=1, rooms=1)
        unit = Unit.objects.select_related("community").get(community=community)
        item = community.fee_items.get(code="property")
        item.tariffs.create(
            community=community,
            rule="per_area",
            rate=f"{change / 100}",
            valid_from=date(2027, 3, 1),
        )
        paid = max(1, given_months - free)
        offer = create_offer(
            community, months_given=given_months, months_paid=paid, leaving=leaving
        )
        sale = sell(unit, offer)
        pay(sale.bill, f"00000000-0000-4000-8000-{community.pk:012d}")
        used(sale, min(taken, given_months))
        begins = periods_from(FIRST, first + 1)[-1]
        try:
            left = give_back_by(CLERK, sale, begins, "x", today=TODAY, at=NOW)
        except PackageImpossible:
            left = None
        credit = credit_minor(unit)
        assert credit == (left.back_minor if left else 0) <= sale.bill.amount_minor
        income = -posting.balance(community.pk, "income:property", unit_id=unit.pk)
        ahead = -posting.balance(community.pk, "packages:property", unit_id=unit.pk)
        assert income + ahead + credit == sale.bill.amount_minor
        assert income >= 0 and ahead >= 0
        assert verify_ledger() == []
