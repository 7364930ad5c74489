"""What is kept as JSON is typed as rows or ticked in the back office; nobody types JSON."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client, RequestFactory

from server.billing.issuing import issue_period
from server.billing.models import FeeItem, Tariff
from server.billing.steps_field import STEPS_MAX, StepsFormField, StepsWidget
from server.estate.models import Community
from server.staff import approvals
from server.staff.models import Act, Request
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import NOW, TODAY, create_hamlet
from tests.server.staff_accounts import create_person, create_staff, signed_in

TARIFF = "/admin/billing/tariff/"
ITEM = "/admin/billing/feeitem/"


def rows(*steps: tuple[str, str]) -> dict[str, str]:
    sent = {}
    for at, (up_to, rate) in enumerate(steps):
        sent |= {f"steps-{at}-up_to": up_to, f"steps-{at}-rate": rate}
    return sent


def read(*steps: tuple[str, str]) -> list:
    return StepsFormField(required=False).clean(
        StepsWidget().value_from_datadict(rows(*steps), {}, "steps")
    )


def test_rows_become_steps_and_blank_ones_are_not_there():
    assert read() == []
    assert read(("180", "0.538"), ("", ""), ("400.50", "0.588"), ("", "0.888")) == [
        ["180", "0.538"],
        ["400.5", "0.588"],
        [None, "0.888"],
    ]


@pytest.mark.parametrize("bad", [("5", ""), ("0", "1"), ("x", "1"), ("5", "-1"), ("1", "1.00001")])
def test_what_is_wrong_names_its_step(bad):
    with pytest.raises(ValidationError) as said:
        read(("1", "1"), bad)
    assert all("2" in message for message in said.value.messages)


@pytest.mark.parametrize(("filled", "shown"), [(0, 3), (2, 5), (STEPS_MAX - 1, STEPS_MAX)])
def test_without_a_script_there_are_blank_rows(filled, shown):
    page = StepsWidget().render("steps", [[str(at + 1), "1"] for at in range(filled)])
    assert page.count('-up_to" id=') == shown and "<script" not in page
    assert 'name="steps-0-rate"' in page and page.count("hidden") == shown + 1


def test_what_was_typed_wrong_stands_there_again():
    typed = StepsWidget().value_from_datadict(rows(("1", "1"), ("", ""), ("x", "y")), {}, "steps")
    page = StepsWidget().render("steps", typed)
    assert 'value="x"' in page and 'name="steps-2-up_to"' in page


@pytest.mark.django_db
def test_nobody_types_json_in_the_back_office():
    request = RequestFactory().get("/admin/")
    request.user = create_staff("boss")
    looked_at = set()
    for model, shown in admin.site._registry.items():
        if not model.__module__.startswith("server.") or not shown.has_change_permission(request):
            continue
        inlines = [inline(model, admin.site) for inline in shown.inlines]
        pages = [shown.get_form(request), *(one.get_formset(request).form for one in inlines)]
        for form in pages:
            looked_at.add(form._meta.model)
            typed = [n for n, f in form.base_fields.items() if isinstance(f, forms.JSONField)]
            assert not typed, (form._meta.model, typed)
    with_json = {
        m for m in looked_at if any(isinstance(f, models.JSONField) for f in m._meta.fields)
    }
    assert {Community, FeeItem, Tariff} <= with_json


@pytest.fixture
def hamlet(db) -> Community:
    return create_hamlet()


def test_a_price_by_steps_in_the_back_office(hamlet: Community):
    boss: Client = signed_in(create_staff("boss"))
    water = FeeItem.objects.get(community=hamlet, code="water")
    add = boss.get(f"{TARIFF}add/?community={hamlet.pk}").content.decode()
    assert 'name="steps-2-rate"' in add and "/staff/steps.js" in add and "<textarea" not in add
    typed = {"community": hamlet.pk, "fee_item": water.pk, "rule": "per_meter", "rate": "0"}
    typed |= {"valid_from": "2027-02-01", "_save": "1", "act_reason": "阶梯水价"}
    wrong = boss.post(f"{TARIFF}add/?community={hamlet.pk}", typed | rows(("12", "")))
    assert wrong.status_code == 200 and "第1档" in wrong.content.decode()
    sent = boss.post(
        f"{TARIFF}add/?community={hamlet.pk}", typed | rows(("12", "3.5"), ("", ""), ("", "7"))
    )
    assert sent.status_code == 302
    made = Tariff.objects.get(fee_item=water, valid_from=date(2027, 2, 1))
    assert made.steps == [["12", "3.5"], [None, "7"]]
    again = boss.get(f"{TARIFF}{made.pk}/change/").content.decode()
    assert 'value="12"' in again and 'value="3.5"' in again
    boss.post(f"{TARIFF}{made.pk}/change/", typed | rows(("", "")) | {"rate": "4"})
    made.refresh_from_db()
    assert (made.steps, made.rate) == ([], Decimal(4))


def test_an_item_for_some_kinds_of_units(hamlet: Community):
    boss: Client = signed_in(create_staff("boss"))
    item = FeeItem.objects.get(community=hamlet, code="property")
    page = boss.get(f"{ITEM}{item.pk}/change/").content.decode()
    assert 'type="checkbox" name="unit_kinds" value="shop"' in page and "<textarea" not in page
    typed = {
        "community": hamlet.pk,
        "code": "property",
        "name_zh": "物业费",
        "name_en": "Property",
        "position": 0,
        "proration": "days",
        "rounding": "cent",
        "minimum": "0",
        "split_by": "area",
        "_save": "1",
        "act_reason": "只收商铺",
    }
    sent = boss.post(f"{ITEM}{item.pk}/change/", typed | {"unit_kinds": ["shop", "office"]})
    assert sent.status_code == 302, sent.context["adminform"].form.errors
    item.refresh_from_db()
    assert (item.unit_kinds, item.vehicle_kinds) == (["shop", "office"], [])
    act = Act.objects.filter(act="changed", subject_kind="feeitem").latest("pk")
    assert act.after["unit_kinds"] == ["shop", "office"]
    assert boss.post(f"{ITEM}{item.pk}/change/", typed | {"unit_kinds": "x"}).status_code == 200
    boss.post(f"{ITEM}{item.pk}/change/", typed)
    item.refresh_from_db()
    assert item.unit_kinds == []


def test_who_approves_reads_steps_and_kinds_in_words(hamlet: Community):
    issue_period(hamlet, "2026-12", issued_on=TODAY, due=date(2027, 1, 31), at=NOW)
    clerk: User = create_person("li", (hamlet, Role.BOOKKEEPER))
    water = FeeItem.objects.get(community=hamlet, code="water")
    typed = {"community": hamlet.pk, "fee_item": water.pk, "rule": "per_meter", "rate": "0"}
    typed |= {"valid_from": "2027-02-01", "_save": "1", "act_reason": "阶梯水价"}
    signed_in(clerk).post(
        f"{TARIFF}add/?community={hamlet.pk}", typed | rows(("12", "3.5"), ("", "7"))
    )
    asked = Request.objects.get()
    assert "12: 3.5; …: 7" in [one.new for one in approvals.KINDS[asked.kind].changes(asked)]
    item = FeeItem.objects.get(community=hamlet, code="property")
    item.unit_kinds, item.vehicle_kinds = ["shop", "parking"], ["car"]
    assert (item.unit_kinds_told(), item.vehicle_kinds_told()) == ("商铺, 车位", "汽车")
