"""A billing run makes each bill once, whatever happens between its batches, and says what it left."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.billing.leases import lease
from server.billing.meters import Meter, MeterReading
from server.billing.models import Bill, BillLine, FeeItem, OneOffCharge, Tariff
from server.billing.verification import verify_ledger
from server.billing.voiding import void_by
from server.billing_runs import report, runs
from server.billing_runs.models import BillingRun, BillingTerms, RunState
from server.estate.models import Community, Occupancy, Unit
from server.ledger.posting import balance
from tests.server.billing_runs.hamlet import (
    BEFORE,
    CLERK,
    NOW,
    PERIOD,
    begin,
    bills_of,
    blocked,
    create_hamlet,
    read,
    run_all,
)

pytestmark = pytest.mark.django_db


def warned(run: BillingRun) -> list[tuple[str, str, str]]:
    return [(r.unit, r.item, r.code) for r in report.remarks_of(run) if not r.blocks]


def test_a_run_makes_a_bill_for_each_unit_and_says_what_it_made():
    hamlet = create_hamlet()
    run = run_all(hamlet)
    assert (run.state, run.units, run.bills, run.lines) == (RunState.DONE, 6, 6, 24)
    assert [bill[1] for bill in bills_of(hamlet)] == [
        f"{building}-1-{room}" for building in (1, 2, 3) for room in (101, 102)
    ]
    assert run.total_minor == sum(bill[4] for bill in bills_of(hamlet))
    assert run.total_minor == balance(hamlet.pk, "receivable")
    assert run.by_item["lights"] == [6, 2_276]  # 41 kWh at 0.555, shared by all
    assert run.by_item["lift"] == [6, 3 * 2_530]
    assert sum(sums[1] for sums in run.by_item.values()) == run.total_minor
    assert verify_ledger() == []


def test_a_preview_says_the_same_and_writes_nothing():
    hamlet = create_hamlet()
    read(Meter.objects.get(code="W2-1-101"), PERIOD, 5)
    figures, remarks = runs.preview(hamlet, PERIOD, size=2)
    assert not Bill.objects.exists() and not BillingRun.objects.exists()
    run = run_all(hamlet)
    assert report.as_json(figures, remarks) == report.as_json(
        report.figures_of(run), report.remarks_of(run)
    )
    assert figures.by_item == run.by_item


def test_a_run_again_makes_nothing_twice():
    hamlet = create_hamlet()
    run_all(hamlet)
    before = bills_of(hamlet)
    again = run_all(hamlet)
    assert (again.units, again.bills, again.lines, again.total_minor) == (6, 0, 0, 0)
    assert bills_of(hamlet) == before


def test_what_blocks_one_unit_blocks_no_other_and_the_bill_is_made_once_it_is_mended():
    hamlet = create_hamlet()
    meter = Meter.objects.get(code="W2-1-101")
    MeterReading.objects.filter(meter=meter, period=PERIOD).delete()
    Unit.objects.filter(code="3-1-102").update(area_m2=0)
    run = run_all(hamlet)
    assert blocked(run) == [
        ("1-1-101", "lights", "area_missing"),
        ("1-1-102", "lights", "area_missing"),
        ("2-1-101", "lights", "area_missing"),
        ("2-1-101", "water", "meter_reading"),
        ("2-1-102", "lights", "area_missing"),
        ("3-1-101", "lift", "area_missing"),
        ("3-1-101", "lights", "area_missing"),
        ("3-1-102", "property", "area_missing"),
        ("3-1-102", "lift", "area_missing"),
        ("3-1-102", "lights", "area_missing"),
    ]
    assert run.bills == 0
    Unit.objects.filter(code="3-1-102").update(area_m2=88)
    assert [u for u, *_ in blocked(run_all(hamlet))] == ["2-1-101"]
    read(meter, PERIOD, 130)
    last = run_all(hamlet)
    assert (last.bills, blocked(last)) == (1, [])
    lights = BillLine.objects.filter(fee_item__code="lights")
    assert sum(lights.values_list("amount_minor", flat=True)) == 2_276
    assert verify_ledger() == []


def test_a_voided_bill_that_may_be_paid_is_not_made_anew():
    hamlet = create_hamlet()
    run_all(hamlet)
    bill = Bill.objects.get(unit__code="1-1-101")
    Bill.objects.filter(pk=bill.pk).update(state="void")
    Bill.objects.filter(pk=bill.pk).update(state="open")
    lease([bill], "00000000-0000-4000-8000-000000000001", now=NOW)
    Bill.objects.filter(pk=bill.pk).update(state="void")
    assert blocked(run_all(hamlet)) == [("1-1-101", "", "may_be_paid")]


def test_due_dates_come_from_the_communitys_terms_or_the_caller():
    hamlet = create_hamlet()
    assert begin(hamlet, BEFORE).due == date(2026, 12, 31)
    BillingTerms.objects.create(community=hamlet, due_months=2, due_day=31)
    assert run_all(hamlet).due == date(2027, 2, 28)
    assert {bill[3] for bill in bills_of(hamlet)} == {date(2027, 2, 28)}
    assert begin(hamlet, "2027-01", due=date(2027, 3, 5)).due == date(2027, 3, 5)


def test_staff_are_told_of_odd_amounts_and_of_units_without_a_payer():
    hamlet = create_hamlet()
    run_all(hamlet, BEFORE)
    read(Meter.objects.get(code="W1-1-102"), PERIOD, 999)
    Occupancy.objects.filter(unit__code="3-1-101").update(pays=False)
    run = run_all(hamlet)
    assert warned(run) == [("1-1-102", "", "odd_amount"), ("3-1-101", "", "no_payer")]
    assert run.bills == 6


def test_items_that_are_left_out_or_have_not_begun_are_named():
    hamlet = create_hamlet()
    Tariff.objects.filter(fee_item__code="water").update(valid_from=date(2027, 1, 1))
    run = run_all(hamlet, items=["property", "water"])
    assert warned(run) == [
        ("", "lift", "item_left_out"),
        ("", "lights", "item_left_out"),
        ("", "water", "not_begun"),
    ]
    assert run.lines == 6


def test_a_one_off_is_charged_by_one_bill_and_again_when_that_was_voided():
    hamlet = create_hamlet()
    item = FeeItem.objects.create(community=hamlet, code="repair", name_zh="维修", name_en="Repair")
    Tariff.objects.create(
        community=hamlet, fee_item=item, rule="one_off", valid_from=date(2026, 1, 1)
    )
    once = OneOffCharge.objects.create(
        community=hamlet,
        fee_item=item,
        unit=Unit.objects.get(code="1-1-101"),
        period=BEFORE,
        amount_minor=12_345,
        note_zh="换锁",
        note_en="New lock",
    )
    run_all(hamlet)
    once.refresh_from_db()
    assert once.bill and once.bill.period == PERIOD
    assert run_all(hamlet, "2026-11").bills == 6
    assert BillLine.objects.filter(fee_item=item).count() == 1
    void_by(CLERK, once.bill, "wrong", at=NOW)
    run_all(hamlet)
    once.refresh_from_db()
    assert once.bill and once.bill.state == "open"
    assert verify_ledger() == []


def test_a_batch_asks_as_often_for_many_units_as_for_few():
    counts = []
    for rooms in (2, 20):
        hamlet = create_hamlet(f"rooms{rooms}", buildings=1, rooms=rooms)
        run = begin(hamlet)
        book, walk = runs.PeriodBook(hamlet, PERIOD), runs.Walk(hamlet, PERIOD, 100)
        with CaptureQueriesContext(connection) as asked:
            assert runs._batch(run.pk, book, walk, lambda: NOW)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 63


def test_the_walk_takes_buildings_whole_and_figures_by_their_value():
    hamlet = create_hamlet(buildings=11, rooms=3)
    walk, position, seen = runs.Walk(hamlet, PERIOD, 7), {}, []
    while units := walk.after(position):
        seen.append([unit.code for unit in units])
        position = runs.position_of(units[-1])
    assert [len(batch) for batch in seen] == [6, 6, 6, 6, 6, 3]
    assert seen[0] == ["1-1-101", "1-1-102", "1-1-103", "2-1-101", "2-1-102", "2-1-103"]
    assert seen[-1][0] == "11-1-101"


def test_decimal_areas_are_exact():
    hamlet = create_hamlet(buildings=1)
    run_all(hamlet)
    area = Unit.objects.get(code="1-1-101").area_m2
    [line] = BillLine.objects.filter(bill__unit__code="1-1-101", fee_item__code="property")
    assert line.amount_minor == round(area * Decimal("2.80") * 100)


def test_without_any_fee_item_staff_are_told_why_there_is_nothing():
    community = Community.objects.create(code="bare", name_zh="空", name_en="Bare")
    figures, remarks = runs.preview(community, "2026-12")
    assert figures.bills == 0 and [remark.code for remark in remarks] == ["no_items"]
    assert not remarks[0].blocks and "tariffs" in remarks[0].reason.en
