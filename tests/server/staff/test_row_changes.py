"""A tariff that bills were made by is changed by two people; before that by whoever may."""

from decimal import Decimal

import pytest

from server.billing.models import LateFeePolicy, Tariff
from server.staff import approvals
from server.staff.models import Act, Request
from server.staff.roles import Role
from tests.server.pages import words_of
from tests.server.staff.walk import Form
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, create_village, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    made = create_village()
    issue(made)
    return made


def property_tariff(village) -> Tariff:
    return Tariff.objects.get(community=village, fee_item__code="property")


def change(person, row, **more: str) -> str:
    kind = row._meta.model_name
    page, client = f"/admin/billing/{kind}/{row.pk}/change/", signed_in(person)
    form = Form()
    form.feed(client.get(page).content.decode())
    values = form.values | {"act_reason": "costs more", "_save": "x", **more}
    return words_of(client.post(page, values, follow=True).content.decode())


def test_a_price_that_was_billed_waits_for_another_person(village, clerk, approver):
    tariff = property_tariff(village)
    assert "等待另一人审批" in change(clerk, tariff, rate="3.10")
    tariff.refresh_from_db()
    assert tariff.rate == Decimal("2.80") and not Act.objects.filter(act="changed").exists()
    page = words_of(signed_in(approver).get("/staff/requests/").content.decode())
    assert "2.80" in page and "3.10" in page and "costs more" in page
    [request] = Request.objects.all()
    signed_in(approver).post("/staff/requests/", {"request": request.pk, "decision": "approve"})
    tariff.refresh_from_db()
    assert tariff.rate == Decimal("3.10")
    act = Act.objects.get(act="changed")
    said = (act.person_name, Decimal(act.before["rate"]), Decimal(act.after["rate"]))
    assert said == ("clerk", Decimal("2.80"), Decimal("3.10"))


def test_a_new_price_of_a_billed_item_waits_too(village, clerk, approver):
    client, page = signed_in(clerk), "/admin/billing/tariff/add/"
    form = Form()
    form.feed(client.get(page).content.decode())
    item = property_tariff(village).fee_item_id
    values = form.values | {"fee_item": item, "rule": "per_area", "rate": "9", "act_reason": "x"}
    client.post(page, values | {"valid_from": "2027-01-01", "_save": "x"})
    assert Tariff.objects.filter(fee_item=item).count() == 1
    approvals.approve(Request.objects.get().pk, approver, "", NOW)
    assert Tariff.objects.get(fee_item=item, valid_from="2027-01-01").rate == 9


def test_deleting_one_waits_as_well(village, clerk, approver):
    tariff = property_tariff(village)
    signed_in(clerk).post(f"/admin/billing/tariff/{tariff.pk}/delete/", {"post": "yes"})
    assert Tariff.objects.filter(pk=tariff.pk).exists()
    assert not Act.objects.filter(act="deleted").exists()
    approvals.approve(Request.objects.get().pk, approver, "", NOW)
    assert not Tariff.objects.filter(pk=tariff.pk).exists()


def test_many_at_once_are_not_deleted_by_the_list(village, clerk):
    rows = [str(pk) for pk in Tariff.objects.values_list("pk", flat=True)]
    chosen = {"action": "delete_selected", "_selected_action": rows, "post": "yes"}
    signed_in(clerk).post("/admin/billing/tariff/", chosen)
    assert Tariff.objects.count() == len(rows)


def test_what_somebody_changed_meanwhile_is_not_overwritten(village, clerk, approver):
    change(clerk, property_tariff(village), rate="3.10")
    Tariff.objects.filter(pk=property_tariff(village).pk).update(rate="2.90")
    assert approvals.approve(Request.objects.get().pk, approver, "", NOW).state == "failed"
    assert property_tariff(village).rate == Decimal("2.90")


def test_late_fees_of_a_community_that_bills_take_two_as_well(village, clerk, approver):
    policy = LateFeePolicy.objects.get(community=village)
    change(clerk, policy, grace_days="9")
    policy.refresh_from_db()
    assert policy.grace_days == 0
    approvals.approve(Request.objects.get().pk, approver, "", NOW)
    policy.refresh_from_db()
    assert policy.grace_days == 9


def test_before_the_first_bill_and_for_the_company_it_is_done_at_once(clerk, village):
    other = create_village("other")
    change(create_person("second", (other, Role.BOOKKEEPER)), property_tariff(other), rate="3.10")
    assert property_tariff(other).rate == Decimal("3.10")
    change(create_staff("company"), property_tariff(village), rate="3.10")
    assert property_tariff(village).rate == Decimal("3.10")
    assert not Request.objects.exists()


def test_nobody_approves_his_own(village, clerk):
    person = create_person("both", (village, Role.BOOKKEEPER), (village, Role.APPROVER))
    change(person, property_tariff(village), rate="3.10")
    with pytest.raises(approvals.NotApproved):
        approvals.approve(Request.objects.get().pk, person, "", NOW)
    assert property_tariff(village).rate == Decimal("2.80")
