"""What names a community, unit or kiosk outside stays, or goes on naming the same one."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contract.messages import UnitLookup
from server.api.lookups import look_up
from server.billing import signing
from server.billing.models import Bill, FeeItem
from server.billing.settlement import receive_as_credit
from server.billing.unit_accounts import UnitNotFound, account_of, credit_minor, find_unit
from server.billing.verification import verify_ledger
from server.estate.models import Community, FormerUnitCode, Unit
from server.fleet.models import Kiosk
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db


def renamed(unit: Unit, code: str) -> Unit:
    unit.code = code
    unit.save()
    return unit


def test_credit_stays_the_households_whatever_its_code_is():
    village = create_village()
    unit = village.units.get(code="1-1-102")
    receive_as_credit(unit, 5_600, method="desk", payment_id="p1", at=NOW)
    renamed(unit, "1-1-102A")
    newcomer = renamed(village.units.get(code="1-2-101"), "1-1-102")
    assert credit_minor(unit) == 5_600 == account_of(unit, TODAY).credit_minor
    assert credit_minor(newcomer) == 0 == account_of(newcomer, TODAY).credit_minor
    assert verify_ledger() == []


def test_a_code_that_bills_were_printed_with_goes_on_finding_the_unit():
    village = create_village()
    issue(village)
    unit = renamed(village.units.get(code="1-1-102"), "1-1-102A")
    assert find_unit(village, "1-1-102") == find_unit(village, "1-1-102a") == unit
    renamed(unit, "1-1-102B")
    assert find_unit(village, "1-1-102A") == find_unit(village, "1-1-102") == unit
    renamed(unit, "1-1-102")
    assert find_unit(village, "1-1-102B") == unit


def test_no_other_unit_gets_a_code_that_bills_were_printed_with():
    village = create_village()
    issue(village)
    first, second = village.units.get(code="1-1-102"), village.units.get(code="1-2-101")
    renamed(first, "1-1-102A")
    second.code = "1-1-102"
    with pytest.raises(ValidationError, match="不能给别的房屋"):
        second.full_clean()
    with pytest.raises(IntegrityError, match="printed bills of another"), transaction.atomic():
        second.save()
    with pytest.raises(IntegrityError, match="printed bills of another"), transaction.atomic():
        Unit.objects.filter(pk=second.pk).update(code="1-1-102")
    with pytest.raises(IntegrityError, match="printed bills of another"), transaction.atomic():
        Unit.objects.create(
            community=village, building=second.building, code="1-1-102", area_m2=1, room="102"
        )
    assert find_unit(village, "1-1-102") == first


def test_a_code_that_no_bill_was_printed_with_is_free():
    village = create_village()
    renamed(village.units.get(code="1-1-102"), "1-1-102A")
    assert not FormerUnitCode.objects.exists()
    with pytest.raises(UnitNotFound):
        find_unit(village, "1-1-102")


def test_a_printed_bill_stands_in_for_the_second_factor_under_its_old_code(settings):
    village = create_village()
    issue(village)
    Community.objects.update(second_factor=True)
    village.refresh_from_db()
    kiosk = Kiosk.objects.create(community=village, code="K01")
    token = signing.bill_url(bill_of(village, "1-1-102"), TODAY).rpartition("/")[2]
    renamed(village.units.get(code="1-1-102"), "1-1-102A")
    account = look_up(kiosk, UnitLookup(unit="1-1-102", bill_token=token), TODAY, NOW)
    assert account.unit == "1-1-102A"


@pytest.mark.parametrize(
    ("field", "value"), [("code", "other"), ("currency", "EUR"), ("time_zone", "Europe/Berlin")]
)
def test_a_community_keeps_what_its_bills_and_books_are_in(field: str, value: str):
    village = create_village()
    setattr(village, field, value)
    village.full_clean()  # nothing has used it yet
    issue(village)
    with pytest.raises(ValidationError, match="不能再改"):
        village.full_clean()
    with pytest.raises(IntegrityError, match="are not changed"), transaction.atomic():
        village.save()
    with pytest.raises(IntegrityError, match="are not changed"), transaction.atomic():
        Community.objects.update(**{field: value})
    village.refresh_from_db()
    village.office_phone = "0571-5555-0101"
    village.full_clean()
    village.save()


def test_two_communities_of_one_code_are_told_as_such():
    create_village("here")
    there = create_village("there")
    issue(there)
    there.code = "here"
    with pytest.raises(ValidationError) as refused:
        there.full_clean()
    assert "code" in refused.value.error_dict


def test_a_fee_item_that_was_billed_keeps_its_code():
    village = create_village()
    issue(village)
    item = FeeItem.objects.get(community=village, code="property")
    item.code = "wuye"
    with pytest.raises(ValidationError, match="不能再改"):
        item.full_clean()
    with pytest.raises(IntegrityError, match="booked under it"), transaction.atomic():
        item.save()


@pytest.mark.parametrize(
    "change",
    [{"number": "1"}, {"amount_minor": 1}, {"currency": "EUR"}, {"due": date(2030, 1, 1)}],
)
def test_an_issued_bill_keeps_what_was_printed(change: dict):
    village = create_village()
    issue(village)
    with pytest.raises(IntegrityError, match="void it and issue it anew"), transaction.atomic():
        Bill.objects.filter(pk=bill_of(village).pk).update(**change)
