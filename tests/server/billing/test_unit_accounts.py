"""What the kiosk sees of a unit."""

from datetime import date

import pytest

from server.billing.settlement import Part, receive_as_credit, settle
from server.billing.unit_accounts import (
    BillNotFound,
    UnitNotFound,
    account_of,
    accounts_of,
    find_bill,
    find_unit,
    to_contract,
)
from server.estate.models import Unit
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db


def test_open_bills_oldest_first_with_masked_payer():
    village = create_village()
    issue(village)
    issue(village, "2026-11", date(2026, 12, 31))
    account = account_of(find_unit(village, "1-1-101"), TODAY)
    assert account.payer == "王*明"
    assert [bill.period for bill in account.bills] == ["2026-10", "2026-11"]
    assert account.bills[0].amount_minor == 90_008
    assert account.label.en == "Building 1, Entrance 1, Room 101"
    assert sum(line.amount_minor for line in account.bills[0].lines) == 90_008


def test_late_fee_is_part_of_what_is_open():
    village = create_village()
    issue(village, due=date(2026, 10, 31))
    [bill] = account_of(find_unit(village, "1-1-101"), TODAY).bills
    assert bill.late_fee_minor == 1_080  # 900.08 × 0.0005 × 24 days
    assert bill.amount_minor == 91_088


def test_a_paid_bill_is_gone_from_the_account_and_has_nothing_open():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    settle(bill.unit, [Part(bill, 90_008)], method="card", payment_id="p1", paid_on=TODAY, at=NOW)
    assert account_of(bill.unit, TODAY).bills == []
    view = to_contract(find_bill(village, bill.number), TODAY)
    assert (view.amount_minor, view.paid_on) == (0, TODAY)


def test_history_of_a_fee_ends_with_the_bill_itself():
    village = create_village()
    issue(village)
    issue(village, "2026-11", date(2026, 12, 31))
    first, second = account_of(find_unit(village, "1-1-101"), TODAY).bills
    electricity = second.lines[1]
    assert [period for period, _ in electricity.history] == ["2026-10", "2026-11"]
    assert electricity.history[-1][1] == electricity.amount_minor
    assert [period for period, _ in first.lines[1].history] == ["2026-10"]


def test_credit_of_the_unit_is_shown():
    village = create_village()
    unit = find_unit(village, "1-1-102")
    receive_as_credit(unit, 5_600, method="desk", payment_id="p1", at=NOW)
    assert account_of(unit, TODAY).credit_minor == 5_600


def test_a_unit_or_bill_of_another_community_is_not_found():
    here, there = create_village("here"), create_village("there")
    issue(there)
    with pytest.raises(UnitNotFound):
        find_unit(here, "9-9-999")
    with pytest.raises(BillNotFound):
        find_bill(here, bill_of(there).number)


def test_unit_codes_are_found_however_they_are_typed():
    village = create_village()
    Unit.objects.filter(code="1-2-101").update(code="1-2-101A")
    assert find_unit(village, " 1-2-101a ").code == "1-2-101A"


def test_a_whole_community_takes_few_queries(django_assert_max_num_queries):
    village = create_village()
    issue(village)
    units = list(Unit.objects.filter(community=village).select_related("community"))
    with django_assert_max_num_queries(9):
        assert len(accounts_of(units, TODAY)) == 3
