"""Every list of the back office is taken out as a table: what it shows, of one's own communities, and no
cell becomes a formula."""

import io

import openpyxl
import pytest
from django.contrib import admin

from server.estate.models import Building, Unit
from server.notices.models import Notice
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, create_village, issue

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def taken(client, app: str, model: str, rows, how: str = "as_csv"):
    chosen = {"action": how, "_selected_action": [row.pk for row in rows], "select_across": "1"}
    answer = client.post(f"/admin/{app}/{model}/", chosen)
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)


def sheet_of(content: bytes) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def test_a_list_is_taken_out_with_its_columns_and_that_is_noted():
    village = create_village()
    client = signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))
    heading, *rows = sheet_of(taken(client, "estate", "unit", Unit.objects.all(), "as_excel"))
    assert heading[0] == "房屋代码"
    assert [row[0] for row in rows] == ["1-1-101", "1-1-102", "1-2-101"]
    assert 118.6 in rows[0] and "住宅" in rows[0]
    act = Act.objects.get(act="list_exported")
    assert (act.subject_kind, act.after, act.community_id) == ("unit", {"rows": 3}, village.pk)


def test_residents_stay_masked():
    village = create_village()
    client = signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))
    text = taken(client, "estate", "resident", village.residents.all()).decode()
    assert "王*明" in text and "王小明" not in text and "10000001201" not in text


def test_rows_of_another_community_are_not_taken_out():
    village, other = create_village(), create_village("other")
    client = signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))
    text = taken(
        client, "estate", "unit", Unit.objects.filter(community=other) | village.units.all()
    )
    assert text.decode().count("1-1-101") == 1
    chosen = {"action": "as_csv", "_selected_action": [other.units.first().pk]}
    answer = client.post("/admin/estate/unit/", chosen)
    assert b"1-1-101" not in b"".join(answer.streaming_content)
    assert not Act.objects.filter(community=other).exists()


@pytest.mark.parametrize("begins", ["=1+1", "+1", "-1", "@x", "\t=1", " =1"])
def test_no_cell_becomes_a_formula(begins: str):
    village = create_village()
    Notice.objects.create(
        community=village,
        title_zh=f"{begins}危险",
        title_en=begins,
        body_zh="x",
        body_en="x",
        show_from=NOW.date(),
        show_until=NOW.date(),
    )
    client = signed_in(create_staff("company"))
    notices = Notice.objects.all()
    text = taken(client, "notices", "notice", notices).decode()
    assert f"'{begins.strip()}" in text.replace("'\t", "'").replace("' ", "'")
    book = openpyxl.load_workbook(
        io.BytesIO(taken(client, "notices", "notice", notices, "as_excel"))
    )
    kinds = {cell.data_type for row in book.active.iter_rows() for cell in row}
    assert "f" not in kinds


def test_every_list_can_be_taken_out():
    village = create_village()
    issue(village)
    client = signed_in(create_staff("company"))
    for model in admin.site._registry:
        rows = list(model._default_manager.all()[:5])
        meta = model._meta
        if rows:
            for how in ("as_csv", "as_excel"):
                assert taken(client, meta.app_label, meta.model_name, rows, how)


def test_units_and_buildings_stand_in_the_order_that_people_count_in():
    village = create_village()
    building = village.buildings.get()
    for room in ("1001", "99"):
        Unit.objects.create(
            community=village,
            building=building,
            entrance="1",
            room=room,
            code=f"1-1-{room}",
            label_zh=room,
            label_en=room,
            area_m2=50,
        )
    for code in ("10", "2"):
        Building.objects.create(community=village, code=code, name_zh=code, name_en=code)
    codes = list(Unit.objects.filter(community=village).values_list("code", flat=True))
    assert codes == ["1-1-99", "1-1-101", "1-1-102", "1-1-1001", "1-2-101"]
    assert [b.code for b in Building.objects.filter(community=village)] == ["1", "2", "10"]
