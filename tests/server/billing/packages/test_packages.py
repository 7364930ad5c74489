"""A package is sold by a bill of its own; once it is paid, the runs of its months do not charge them
again; what waits blocks them, and what is not paid in time is over."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from server.billing import leases
from server.billing.issuing import issue_period
from server.billing.leases import BillStands
from server.billing.models import Bill, BillLine, PackageMonth, PackageSale, Tariff
from server.billing.packages.pricing import quote
from server.billing.packages.refusal import PackageImpossible
from server.billing.periods import periods_from
from server.billing.settlement import undo
from server.billing.unit_accounts import account_of
from server.billing.verification import verify_ledger
from server.billing.voiding import void
from server.billing.waiving_ahead import Ahead, waive_by
from server.estate.models import Community, Unit
from server.ledger import posting
from tests.server.billing.packages.offers import (
    CLERK,
    FIRST,
    create_offer,
    days_later,
    pay,
    sell,
)
from tests.server.billing_runs.hamlet import NOW, PERIOD, TODAY, blocked, create_hamlet, run_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def hamlet() -> Community:
    return create_hamlet(buildings=1)


@pytest.fixture
def unit(hamlet: Community) -> Unit:
    return Unit.objects.select_related("community").get(code="1-1-101")


def lines(unit: Unit, period: str) -> dict[str, int]:
    found = BillLine.objects.filter(
        bill__unit=unit, bill__period=period, bill__kind="month"
    ).exclude(bill__state="void")
    return dict(found.values_list("fee_item__code", "amount_minor"))


def test_it_costs_eleven_months_and_says_how(hamlet, unit):
    month = quote(unit, create_offer(hamlet), FIRST, TODAY).items[0].full[0]
    sale = sell(unit, hamlet.package_offers.get())
    bill = sale.bill
    assert bill.amount_minor == 11 * month and bill.late_free_minor == bill.amount_minor
    [line] = bill.lines.all()
    assert (line.quantity, line.rate) == ("11", f"{month / 100:.2f}")
    assert [m.period for m in sale.months.all()] == periods_from(FIRST, 12)
    assert sum(m.amount_minor for m in sale.months.all()) == bill.amount_minor
    told = account_of(unit, TODAY).bills
    assert [b.title.en for b in told] == ["A year's property fee, 2027-01 to 2027-12"]
    assert "11/12" in told[0].lines[0].explanation[2].value.zh
    assert verify_ledger() == []


def test_paid_its_months_are_lines_of_nought(hamlet, unit):
    sale = sell(unit, create_offer(hamlet), PERIOD)
    pay(sale.bill)
    other = Unit.objects.get(code="1-1-102")
    run_all(hamlet)
    assert lines(unit, PERIOD)["property"] == 0 and lines(other, PERIOD)["property"] > 0
    assert lines(unit, PERIOD)["water"] > 0
    [month] = PackageMonth.objects.filter(period=PERIOD)
    assert month.used_at is not None
    assert posting.balance(hamlet.pk, "packages:property") == -(
        sale.bill.amount_minor - month.amount_minor
    )
    assert verify_ledger() == []
    void(Bill.objects.get(unit=unit, period=PERIOD, kind="month"), at=NOW)
    run_all(hamlet)
    assert lines(unit, PERIOD)["property"] == 0
    assert verify_ledger() == []


def test_a_unit_that_has_nothing_else_to_pay_gets_no_bill_and_the_month_is_used(hamlet, unit):
    sale = sell(unit, create_offer(hamlet), PERIOD)
    pay(sale.bill)
    run_all(hamlet, items=["property"])
    assert not Bill.objects.filter(unit=unit, kind="month").exists()
    assert PackageMonth.objects.get(period=PERIOD).used_at is not None
    assert verify_ledger() == []


def test_a_dearer_price_changes_nothing_for_the_months_paid(hamlet, unit):
    sale = sell(unit, create_offer(hamlet), PERIOD)
    pay(sale.bill)
    item = sale.months.first().fee_item
    Tariff.objects.create(
        community=hamlet,
        fee_item=item,
        rule="per_area",
        rate=Decimal("3.50"),
        valid_from=date(2026, 12, 10),
    )
    run_all(hamlet)
    assert lines(unit, PERIOD)["property"] == 0


def test_a_price_known_ahead_is_in_the_price(hamlet, unit):
    item = hamlet.fee_items.get(code="property")
    offer = create_offer(hamlet)
    before = quote(unit, offer, FIRST, TODAY)
    Tariff.objects.create(
        community=hamlet,
        fee_item=item,
        rule="per_area",
        rate=Decimal("5.60"),
        valid_from=date(2027, 7, 1),
    )
    after = quote(unit, offer, FIRST, TODAY)
    assert after.items[0].full[5] == before.items[0].full[5]
    assert abs(after.items[0].full[6] - 2 * before.items[0].full[6]) <= 1
    assert sum(after.items[0].shares) == after.price_minor


def test_while_it_waits_to_be_paid_its_months_are_not_billed(hamlet, unit):
    sell(unit, create_offer(hamlet), PERIOD)
    run = run_all(hamlet)
    assert ("1-1-101", "property", "package_waits") in blocked(run)
    assert not lines(unit, PERIOD)


def test_not_paid_in_time_it_is_over_and_the_month_is_charged(hamlet, unit):
    sale = sell(unit, create_offer(hamlet), PERIOD)
    run_all(hamlet, today=days_later(15))
    sale.refresh_from_db()
    assert sale.bill.state == "void" and sale.ended_at is not None
    assert lines(unit, PERIOD)["property"] > 0
    assert verify_ledger() == []


def test_one_that_may_be_paid_already_waits_beyond_its_day(hamlet, unit):
    sale = sell(unit, create_offer(hamlet), PERIOD)
    leases.lease([sale.bill], "00000000-0000-4000-8000-000000000009", now=NOW)
    run = run_all(hamlet, today=days_later(15))
    assert ("1-1-101", "property", "package_waits") in blocked(run)
    sale.bill.refresh_from_db()
    assert sale.bill.state == "open"


def test_an_open_month_and_a_package_do_not_hold_each_other(hamlet, unit):
    run_all(hamlet)
    sale = sell(unit, create_offer(hamlet))
    month = Bill.objects.get(unit=unit, kind="month")
    leases.lease([month], "00000000-0000-4000-8000-000000000009", now=NOW)
    assert leases.holders(month) and not leases.holders(sale.bill)


@pytest.mark.parametrize("payment_back_first", [False, True])
def test_its_bill_can_be_voided_until_a_month_is_used(hamlet, unit, payment_back_first):
    sale = sell(unit, create_offer(hamlet), PERIOD)
    if payment_back_first:
        pay(sale.bill)
        run_all(hamlet)
        undo(unit, "00000000-0000-4000-8000-000000000001", at=NOW)
        with pytest.raises(BillStands):
            void(sale.bill, at=NOW)
    else:
        void(sale.bill, at=NOW)
        run_all(hamlet)
        assert lines(unit, PERIOD)["property"] > 0
        sell(unit, sale.offer)  # the months are free for another
    assert verify_ledger() == []


def test_what_cannot_be_sold_says_why(hamlet, unit):
    run_all(hamlet)
    offer = create_offer(hamlet)
    refused = (
        (offer, PERIOD),  # billed already
        (offer, "2026-11"),
        (offer, "2028-01"),  # too far ahead
        (create_offer(hamlet, on_sale_until=date(2026, 2, 1)), FIRST),
        (create_offer(hamlet, unit_kinds=["shop"]), FIRST),
        (create_offer(hamlet, item_codes=["water"]), FIRST),
        (create_offer(hamlet, item_codes=["lights"]), FIRST),
    )
    for one, first in refused:
        with pytest.raises(PackageImpossible) as why:
            sell(unit, one, first)
        assert why.value.text
    sell(unit, offer)
    with pytest.raises(PackageImpossible):
        sell(unit, offer, "2027-12")  # in the first one already
    assert PackageSale.objects.count() == 1


def test_only_who_owes_nothing_may_have_it(hamlet, unit):
    run_all(hamlet, due=date(2026, 11, 30))
    offer = create_offer(hamlet, who="no_debt")
    with pytest.raises(PackageImpossible):
        sell(unit, offer)
    pay(Bill.objects.get(unit=unit))
    assert sell(unit, offer).bill.state == "open"


def test_a_waived_month_makes_the_package_cheaper(hamlet, unit):
    offer = create_offer(hamlet)
    before = quote(unit, offer, FIRST, TODAY)
    waive_by(CLERK, unit, Ahead("2027-03", 1, "property", None), "flood", at=NOW)
    after = quote(unit, offer, FIRST, TODAY)
    assert after.full_minor == before.full_minor - before.items[0].full[2]


def test_the_database_keeps_what_was_sold(hamlet, unit):
    sale = sell(unit, create_offer(hamlet))
    month = sale.months.first()
    for rows, change in (
        (PackageMonth.objects.filter(pk=month.pk), {"amount_minor": 1}),
        (PackageSale.objects.filter(pk=sale.pk), {"leaving": "in_proportion"}),
        (type(sale.offer).objects.filter(pk=sale.offer_id), {"months_paid": 1}),
        (Bill.objects.filter(pk=sale.bill_id), {"kind": "month"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


def test_many_at_once_are_issued_like_one(hamlet, unit):
    pay(sell(unit, create_offer(hamlet), PERIOD).bill)
    issue_period(hamlet, PERIOD, issued_on=TODAY, due=date(2027, 1, 31), at=NOW)
    assert lines(unit, PERIOD)["property"] == 0
    assert verify_ledger() == []
