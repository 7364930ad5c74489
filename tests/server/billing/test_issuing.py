"""Bills of a period: right amounts, right lines, posted, and only once."""

from datetime import date
from decimal import Decimal

import pytest

from server.billing.issuing import issue_period
from server.billing.models import Bill, FeeItem, MeterReading, Tariff
from server.billing.periods import previous_period
from server.billing.verification import verify_ledger
from server.ledger.posting import balance
from tests.server.village import NOW, bill_of, create_village, issue

pytestmark = pytest.mark.django_db


def test_a_bill_adds_up_and_is_in_the_books():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    amounts = {line.fee_item.code: line.amount_minor for line in bill.lines.all()}
    assert amounts == {"property": 33_208, "electricity": 41_800, "parking": 15_000}
    assert bill.amount_minor == 90_008
    assert balance(village.pk, "receivable", bill_number=bill.number) == 90_008
    assert balance(village.pk, "income:parking") == -15_000
    assert verify_ledger() == []


def test_the_meter_is_shared_to_the_fen():
    village = create_village()
    issue(village)
    assert -balance(village.pk, "income:electricity") == 73_238


def test_issuing_again_changes_nothing():
    village = create_village()
    issue(village)
    before = list(Bill.objects.values_list("number", "amount_minor"))
    issue(village)
    assert list(Bill.objects.values_list("number", "amount_minor")) == before
    assert verify_ledger() == []


def test_two_communities_with_the_same_unit_codes_have_their_own_bills():
    here, there = create_village("here"), create_village("there")
    issue(here)
    issue(there)
    assert bill_of(here).number != bill_of(there).number
    assert balance(here.pk, "receivable") == balance(there.pk, "receivable")


def test_a_tariff_that_changes_within_the_month_is_charged_by_days():
    """118.60 m²: 10 of 31 days at 2.80, 21 at 3.00."""
    village = create_village()
    item = FeeItem.objects.get(community=village, code="property")
    Tariff.objects.create(
        community=village, fee_item=item, rule="per_area", rate=3, valid_from=date(2026, 10, 11)
    )
    issue(village)
    lines = bill_of(village).lines.filter(fee_item=item)
    assert [(line.rate, line.note_en, line.amount_minor) for line in lines] == [
        ("2.80", "Oct 1–10", 10_712),
        ("3.00", "Oct 11–31", 24_103),
    ]
    assert verify_ledger() == []


def test_a_meter_read_wrongly_blocks_those_who_share_it_and_nobody_else():
    village = create_village()
    MeterReading.objects.filter(period="2026-10").update(counter=1)
    issue(village)
    assert [bill.unit.code for bill in Bill.objects.select_related("unit")] == ["1-2-101"]


def test_without_a_reading_no_bill_is_made_until_it_is_there():
    village = create_village()
    december = {"issued_on": date(2026, 12, 1), "due": date(2027, 1, 31), "at": NOW}
    assert [b.unit.code for b in issue_period(village, "2026-12", **december)] == ["1-2-101"]
    MeterReading.objects.create(
        community=village,
        meter=village.meters.get(),
        period="2026-12",
        counter=Decimal(21_000),
        read_on=date(2026, 12, 1),
    )
    assert [b.unit.code for b in issue_period(village, "2026-12", **december)] == [
        "1-1-101",
        "1-1-102",
    ]
    assert verify_ledger() == []


def test_the_month_before():
    assert [previous_period(p) for p in ("2026-11", "2026-01")] == ["2026-10", "2025-12"]
