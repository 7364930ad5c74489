"""Bills of a period: right amounts, right lines, posted, and only once."""

from datetime import date
from decimal import Decimal

import pytest

from server.billing.issuing import issue_period, previous_period, tariff_for
from server.billing.models import Bill, FeeItem, MeterReading, Tariff
from server.billing.rules.metered import CounterWentBack
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


def test_a_new_tariff_begins_with_its_first_whole_month():
    village = create_village()
    item = FeeItem.objects.get(community=village, code="property")
    Tariff.objects.create(
        community=village, fee_item=item, rule="per_area", rate=3, valid_from=date(2026, 10, 2)
    )
    october, november = tariff_for(item, "2026-10"), tariff_for(item, "2026-11")
    assert october and november
    assert (october.rate, november.rate) == (Decimal("2.8"), 3)


def test_a_meter_read_wrongly_stops_the_whole_period():
    village = create_village()
    MeterReading.objects.filter(period="2026-10").update(counter=1)
    with pytest.raises(CounterWentBack):
        issue(village)
    assert not Bill.objects.exists()


def test_without_a_reading_electricity_waits():
    village = create_village()
    issue_period(village, "2026-12", issued_on=date(2026, 12, 1), due=date(2027, 1, 31), at=NOW)
    assert "electricity" not in {
        line.fee_item.code for line in bill_of(village, period="2026-12").lines.all()
    }


def test_the_month_before():
    assert [previous_period(p) for p in ("2026-11", "2026-01")] == ["2026-10", "2025-12"]
