"""Readings as they come: again, wrong, jumping, estimated, after a bill has charged them."""

from datetime import date
from decimal import Decimal

import pytest

from server.billing import readings
from server.billing.meters import Meter, MeterReading
from server.billing.models import Bill
from server.billing.readings import Counted, ReadingRefused
from server.billing.voiding import void
from server.staff.audit import ReasonMissing
from server.staff.models import Act
from server.staff.people import Person
from tests.server.billing_runs.hamlet import NOW, PERIOD, bills_of, create_hamlet, run_all

pytestmark = pytest.mark.django_db

NEXT = "2027-01"
READER = Person("Han Meimei")
DAY = date(2026, 12, 30)


@pytest.fixture
def meter() -> Meter:
    create_hamlet()
    return Meter.objects.get(code="W1-1-101")  # 100, 117, 158


def take(meter: Meter, counter: str, period: str = NEXT, **more):
    looked_at = more.pop("looked_at", False)
    counted = Counted(Decimal(counter), DAY, **more)
    return readings.take(meter, period, counted, READER, "walk", at=NOW, looked_at=looked_at)


def test_a_reading_is_kept_with_who_took_it(meter: Meter):
    row, changed = take(meter, "190")
    assert changed and (row.counter, row.period, row.in_review) == (Decimal(190), NEXT, False)
    act = Act.objects.get(act="meter_read")
    assert (act.person_name, act.after["counter"]) == ("Han Meimei", "190.00")


def test_the_same_again_changes_nothing_and_another_replaces_it(meter: Meter):
    take(meter, "190")
    assert take(meter, "190")[1] is False
    _, changed = take(meter, "191.5")
    assert changed and MeterReading.objects.filter(meter=meter, period=NEXT).count() == 1
    assert Act.objects.filter(act="meter_read").count() == 2
    assert Act.objects.filter(act="meter_read").first().before["counter"] == "190.00"


def test_what_went_back_is_refused_unless_it_is_explained(meter: Meter):
    with pytest.raises(ReadingRefused, match="2026-12"):
        take(meter, "20")
    with pytest.raises(ReadingRefused):
        take(meter, "20", rolled_over=True)  # this meter has no number of digits
    Meter.objects.filter(pk=meter.pk).update(digits=3)
    meter.refresh_from_db()
    assert take(meter, "20", rolled_over=True)[0].rolled_over
    row, _ = take(meter, "20", old_final=Decimal(170), new_first=Decimal(0))
    assert row.new_first == 0 and not MeterReading.objects.filter(counter__gt=158).exists()


def test_what_jumps_waits_until_somebody_has_looked(meter: Meter):
    row, _ = take(meter, "900")
    assert row.in_review
    run = run_all(meter.community, NEXT)
    codes = {r.code for r in run.remarks.filter(unit__code="1-1-101", item="water")}
    assert codes == {"meter_review"}
    row, changed = take(meter, "900", looked_at=True)
    assert changed and not row.in_review


def test_a_reading_between_the_usual_ones_does_not_jump(meter: Meter):
    assert not take(meter, "230")[0].in_review  # 72 after 41 and 17


def test_a_reading_that_a_bill_has_charged_stays_until_the_bill_is_voided(meter: Meter):
    run_all(meter.community)
    with pytest.raises(ReadingRefused):
        take(meter, "150", PERIOD)
    void(Bill.objects.get(unit__code="1-1-101"), at=NOW)
    assert take(meter, "150", PERIOD)[1]
    shared = Meter.objects.get(code="L1")
    with pytest.raises(ReadingRefused):
        take(shared, "150", PERIOD)  # 1-1-102 has a share of it


def test_what_nobody_read_is_estimated_from_the_last_periods_and_corrected_by_a_reading(
    meter: Meter,
):
    fresh = Meter.objects.create(
        community=meter.community, fee_item=meter.fee_item, scope="unit", unit=meter.unit, code="N"
    )
    made = readings.estimate([meter, fresh], NEXT, DAY, READER, at=NOW)
    row = MeterReading.objects.get(meter=meter, period=NEXT)
    assert (made, row.counter, row.estimated) == (
        1,
        Decimal(187),
        True,
    )  # 158 and half of 17 and 41
    assert readings.estimate([meter], NEXT, DAY, READER, at=NOW) == 0
    row, changed = take(meter, "199")
    assert changed and not row.estimated


def test_an_estimate_goes_past_the_last_digit(meter: Meter):
    Meter.objects.filter(pk=meter.pk).update(digits=3)
    MeterReading.objects.filter(meter=meter).update(counter=Decimal(0))
    for period, counter in (("2026-10", 900), ("2026-11", 940), ("2026-12", 990)):
        MeterReading.objects.filter(meter=meter, period=period).update(counter=counter)
    meter.refresh_from_db()
    readings.estimate([meter], NEXT, DAY, READER, at=NOW)
    row = MeterReading.objects.get(meter=meter, period=NEXT)
    assert (row.counter, row.rolled_over) == (Decimal(35), True)


def test_an_estimated_reading_is_said_on_the_bill(meter: Meter):
    for one in Meter.objects.all():
        readings.estimate([one], NEXT, DAY, READER, at=NOW)
    run_all(meter.community, NEXT)
    assert len(bills_of(meter.community, NEXT)) == 6
    line = Bill.objects.get(period=NEXT, unit__code="1-1-101").lines.get(fee_item__code="water")
    assert line.note_en == "Meter W1-1-101, estimated"


def test_an_act_needs_its_reason(meter: Meter):
    counted = Counted(Decimal(190), DAY)
    with pytest.raises(ReasonMissing):
        readings.take(meter, NEXT, counted, READER, " ", at=NOW)
    assert not MeterReading.objects.filter(period=NEXT).exists()
