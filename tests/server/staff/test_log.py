"""What people do in the back office is in one log, which is searched, taken out, and never rewritten."""

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from server.estate.models import Building, Community
from server.fleet.models import Kiosk
from server.staff import audit, csv_export
from server.staff.models import Act
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.staff.walk import Form
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW

pytestmark = pytest.mark.django_db
LOG = "/staff/log/"


def sends(client: Client, page: str, **changed: str) -> None:
    form = Form()
    form.feed(client.get(page).content.decode())
    answer = client.post(page, form.values | changed | {"_save": "x"})
    assert answer.status_code == 302, answer.content.decode()


def test_a_change_in_the_back_office_is_kept_with_old_and_new_values(boss: Client, village):
    item = village.fee_items.get(code="parking")
    sends(boss, f"/admin/billing/feeitem/{item.pk}/change/", name_zh="停车费", act_reason="新名称")
    [act] = Act.objects.filter(act="changed")
    assert (act.person_name, act.community, act.subject_kind) == ("boss", village, "feeitem")
    assert (act.subject_id, act.before, act.after) == (
        str(item.pk),
        {"name_zh": "车位费"},
        {"name_zh": "停车费"},
    )


def test_what_decides_about_money_asks_why(boss: Client, village):
    tariff = village.tariffs.get(fee_item__code="parking")
    page = f"/admin/billing/tariff/{tariff.pk}/change/"
    form = Form()
    form.feed(boss.get(page).content.decode())
    for reason in ("", " \x00 "):
        changed = form.values | {"rate": "160", "act_reason": reason, "_save": "x"}
        assert boss.post(page, changed).status_code == 200
    tariff.refresh_from_db()
    assert tariff.rate == 150 and not Act.objects.filter(act="changed").exists()
    sends(boss, page, rate="160", act_reason="owners' meeting of May")
    [act] = Act.objects.filter(act="changed")
    assert (act.reason, act.before, act.after) == (
        "owners' meeting of May",
        {"rate": "150.0000"},
        {"rate": "160"},
    )


def test_a_row_that_is_added_and_one_that_is_deleted(boss: Client, village):
    named = {"code": "9", "name_zh": "9号楼", "name_en": "Building 9"}
    sends(boss, f"/admin/estate/building/add/?community={village.pk}", **named)
    [added] = Act.objects.filter(act="added")
    assert added.after["name_zh"] == "9号楼" and added.before == {}
    house = Building.objects.get(code="9")
    boss.post(f"/admin/estate/building/{house.pk}/delete/", {"post": "yes"})
    [deleted] = Act.objects.filter(act="deleted")
    assert (deleted.subject_id, deleted.before["name_en"]) == (str(house.pk), "Building 9")
    assert deleted.community == village and not Building.objects.filter(code="9").exists()


def test_an_action_on_many_rows_is_an_act_for_each(boss: Client, village):
    for code in ("8", "9"):
        Building.objects.create(community=village, code=code, name_zh="x", name_en="x")
    empty = Building.objects.filter(name_zh="x")
    chosen = [str(pk) for pk in empty.values_list("pk", flat=True)]
    form = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    boss.post("/admin/estate/building/", form)
    assert Act.objects.filter(act="deleted").count() == 2 and not empty.exists()


def test_what_is_not_saved_is_not_written_down(boss: Client, village):
    item = village.fee_items.get(code="parking")
    boss.post(f"/admin/billing/feeitem/{item.pk}/change/", {"name_zh": ""})
    assert not Act.objects.filter(act="changed").exists()


def test_a_password_is_never_in_the_log(village):
    company = signed_in(create_staff("company"))
    li = create_person("li", (village, Role.AUDITOR))
    new = {"password1": "quite-another-one", "password2": "quite-another-one"}
    company.post(f"/admin/auth/user/{li.pk}/password/", new)
    assert User.objects.get(pk=li.pk).check_password("quite-another-one")
    [act] = Act.objects.filter(subject_kind="user")
    assert "another" not in str(act.before) + str(act.after)


