"""Weights of shared costs have a history: what was reckoned by one stays as it was."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from server.billing.adjustments import UnitWeight
from server.billing.issuing import issue_period
from server.billing.models import Bill, FeeItem
from server.billing.reissue import reissue_by
from server.billing.voiding import void
from server.estate.models import Community, Unit
from server.staff import approvals
from server.staff.models import Request
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import BEFORE, CLERK, NOW, PERIOD, TODAY, create_hamlet
from tests.server.staff_accounts import create_person, create_staff, signed_in

pytestmark = pytest.mark.django_db
FIRST, OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 1) for month in (1, 10, 11, 12))
PAGE = "/admin/billing/unitweight/"


@pytest.fixture
def lift() -> FeeItem:
    """Of a house of two homes, split 1 to 3; November is billed."""
    community = create_hamlet(buildings=1)
    item = FeeItem.objects.get(community=community, code="lift")
    item.split_by = "weight"
    item.save()
    for code, weight in (("1-1-101", 1), ("1-1-102", 3)):
        give(item, code, weight, FIRST).save()
    issue(community, BEFORE)
    return item


def give(item: FeeItem, code: str, weight: int, since: date) -> UnitWeight:
    unit = Unit.objects.get(community=item.community, code=code)
    row = {"community": item.community, "fee_item": item, "unit": unit}
    return UnitWeight(weight=Decimal(weight), valid_from=since, **row)


def issue(community: Community, period: str) -> None:
    issue_period(community, period, issued_on=TODAY, due=date(2027, 1, 31), at=NOW)


def shares(item: FeeItem, period: str) -> list[int]:
    bills = Bill.objects.filter(community=item.community, period=period).exclude(state="void")
    return [
        sum(line.amount_minor for line in bill.lines.filter(fee_item=item))
        for bill in bills.order_by("unit__code")
    ]


def test_a_new_weight_counts_from_its_month_and_a_bill_made_anew_is_as_it_was(lift: FeeItem):
    before = shares(lift, BEFORE)
    assert abs(before[1] - 3 * before[0]) <= 3
    row = give(lift, "1-1-101", 3, DECEMBER)
    row.full_clean()
    row.save()
    issue(lift.community, PERIOD)
    now = shares(lift, PERIOD)
    assert abs(now[0] - now[1]) <= 1
    bill = Bill.objects.get(period=BEFORE, unit__code="1-1-101")
    reissue_by(CLERK, bill, "to see", today=TODAY, at=NOW)
    assert shares(lift, BEFORE) == before


@pytest.mark.parametrize("since", [FIRST, date(2026, 11, 1)])
def test_what_bills_were_made_by_is_not_changed(lift: FeeItem, since: date):
    row = UnitWeight.objects.get(unit__code="1-1-101")
    if since == FIRST:
        row.weight = Decimal(2)
    else:
        row = give(lift, "1-1-101", 2, since)
    with pytest.raises(ValidationError, match=BEFORE):
        row.full_clean()
    for bill in Bill.objects.filter(period=BEFORE):
        void(bill, at=NOW)
    row.full_clean()


def test_it_begins_with_a_month_and_once(lift: FeeItem):
    with pytest.raises(ValidationError):
        give(lift, "1-1-101", 2, date(2026, 12, 2)).full_clean()
    give(lift, "1-1-101", 2, DECEMBER).save()
    with pytest.raises(ValidationError):
        give(lift, "1-1-101", 2, DECEMBER).full_clean()
    issue(lift.community, PERIOD)
    later = give(lift, "1-1-101", 2, date(2027, 1, 1))
    later.full_clean()


def test_a_units_first_weight_may_be_of_any_month(lift: FeeItem):
    UnitWeight.objects.filter(unit__code="1-1-102").delete()
    give(lift, "1-1-102", 2, date(2026, 11, 1)).full_clean()


def test_without_one_on_that_day_the_bill_is_blocked(lift: FeeItem):
    UnitWeight.objects.filter(unit__code="1-1-102").update(valid_from=date(2027, 1, 1))
    issue(lift.community, PERIOD)
    assert not Bill.objects.filter(period=PERIOD).exists()


def test_in_the_back_office_it_is_read_and_another_waits_for_a_second_person(lift: FeeItem):
    row = UnitWeight.objects.get(unit__code="1-1-101")
    boss = signed_in(create_staff("boss"))
    assert 'name="weight"' not in boss.get(f"{PAGE}{row.pk}/change/").content.decode()
    assert boss.post(f"{PAGE}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    clerk = signed_in(create_person("li", (lift.community, Role.BOOKKEEPER)))
    typed = {"community": lift.community_id, "fee_item": lift.pk, "unit": row.unit_id}
    typed |= {"weight": "2", "act_reason": "new flat", "_save": "1"}
    add = f"{PAGE}add/?community={lift.community_id}"
    refused = clerk.post(add, typed | {"valid_from": "2026-11-01"})
    assert refused.status_code == 200 and "2026-11 的账单" in refused.content.decode()
    assert clerk.post(add, typed | {"valid_from": "2026-12-01"}).status_code == 302
    assert Request.objects.get().details["new"]["valid_from"] == "2026-12-01"


def test_a_weight_does_not_pass_to_an_item_that_was_billed(lift: FeeItem):
    gate = FeeItem.objects.create(
        community=lift.community,
        code="gate",
        name_zh="门禁",
        name_en="gate",
        split_by="weight",
        position=9,
        ends_on=date(2000, 1, 1),
    )
    UnitWeight.objects.filter(fee_item=lift, unit__code="1-1-101").update(valid_from=OCTOBER)
    row = give(gate, "1-1-101", 9, NOVEMBER)
    row.full_clean()
    row.save()
    row.fee_item = lift
    with pytest.raises(ValidationError):
        row.full_clean()


def test_what_was_billed_meanwhile_is_not_deleted_though_it_was_asked_for(lift: FeeItem):
    row = give(lift, "1-1-101", 3, DECEMBER)
    row.full_clean()
    row.save()
    clerk = signed_in(create_person("li", (lift.community, Role.BOOKKEEPER)))
    clerk.post(f"{PAGE}{row.pk}/delete/", {"post": "yes"})
    issue(lift.community, PERIOD)
    was = shares(lift, PERIOD)
    boss = create_person("boss", (lift.community, Role.APPROVER))
    assert approvals.approve(Request.objects.get().pk, boss, "", NOW).state == "failed"
    assert UnitWeight.objects.filter(pk=row.pk).exists()
    bill = Bill.objects.get(period=PERIOD, unit__code="1-1-101")
    reissue_by(CLERK, bill, "to see", today=TODAY, at=NOW)
    assert shares(lift, PERIOD) == was
