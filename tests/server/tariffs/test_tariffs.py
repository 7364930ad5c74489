"""A new price: typed as rows, shown on real units before it is saved, and saved as it was shown."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from server.billing.issuing import issue_period
from server.billing.models import Bill, BillLine, FeeItem, Tariff
from server.billing.rules.item import Step, TariffFacts
from server.estate.models import Community
from server.staff import approvals
from server.staff.models import Act, Request
from server.staff.roles import Role
from server.tariffs.effect import effect_of
from tests.server.billing_runs.hamlet import NOW, TODAY, create_hamlet
from tests.server.staff_accounts import create_person, create_staff, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def hamlet() -> Community:
    """Six units; the bills of December are made."""
    made = create_hamlet()
    issue_period(made, "2026-12", issued_on=TODAY, due=date(2027, 1, 31), at=NOW)
    return made


@pytest.fixture
def clerk(hamlet: Community) -> Client:
    return signed_in(create_person("li", (hamlet, Role.BOOKKEEPER)))


def item_of(hamlet: Community, code: str) -> FeeItem:
    return FeeItem.objects.get(community=hamlet, code=code)


def typed(**more: str) -> dict[str, str]:
    return {"rule": "per_area", "rate": "3.10", "valid_from": "2027-02-01", "reason": "调价"} | more


def page(item: FeeItem) -> str:
    return f"/staff/prices/{item.pk}/"


def charged_now(hamlet: Community, code: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in BillLine.objects.filter(bill__community=hamlet, fee_item__code=code):
        found[line.bill.unit.code] = found.get(line.bill.unit.code, 0) + line.amount_minor
    return found


@pytest.mark.parametrize("code", ["property", "lift", "lights", "water"])
def test_the_old_amounts_are_those_of_the_bills(hamlet: Community, code: str):
    item = item_of(hamlet, code)
    last = item.tariffs.get()
    found = effect_of(item, TariffFacts(last.rule, date(2027, 2, 1), last.rate))
    bills = charged_now(hamlet, code)
    assert found.period == "2026-12" and found.blocked == 0
    assert found.old == found.new == sum(bills.values()) and found.changed == 0
    assert {row.unit: row.old for row in found.rows} == bills


def test_new_amounts_are_reckoned_by_the_rules(hamlet: Community):
    found = effect_of(
        item_of(hamlet, "property"), TariffFacts("per_area", date(2027, 2, 1), Decimal("3.10"))
    )
    for row in found.rows:
        area = hamlet.units.get(code=row.unit).area_m2
        assert row.new == round(area * Decimal("3.10") * 100)
    assert found.new == sum(row.new for row in found.rows) and found.changed == 6


@pytest.mark.parametrize("code", ["lights", "lift"])
def test_of_what_all_share_too(hamlet: Community, code: str):
    new = TariffFacts("shared", date(2027, 2, 1), Decimal(10))
    found = effect_of(item_of(hamlet, code), new)
    assert found.changed == found.units == 6 and found.new > 10 * found.old


def test_steps_and_a_list_that_is_capped(hamlet: Community):
    item = item_of(hamlet, "water")
    steps = (Step(Decimal(1), Decimal(1)), Step(None, Decimal(100)))
    found = effect_of(item, TariffFacts("per_meter", date(2027, 2, 1), Decimal(0), steps), shown=2)
    everything = effect_of(item, TariffFacts("per_meter", date(2027, 2, 1), Decimal(0), steps))
    assert len(found.rows) == 2 and found.units == everything.units == 6
    assert found.new == sum(row.new for row in everything.rows)
    changes = [abs(row.change) for row in everything.rows]
    assert changes == sorted(changes, reverse=True)
    assert [abs(row.change) for row in found.rows] == changes[:2]


def test_a_percentage_of_the_item_is_reckoned_with_it(hamlet: Community):
    item = item_of(hamlet, "property")
    tax = FeeItem.objects.create(
        community=hamlet, code="tax", name_zh="税", name_en="Tax", base=item
    )
    Tariff.objects.create(
        community=hamlet, fee_item=tax, rule="percentage", rate=10, valid_from=date(2026, 1, 1)
    )
    found = effect_of(item, TariffFacts("per_area", date(2027, 2, 1), Decimal("3.00")))
    row = found.rows[0]
    area = hamlet.units.get(code=row.unit).area_m2
    bare = round(area * 300)
    assert row.new == bare + round(Decimal(bare) / 10)


def test_what_cannot_be_reckoned_is_counted(hamlet: Community):
    hamlet.units.filter(code="1-1-101").update(area_m2=0)
    found = effect_of(
        item_of(hamlet, "property"), TariffFacts("per_area", date(2027, 2, 1), Decimal(3))
    )
    assert (found.blocked, found.units) == (1, 5) and found.reasons[0][1].code == "area_missing"


def test_an_item_that_had_no_price(hamlet: Community):
    item = FeeItem.objects.create(community=hamlet, code="waste", name_zh="垃圾", name_en="Waste")
    found = effect_of(item, TariffFacts("fixed", date(2027, 2, 1), Decimal(6)))
    assert (found.old, found.new, found.units) == (0, 3600, 6)


def test_what_was_billed_before_waits_for_another_person(clerk: Client, hamlet: Community):
    item = item_of(hamlet, "property")
    seen = clerk.post(page(item), typed(do="preview")).context["seen"]
    assert clerk.post(page(item), typed(do="save", seen=seen)).status_code == 302
    assert not Tariff.objects.filter(valid_from=date(2027, 2, 1)).exists()
    asked = Request.objects.get()
    boss = create_person("boss", (hamlet, Role.APPROVER))
    approvals.approve(asked.pk, boss, "", asked.asked_at)
    made = Tariff.objects.get(valid_from=date(2027, 2, 1))
    assert (made.rate, made.rule) == (Decimal("3.10"), "per_area")
    assert Act.objects.get(act="added").person_name == "li"


def test_it_is_previewed_and_then_saved_as_it_was_shown(hamlet: Community):
    clerk = signed_in(create_staff("boss"))
    item = item_of(hamlet, "property")
    shown = clerk.post(page(item), typed(do="preview"))
    assert not Tariff.objects.filter(valid_from=date(2027, 2, 1)).exists()
    assert "会有什么变化" in shown.content.decode()
    seen = shown.context["seen"]
    other = clerk.post(page(item), typed(do="save", seen=seen, rate="9.90"))
    assert other.status_code == 200 and other.context["effect"] is not None
    assert not Tariff.objects.filter(valid_from=date(2027, 2, 1)).exists()
    assert clerk.post(page(item), typed(do="save", seen=seen)).status_code == 302
    made = Tariff.objects.get(valid_from=date(2027, 2, 1))
    assert (made.rule, made.rate, made.steps) == ("per_area", Decimal("3.10"), [])
    act = Act.objects.get(act="tariff_made")
    assert (act.reason, act.before["rate"], act.after["rate"]) == ("调价", "2.8000", "3.10")
    Tariff.objects.create(
        community=hamlet,
        fee_item=item,
        rule="per_area",
        rate=Decimal("150.0000"),
        valid_from=date(2028, 1, 1),
    )
    listed = clerk.get("/staff/prices/").content.decode()
    assert ">150<" in listed
    assert "2027-02-01" in listed and "3.1" in listed
    again = clerk.post(page(item), typed(do="save", seen=seen))
    assert again.status_code == 200 and "同一天" in again.content.decode()


def test_steps_are_rows(hamlet: Community):
    clerk = signed_in(create_staff("boss"))
    item = item_of(hamlet, "water")
    steps = {
        "rate": "",
        "steps-0-up_to": "12",
        "steps-0-rate": "3.5",
        "steps-1-up_to": "",
        "steps-1-rate": "7",
    }
    form = typed(rule="per_meter", over_year="on", **steps)
    seen = clerk.post(page(item), form | {"do": "preview"}).context["seen"]
    clerk.post(page(item), form | {"do": "save", "seen": seen})
    made = Tariff.objects.get(fee_item=item, valid_from=date(2027, 2, 1))
    assert made.steps == [["12", "3.5"], [None, "7"]] and made.steps_over_year
    again = clerk.get(page(item)).content.decode()
    assert 'id="id_steps-0-up_to" value="12"' in again and 'id="id_steps-1-rate" value="7"' in again


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"rate": ""}, "请填单价"),
        ({"rate": "-1"}, "0"),
        ({"rate": "1.23456"}, "4"),
        ({"steps-0-up_to": "5", "steps-0-rate": "1"}, "只能填一种"),
        (
            {
                "rate": "",
                "steps-0-up_to": "5",
                "steps-0-rate": "1",
                "steps-1-up_to": "4",
                "steps-1-rate": "2",
            },
            "递增",
        ),
        ({"rate": "", "steps-0-up_to": "5"}, "这一档"),
        ({"rate": "", "steps-0-rate": "1"}, "户表"),
        ({"rule": "percentage"}, "百分"),
        ({"valid_from": "2026-01-01"}, ""),
        ({"reason": ""}, ""),
    ],
)
def test_what_cannot_be_is_marked(clerk: Client, hamlet: Community, more, said):
    answer = clerk.post(page(item_of(hamlet, "property")), typed(do="save", **more))
    assert answer.context["form"].errors or answer.context["effect"] is not None
    assert said in answer.content.decode()
    assert not Tariff.objects.filter(valid_from=date(2027, 2, 1)).exists()


def test_bills_that_were_made_stay_and_are_named(clerk: Client, hamlet: Community):
    before = Bill.objects.order_by("pk").values_list("amount_minor", flat=True)
    shown = clerk.post(
        page(item_of(hamlet, "property")), typed(do="preview", valid_from="2026-12-15")
    )
    assert shown.context["billed"] == ["2026-12"]
    assert list(before) == list(Bill.objects.order_by("pk").values_list("amount_minor", flat=True))


def test_who_may_not_change_fees_looks_only(hamlet: Community):
    auditor = signed_in(create_person("a", (hamlet, Role.AUDITOR)))
    assert auditor.get("/staff/prices/").status_code == 200
    assert auditor.get(page(item_of(hamlet, "water"))).status_code == 403
    stranger = signed_in(create_person("s", (create_hamlet("far", 1, 1), Role.BOOKKEEPER)))
    assert stranger.get(page(item_of(hamlet, "water"))).status_code == 404