def test_looks_at_residents_are_kept(boss: Client, village):
    resident = village.residents.first()
    boss.get("/admin/estate/resident/?q=王小明")
    boss.get(f"/admin/estate/resident/{resident.pk}/change/")
    boss.get("/admin/billing/bill/")
    searched, looked = Act.objects.order_by("pk")
    assert (searched.act, searched.after, searched.community) == (
        "searched",
        {"q": "王小明"},
        village,
    )
    assert (looked.act, looked.subject_kind, looked.subject_id) == (
        "looked_at",
        "resident",
        str(resident.pk),
    )


def test_the_list_of_residents_masks_them(boss: Client, village):
    resident = village.residents.first()
    resident.name, resident.phone = "王小明", "13800001201"
    resident.save()
    page = boss.get("/admin/estate/resident/").content.decode()
    assert "王*明" in page and "…1201" in page
    assert "王小明" not in page and resident.phone not in page
    whole = boss.get(f"/admin/estate/resident/{resident.pk}/change/").content.decode()
    assert "王小明" in whole and resident.phone in whole


def test_a_pairing_code_is_an_act_without_the_code(boss: Client, village):
    kiosk = Kiosk.objects.create(community=village, code="K03", location_zh="x", location_en="x")
    chosen = {"action": "new_pairing_code", "_selected_action": [kiosk.pk]}
    boss.post("/admin/fleet/kiosk/", chosen)
    [act] = Act.objects.all()
    assert (act.act, act.subject_id, act.before, act.after) == ("pairing_code_made", "K03", {}, {})


def noted(village: Community | None, person: str, act: str, subject: str, **more: str) -> None:
    with transaction.atomic():
        key = village.pk if village else None
        audit.note(key, Person(person), act, ("bill", subject), NOW, **more)


def test_the_log_is_searched(boss: Client, village):
    noted(village, "李会计", "bill_voided", "2026-1", reason="typed wrong")
    noted(village, "王经理", "role_given", "2026-2")
    noted(None, "公司", "account_made", "2026-3")
    every = boss.get(LOG).content.decode()
    assert "李会计" in every and "王经理" in every and "公司" not in every and "账单已作废" in every
    for query, found in (
        ("person=李", ["李会计"]),
        ("act=role_given", ["王经理"]),
        ("subject=2026-1", ["李会计"]),
        ("subject=typed", ["李会计"]),
        ("since=2026-11-25", []),
        ("since=2026-11-24&until=2026-11-24", ["李会计", "王经理"]),
        ("until=2026-11-23", []),
        ("until=nonsense&page=99", ["李会计", "王经理"]),
    ):
        text = boss.get(f"{LOG}?{query}").content.decode()
        shown = [name for name in ("李会计", "王经理") if f"· {name}" in text]
        assert shown == found, query


def test_taken_out_it_is_text_that_no_spreadsheet_runs(boss: Client, village):
    noted(village, "=HYPERLINK(1)", "bill_voided", "+1", reason="@x")
    answer = boss.get(f"{LOG}?as=csv&act=bill_voided")
    table = answer.getvalue().decode("utf-8-sig")
    [_, row] = csv.reader(io.StringIO(table))
    assert row[2:3] + row[5:7] == ["'=HYPERLINK(1)", "'+1", "'@x"]
    assert Act.objects.filter(act="log_exported", community=village).count() == 1


def test_who_may_not_take_it_out_gets_an_empty_table(village):
    noted(village, "李会计", "bill_voided", "1")
    clerk = signed_in(create_person("clerk", (village, Role.BOOKKEEPER)))
    assert "李会计" in clerk.get(LOG).content.decode()
    assert (
        "as=" not in clerk.get(LOG).content.decode()
        and 'name="as"' not in clerk.get(LOG).content.decode()
    )
    assert "李会计" not in clerk.get(f"{LOG}?as=csv").getvalue().decode()


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "  =1"])
def test_cells_that_would_run_are_marked(text: str):
    assert csv_export.safe(text) == f"'{text}"


@pytest.mark.parametrize("value", ["1-1-101", "", None, -5, 3.2, "a=b"])
def test_other_cells_stay(value):
    assert csv_export.safe(value) == ("" if value is None else str(value))
