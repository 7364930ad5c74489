"""Months that are not billed yet are waived: within limits alone, above them by two people; the run takes
it off, and it is taken back only while no bill has it."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from server.billing import waiver_approval, waiving_ahead
from server.billing.adjustments import Waiver
from server.billing.models import Bill
from server.billing.verification import verify_ledger
from server.billing.waiving_ahead import Ahead, WaiverImpossible, take_back, waive_ahead
from server.estate.models import Community, Unit
from server.staff import approvals
from server.staff.models import Act, Limit, Request
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import BEFORE, NOW, PERIOD, create_hamlet, run_all
from tests.server.staff_accounts import create_person, create_staff, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def hamlet() -> Community:
    community = create_hamlet(buildings=1)
    run_all(community, BEFORE)
    return community


@pytest.fixture
def unit(hamlet: Community) -> Unit:
    return Unit.objects.get(code="1-1-101")


@pytest.fixture
def keeper(hamlet: Community):
    return create_person("keeper", (hamlet, Role.BOOKKEEPER))


@pytest.fixture
def boss(hamlet: Community):
    return create_person("boss", (hamlet, Role.APPROVER))


def limit(hamlet: Community, minor: int) -> None:
    Limit.objects.create(
        community=hamlet, role=Role.BOOKKEEPER, kind=waiver_approval.CODE, amount_minor=minor
    )


def amounts(unit: Unit, period: str = PERIOD) -> dict[str, int]:
    bill = Bill.objects.filter(unit=unit, period=period).first()
    found: dict[str, int] = {}
    for line in bill.lines.select_related("fee_item") if bill else ():
        found[line.fee_item.code] = found.get(line.fee_item.code, 0) + line.amount_minor
    return found


def test_within_the_limit_one_person_waives_and_the_run_takes_it_off(hamlet, unit, keeper):
    limit(hamlet, 10_000)
    wish = Ahead(PERIOD, 2, "property", 3_000)
    assert waive_ahead(keeper, unit, wish, "lift broken", NOW) is None
    assert [w.period for w in Waiver.objects.order_by("period")] == [PERIOD, "2027-01"]
    run_all(hamlet)
    assert amounts(unit)["property"] == amounts(unit, BEFORE)["property"] - 3_000
    assert Act.objects.get(act="waived_ahead").person_name == "keeper"
    assert verify_ledger() == []


def test_above_it_a_second_person_approves(hamlet, unit, keeper, boss):
    limit(hamlet, 5_999)
    asked = waive_ahead(keeper, unit, Ahead(PERIOD, 2, "property", 3_000), "lift broken", NOW)
    assert isinstance(asked, Request) and asked.amount_minor == 6_000
    assert not Waiver.objects.exists()
    again = waive_ahead(keeper, unit, Ahead(PERIOD, 2, "property", 3_000), "lift broken", NOW)
    assert again.pk == asked.pk
    with pytest.raises((approvals.NotApproved, PermissionDenied)):
        approvals.approve(asked.pk, keeper, "", NOW)
    approvals.approve(asked.pk, boss, "seen", NOW)
    assert Waiver.objects.filter(approved=True).count() == 2


def test_many_small_ones_are_one(hamlet, unit, keeper):
    limit(hamlet, 5_000)
    assert waive_ahead(keeper, unit, Ahead(PERIOD, 1, "property", 3_000), "a", NOW) is None
    assert waive_ahead(keeper, unit, Ahead(PERIOD, 1, "property", 2_001), "b", NOW) is not None


def test_the_whole_bill_weighs_what_it_would_come_to(hamlet, unit, keeper, boss):
    whole = sum(amounts(unit, BEFORE).values())
    limit(hamlet, 1)
    asked = waive_ahead(keeper, unit, Ahead(PERIOD), "hardship", NOW)
    assert asked.details["known"] and asked.amount_minor > whole // 2
    approvals.approve(asked.pk, boss, "", NOW)
    run_all(hamlet)
    assert amounts(unit) == {}
    with pytest.raises(WaiverImpossible):
        waive_ahead(keeper, unit, Ahead(PERIOD), "again", NOW)


def test_what_cannot_be_reckoned_waits_for_another_whatever_the_limit(hamlet, unit, keeper):
    limit(hamlet, 10**9)
    asked = waive_ahead(keeper, unit, Ahead("2027-03"), "hardship", NOW)  # no readings yet
    assert not asked.details["known"]


def test_taken_back_by_two_people_while_no_bill_has_it(hamlet, unit, keeper, boss):
    limit(hamlet, 10_000)
    waive_ahead(keeper, unit, Ahead(PERIOD, 2, "property", 100), "x", NOW)
    first, second = Waiver.objects.order_by("period")
    asked = take_back(keeper, second, "by mistake", NOW)
    second.refresh_from_db()
    assert second.approved
    approvals.approve(asked.pk, boss, "", NOW)
    second.refresh_from_db()
    assert not second.approved
    with pytest.raises(WaiverImpossible):
        take_back(keeper, second, "again", NOW)
    run_all(hamlet)
    assert amounts(unit)["property"] == amounts(unit, BEFORE)["property"] - 100
    with pytest.raises(WaiverImpossible):
        take_back(keeper, first, "late", NOW)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Ahead(BEFORE), "has its bill already"),
        (Ahead(PERIOD, 0), "months at a time"),
        (Ahead(PERIOD, 25), "months at a time"),
        (Ahead(PERIOD, 1, "", 100), "one fee item"),
        (Ahead(PERIOD, 1, "castle"), "no such fee item"),
        (Ahead("2029-01"), "two years ahead"),
    ],
)
def test_what_cannot_be_waived(unit, keeper, wish, said):
    with translation.override("en"), pytest.raises(WaiverImpossible) as refused:
        waive_ahead(keeper, unit, wish, "x", NOW)
    assert said in refused.value.text and not Waiver.objects.exists()


def test_its_page(hamlet, unit, keeper, boss):
    client: Client = signed_in(keeper)
    page = f"/staff/units/{unit.pk}/waivers/"
    assert page in client.get(f"/staff/units/{unit.pk}/").content.decode()
    form = {"do": "waive", "period": "2026-12", "months": "2", "item": "property"}
    for more, said in (
        ({"amount": "x", "reason": "y"}, "金额不正确"),
        ({"amount": "10", "reason": " "}, "请写明"),
        ({"amount": "10", "period": "x", "reason": "y"}, "年和月"),
        ({"amount": "10", "reason": "电梯停运"}, "另一人审批"),
    ):
        assert said in client.post(page, form | more, follow=True).content.decode(), said
    waits = client.get(page).content.decode()
    assert "电梯停运" in waits
    asked = Request.objects.get(kind=waiving_ahead.CODE)
    shown = signed_in(boss).get("/staff/requests/").content.decode()
    assert "2026-12 – 2027-01" in shown and "10.00" in shown
    approvals.approve(asked.pk, boss, "", datetime(2026, 11, 30, tzinfo=UTC))
    page_of_two = client.get(page).content.decode()
    assert "2027-01" in page_of_two and "撤销" in page_of_two
    key = Waiver.objects.first().pk
    client.post(page, {"do": "take_back", "waiver": key, "reason": "有误"})
    assert Request.objects.filter(kind=waiving_ahead.BACK_CODE).count() == 1
    company = signed_in(create_staff("company"))
    company.post(page, {"do": "take_back", "waiver": key, "reason": "有误"})
    assert "已撤销" in client.get(page).content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (Role.TECHNICIAN, 404)])
def test_who_may_look_and_not_act(hamlet, unit, role, status):
    client = signed_in(create_person("other", (hamlet, role)))
    page = f"/staff/units/{unit.pk}/waivers/"
    assert client.get(page).status_code == status
    form = {"do": "waive", "period": PERIOD, "months": "1", "item": "", "reason": "x"}
    assert client.post(page, form).status_code in (403, 404)
    assert not Waiver.objects.exists() and not Request.objects.exists()
