"""Units are merged while a month is billed, made anew, or paid ahead: nothing is charged twice, or to
nobody, or to another person."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contract.messages import Text
from server.billing.adjustments import OneOffCharge
from server.billing.debtors import debtors
from server.billing.meters import Meter
from server.billing.models import Bill, BillLine
from server.billing.readings import Counted, ReadingRefused, take
from server.billing.reissue import reissue_by
from server.billing.voiding import void_by
from server.estate import occupancy
from server.estate.models import Community, Occupancy, Unit
from server.moves.regroup_checks import RegroupImpossible
from server.moves.regrouping import Merge, Split, merge, split
from server.sample_data.estate import create_item
from server.staff.people import Person
from tests.server.billing.packages.offers import create_offer, sell
from tests.server.billing_runs.hamlet import (
    BEFORE,
    NOW,
    PERIOD,
    TODAY,
    begin,
    blocked,
    carry_on,
    create_hamlet,
    run_all,
)

pytestmark = pytest.mark.django_db
CLERK, DAY = Person("Li Lei"), date(2026, 12, 1)
LATER = datetime(2026, 12, 20, tzinfo=UTC)
COUNTED = Counted(Decimal(110), date(2026, 11, 28))


def unit_of(code: str) -> Unit:
    return Unit.objects.get(code=code)


def merges(stays: Unit, ends: Unit, **more) -> None:
    area = stays.area_m2 + ends.area_m2
    merge(stays, Merge(DAY, (ends.pk,), area, stays.code, **more), CLERK, "one flat", at=NOW)
    for unit in (stays, ends):
        unit.refresh_from_db()


def lines_of(period: str, item: str) -> int:
    rows = BillLine.objects.filter(bill__period=period, fee_item__code=item)
    return sum(rows.exclude(bill__state="void").values_list("amount_minor", flat=True))


def bill_of(unit: Unit, period: str = BEFORE) -> Bill:
    return Bill.objects.exclude(state="void").get(unit=unit, period=period)


@pytest.fixture
def hamlet() -> Community:
    """November is billed."""
    community = create_hamlet()
    run_all(community, BEFORE)
    return community


@pytest.fixture
def pair(hamlet: Community) -> tuple[Unit, Unit]:
    return unit_of("1-1-101"), unit_of("1-1-102")


def test_a_bill_made_anew_has_the_meters_of_its_month(pair):
    stays, ends = pair
    meter = Meter.objects.get(unit=ends)
    water, was = lines_of(BEFORE, "water"), bill_of(stays).amount_minor
    merges(stays, ends)
    apart = Split(
        date(2027, 1, 1), "1-1-103", ends.area_m2, stays.area_m2 - ends.area_m2, meters=(meter.pk,)
    )
    split(stays, apart, CLERK, "two again", at=LATER)
    again = reissue_by(CLERK, bill_of(stays), "to see", today=LATER.date(), at=LATER)
    assert (again.amount_minor, lines_of(BEFORE, "water")) == (was, water)


def test_a_reading_is_the_business_of_the_unit_that_it_was_charged_to(pair):
    stays, ends = pair
    meter = Meter.objects.get(unit=ends)
    merges(stays, ends)
    meter.refresh_from_db()
    void_by(CLERK, bill_of(stays), "x", at=NOW)
    with pytest.raises(ReadingRefused):
        take(meter, BEFORE, COUNTED, CLERK, "typed wrongly", at=NOW)
    void_by(CLERK, bill_of(ends), "x", at=NOW)
    take(meter, BEFORE, COUNTED, CLERK, "typed wrongly", at=NOW)


def test_a_package_that_waits_to_be_paid_holds_a_merge_up(hamlet, pair):
    stays, ends = pair
    sale = sell(ends, create_offer(hamlet))
    with pytest.raises(RegroupImpossible):
        merges(stays, ends)
    void_by(CLERK, sale.bill, "changed her mind", at=NOW)
    merges(stays, ends)


def test_no_merge_while_bills_of_that_time_are_made(hamlet):
    stays, ends = unit_of("3-1-101"), unit_of("3-1-102")
    lights = lines_of(BEFORE, "lights")
    tried = []

    def between() -> None:
        if not tried:
            tried.append(True)
            with pytest.raises(RegroupImpossible):
                merges(stays, ends)

    carry_on(begin(hamlet), between=between)
    assert tried and lines_of(PERIOD, "lights") > lights / 2
    assert Bill.objects.filter(period=PERIOD).count() == 6


def test_a_code_that_is_corrected_meanwhile_blocks_its_bill(hamlet):
    renamed = []

    def between() -> None:
        if not renamed:
            unit = unit_of("3-1-102")
            unit.code = "3-1-109"
            unit.save()
            renamed.append(unit.code)

    run = begin(hamlet)
    carry_on(run, between=between)
    assert {row[0] for row in blocked(run)} == {"3-1-109"}
    assert Bill.objects.filter(period=PERIOD).count() == 5


def test_somebody_pays_for_units_that_were_paid_for(pair):
    stays, ends = pair
    Occupancy.objects.filter(unit=stays).update(pays_from=date(2027, 3, 1))
    with pytest.raises(RegroupImpossible):
        merges(stays, ends)
    payer = occupancy.payer(ends, TODAY)
    assert payer is not None
    merges(stays, ends, payer=payer.pk)
    assert occupancy.payer(stays, DAY) == payer


@pytest.fixture
def once():
    def make(unit: Unit) -> OneOffCharge:
        name = Text(zh="一次性", en="once")
        item = create_item(unit.community, 9, name, "once", ("one_off", "0"))
        given = {"fee_item": item, "period": BEFORE, "amount_minor": 9_900}
        return OneOffCharge.objects.create(
            community=unit.community, unit=unit, note_zh="钥匙", note_en="key", **given
        )

    return make


def test_a_charge_of_the_month_before_stays_with_its_unit(once):
    community = create_hamlet()
    stays, ends = unit_of("1-1-101"), unit_of("1-1-102")
    charge = once(ends)
    merges(stays, ends)
    run_all(community, BEFORE)
    charge.refresh_from_db()
    assert charge.bill is not None and charge.bill.unit == ends
    payers = {debtors([bill_of(unit)])[bill_of(unit).pk] for unit in (stays, ends)}
    assert len(payers) == 2


def test_a_charge_whose_bill_was_voided_comes_with_the_unit_that_stays(once):
    community = create_hamlet()
    stays, ends = unit_of("1-1-101"), unit_of("1-1-102")
    charge = once(ends)
    run_all(community, BEFORE)
    merges(stays, ends)
    void_by(CLERK, bill_of(ends), "x", at=NOW)
    run_all(community)
    charge.refresh_from_db()
    assert charge.bill == bill_of(stays, PERIOD)
