"""Every way round a limit that was thought of: each takes a second person, or is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from server.billing.models import Bill, Discount, FeeItem, OneOffCharge, SharedCost, UnitWeight
from server.billing.waiver_approval import waive
from server.billing.waiving import Wish
from server.billing_runs.models import BillingTerms
from server.estate.models import Unit
from server.staff import approvals
from server.staff.models import Act, Limit, LimitUse, Request, RoleAssignment
from server.staff.roles import Role
from tests.server.pages import words_of
from tests.server.staff.walk import Form
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
WAITS = "等待另一人审批"


@pytest.fixture
def village():
    made = create_village()
    issue(made)
    return made


@pytest.fixture
def boss(village):
    return create_person("boss", (village, Role.ADMINISTRATOR))


def limit(village, role: Role, kind: str, minor: int) -> Limit:
    return Limit.objects.create(community=village, role=role, kind=kind, amount_minor=minor)


def send(person, page: str, **more: object) -> str:
    """A form of the back office as it stands, with these values; what the page after it says."""
    client, form = signed_in(person), Form()
    form.feed(client.get(page).content.decode())
    values = form.values | {"act_reason": "as agreed", "_save": "x"} | more
    return words_of(client.post(page, values, follow=True).content.decode())


def changed(person, row, **more: object) -> str:
    meta = row._meta
    return send(person, f"/admin/{meta.app_label}/{meta.model_name}/{row.pk}/change/", **more)


def property_item(village) -> FeeItem:
    return FeeItem.objects.get(community=village, code="property")


def a_discount(village, **more: object) -> dict[str, object]:
    unit = bill_of(village).unit_id
    asked = {"unit": unit, "kind": "other", "percent": "100", "proof": "none"}
    return asked | {"fee_item": "", "begins": "2026-12-01", "ends": "2026-12-31"} | more


def discount_by(person, village, **more: object) -> str:
    return send(person, "/admin/billing/discount/add/", **a_discount(village, **more))


def test_a_discount_waits_for_another_person(village, clerk, approver):
    assert WAITS in discount_by(clerk, village)
    assert not Discount.objects.exists()
    [asked] = Request.objects.all()
    assert (asked.kind, asked.amount_minor) == ("discount", bill_of(village).amount_minor)
    page = words_of(signed_in(approver).get("/staff/requests/").content.decode())
    assert "优惠" in page and "100" in page
    approvals.approve(asked.pk, approver, "", NOW)
    assert Discount.objects.get().percent == 100


def test_a_discount_without_an_end_weighs_a_year_and_one_without_a_bill_cannot_be_weighed(
    village, clerk
):
    limit(village, Role.BOOKKEEPER, "discount", 10**9)
    discount_by(clerk, village, ends="", percent="10")
    assert LimitUse.objects.get().amount_minor == pytest.approx(
        bill_of(village).amount_minor * 12 / 10, abs=12
    )
    Bill.objects.update(state="void")
    assert WAITS in discount_by(clerk, village, percent="1")


def test_up_to_the_limit_a_discount_is_given_at_once_and_many_small_ones_are_one(village, clerk):
    tenth = -(-bill_of(village).amount_minor // 10)
    limit(village, Role.BOOKKEEPER, "discount", tenth)
    discount_by(clerk, village, percent="10")
    assert Discount.objects.count() == 1
    assert WAITS in discount_by(clerk, village, percent="10", begins="2026-12-02")
    assert Discount.objects.count() == 1


def test_a_discount_made_larger_or_deleted_waits_too(village, clerk):
    row = Discount.objects.create(
        community=village,
        unit=bill_of(village).unit,
        kind="other",
        percent=Decimal(5),
        begins=date(2026, 12, 1),
        proof="seen",
    )
    assert WAITS in changed(clerk, row, percent="90")
    signed_in(clerk).post(f"/admin/billing/discount/{row.pk}/delete/", {"post": "yes"})
    row.refresh_from_db()
    assert row.percent == 5 and Request.objects.count() == 1
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    signed_in(clerk).post("/admin/billing/discount/", chosen)
    assert Discount.objects.exists()


def test_a_charge_and_a_shared_cost_wait_above_the_limit(village, clerk, approver):
    item, unit = property_item(village).pk, bill_of(village).unit_id
    charge = {
        "unit": unit,
        "fee_item": item,
        "period": "2026-12",
        "note_zh": "锁",
        "note_en": "Lock",
    }
    add = "/admin/billing/oneoffcharge/add/"
    assert WAITS in send(clerk, add, **charge, amount_minor="5")
    cost = {"fee_item": item, "period": "2026-12", "amount_minor": "5.00"}
    assert WAITS in send(clerk, "/admin/billing/sharedcost/add/", **cost)
    for asked in Request.objects.all():
        assert approvals.approve(asked.pk, approver, "", NOW).state == "approved"
    assert (OneOffCharge.objects.count(), SharedCost.objects.count()) == (1, 1)
    limit(village, Role.BOOKKEEPER, "one_off", 500)
    send(clerk, add, **charge, amount_minor="4")
    assert OneOffCharge.objects.count() == 2
    assert WAITS in send(clerk, add, **charge, amount_minor="1.01")
    assert WAITS in changed(clerk, OneOffCharge.objects.last(), amount_minor="0.01")


def test_what_fees_are_made_by_waits_once_it_was_billed(village, clerk, boss):
    item, unit = property_item(village), bill_of(village).unit
    for row, value in (
        (item, {"ends_on": "2026-01-01"}),
        (item, {"unit_kinds": ["shop"]}),
        (BillingTerms.objects.get_or_create(community=village)[0], {"due_months": "12"}),
        (
            UnitWeight.objects.create(
                community=village,
                fee_item=item,
                unit=unit,
                weight=Decimal(1),
                valid_from=date(2030, 1, 1),
            ),
            {"weight": "0"},
        ),
    ):
        before = type(row).objects.filter(pk=row.pk).values().get()
        assert WAITS in changed(clerk, row, **value)
        assert type(row).objects.filter(pk=row.pk).values().get() == before
        approvals.refuse(Request.objects.get(state="open").pk, clerk, "no", NOW)
    assert WAITS not in changed(clerk, item, name_zh="物业费用")
    item.refresh_from_db()
    assert item.name_zh == "物业费用"


def test_the_area_of_a_billed_unit_waits_and_the_rest_is_saved(village, boss, approver):
    unit = bill_of(village).unit
    assert WAITS in changed(boss, unit, area_m2="0.01", state="vacant")
    stored = Unit.objects.get(pk=unit.pk)
    assert (stored.area_m2, stored.state) == (unit.area_m2, "vacant")
    act = Act.objects.get(act="changed")
    assert "area_m2" not in act.after and act.after["state"] == "vacant"
    approvals.approve(Request.objects.get().pk, approver, "", NOW)
    assert Unit.objects.get(pk=unit.pk).area_m2 == Decimal("0.01")


def test_many_small_waivers_of_many_bills_are_one_for_the_limit_of_a_day(village, clerk):
    limit(village, Role.BOOKKEEPER, "waive", 100)
    first, second = Bill.objects.filter(community=village)[:2]
    wish = Wish("bill", 60)
    assert waive(clerk, first, wish, "small", NOW) is None
    later = NOW + timedelta(hours=23)
    assert waive(clerk, second, wish, "small", later) is not None
    second.refresh_from_db()
    assert second.waived_minor == 0
    next_day = NOW + timedelta(hours=24, seconds=1)
    approvals.refuse(Request.objects.get().pk, clerk, "taken back", NOW)
    assert waive(clerk, second, wish, "small", next_day) is None


def test_what_was_refused_does_not_count_against_the_limit(village, clerk):
    limit(village, Role.BOOKKEEPER, "waive", 10**9)
    bill = bill_of(village)
    with pytest.raises(Exception, match="can be waived"):
        waive(clerk, bill, Wish("bill", bill.amount_minor + 1), "too much", NOW)
    assert not LimitUse.objects.exists()


def test_the_list_of_bills_voids_many_only_within_the_limit_of_a_day(village, clerk):
    first, second = Bill.objects.filter(community=village)[:2]
    limit(village, Role.BOOKKEEPER, "void_bill", max(first.amount_minor, second.amount_minor))
    chosen = {"action": "void_bills", "_selected_action": [first.pk, second.pk], "reason": "x"}
    signed_in(clerk).post("/admin/billing/bill/", chosen)
    states = set(Bill.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True))
    assert states == {"void", "open"} and Request.objects.count() == 1


def test_voiding_is_no_way_round_the_limit_of_waiving(village, clerk):
    assert approvals.alone_up_to(clerk, "void_bill", village.pk) == 0


def test_a_limit_is_changed_by_two_people(village, boss, approver):
    row = limit(village, Role.BOOKKEEPER, "waive", 100)
    assert WAITS in changed(boss, row, amount_minor="1000")
    new = {"community": village.pk, "role": "bookkeeper", "kind": "pay_out", "amount_minor": "0.09"}
    assert WAITS in send(boss, "/admin/staff/limit/add/", **new)
    row.refresh_from_db()
    assert row.amount_minor == 100 and Limit.objects.count() == 1
    for asked in Request.objects.all():
        approvals.approve(asked.pk, approver, "", NOW)
    row.refresh_from_db()
    assert row.amount_minor == 100000 and Limit.objects.count() == 2


def give(person, village, name: str, role: str) -> str:
    values = {"do": "new", "person": name, "role": role, "community": village.code, "reason": "x"}
    answer = signed_in(person).post("/staff/people/", values, follow=True)
    return words_of(answer.content.decode())


def test_nobody_makes_an_approver_alone(village, boss, approver, clerk):
    assert WAITS in give(boss, village, "puppet", "approver")
    assert WAITS in give(boss, village, "clerk", "approver")
    assert WAITS in give(boss, village, "boss", "approver")
    held = RoleAssignment.objects.filter(role=Role.APPROVER)
    assert list(held.values_list("person__username", flat=True)) == ["approver"]
    asked = Request.objects.get(details__person="puppet")
    with pytest.raises(approvals.NotApproved):
        approvals.approve(asked.pk, create_and_hold(village, boss), "", NOW)
    approvals.approve(asked.pk, approver, "", NOW)
    assert held.filter(person__username="puppet").exists()
    assert "等待" not in give(create_staff("company"), village, "second", "approver")
    assert "等待" not in give(boss, village, "teller", "collector")


def create_and_hold(village, boss):
    """The one who asked, meanwhile an approver too."""
    RoleAssignment.objects.create(person=boss, community=village, role=Role.APPROVER, given_at=NOW)
    return User.objects.get(pk=boss.pk)


def test_an_administrator_gets_into_no_approvers_account(village, boss, approver):
    for do in ("new_password", "forget_second_step"):
        values = {"do": do, "person": "approver", "reason": "lost"}
        assert signed_in(boss).post("/staff/people/", values).status_code == 403
    assert User.objects.get(username="approver").check_password("a-long-password")


def test_what_counted_against_a_limit_is_never_unsaid(village, clerk):
    limit(village, Role.BOOKKEEPER, "waive", 10**9)
    waive(clerk, bill_of(village), Wish("bill", 10), "small", NOW)
    for act in (
        lambda: LimitUse.objects.update(amount_minor=0),
        lambda: LimitUse.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
