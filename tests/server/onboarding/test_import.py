"""An Excel file becomes units and their people: all of it, or nothing."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from server.billing.unit_accounts import account_of, find_unit
from server.estate.models import Building, Community, Occupancy, Resident, Unit
from server.estate.occupancy import payer
from server.payments.verification import verify_books
from server.staff.models import Act
from tests.server.onboarding.conftest import Take
from tests.server.onboarding.files import PLACE, TODAY, UNITS, said, state, unit, units

pytestmark = pytest.mark.django_db


def test_units_with_their_owners_and_balances(take: Take, acacia: Community):
    report = take(
        units(
            unit("101", "王小明", owner_phone="13800001201", pays_from=date(2026, 3, 1)),
            unit(102, "Anna Schmidt", owed_yuan=332.08, credit_yuan=56),
            unit("B1", "孙悟空", kind="parking", area_m2=None, entrance="2"),
        )
    )
    assert not said(report)[1:] and report.problem_count == 1  # B1 is no room of this numbering
    assert "Units here are named by" in said(report)[0]
    assert not Unit.objects.exists()
    report = take(
        units(
            unit("101", "王小明", owner_phone="13800001201", pays_from=date(2026, 3, 1)),
            unit(102, "Anna Schmidt", owed_yuan=332.08, credit_yuan=56),
            unit("1", "孙悟空", kind="车位", area_m2=None, entrance="2"),
        )
    )
    assert said(report) == []
    assert report.created == {"buildings": 1, "units": 3, "residents": 3, "opening_balances": 2}
    first = find_unit(acacia, "1-1-101")
    assert first.label.zh == "1栋1单元101" and first.label.en == "Building 1, Entrance 1, Room 101"
    assert (first.area_m2, first.kind, first.state) == (Decimal("88.50"), "home", "occupied")
    assert Building.objects.get().name_zh == "1栋"
    assert payer(first, date(2026, 2, 28)) is None
    paying = payer(first, TODAY)
    assert paying and (paying.name, paying.phone) == ("王小明", "13800001201")
    account = account_of(find_unit(acacia, "1-1-102"), TODAY)
    assert account.payer == "A*** S***" and account.credit_minor == 5_600
    [bill] = account.bills
    assert (bill.amount_minor, bill.period) == (33_208, "2026-10")
    assert bill.lines[0].name.zh == "上期结转" and bill.due == date(2026, 12, 28)
    assert find_unit(acacia, "1-2-1").kind == "parking"
    assert verify_books() == []


def test_the_same_again_changes_nothing_and_a_longer_one_adds(take: Take):
    rows = [
        unit("101", "王小明", owner_phone="13800001201", credit_yuan=5, owed_yuan=7),
        unit("102", "李雷"),
    ]
    take(units(*rows))
    before = state()
    again = take(units(*rows))
    assert state() == before and said(again) == []
    assert not any(again.created.values()) and not any(again.changed.values())
    assert again.unchanged["units"] == 2 and again.unchanged["opening_balances"] == 2
    longer = take(units(*rows, unit("201", "韩梅梅")))
    assert longer.created["units"] == longer.created["residents"] == 1
    assert Unit.objects.count() == 3


def test_a_check_says_the_same_and_writes_nothing(take: Take):
    take(units(unit("101", "王小明")))
    before, acts = state(), Act.objects.count()
    rows = units(unit("101", "王小明", area_m2=90), unit("102", "李雷", owed_yuan=9))
    checked = take(rows, check=True)
    assert state() == before and Act.objects.count() == acts
    done = take(rows)
    assert checked.counts == done.counts and done.changed["units"] == 1
    assert Act.objects.count() == acts + 1


def test_one_mistake_and_nothing_is_imported(take: Take):
    report = take(
        {
            "tariffs": [
                ("item", "item_en", "rule", "rate_yuan", "valid_from"),
                ("物业费", "Property fee", "per_area", 2.8, "2026-01-01"),
            ],
            **units(
                unit("101", "王小明"),
                unit(datetime(2026, 1, 2), "李雷"),  # noqa: DTZ001
                unit("103", "李雷", area_m2="abc", owed_yuan=-5),
                unit("104", None, kind="castle"),
            ),
        }
    )
    assert [line.split(": ")[0] for line in said(report)] == [
        "units 3 room '2026-01-02'",
        "units 4 area_m2 'abc'",
        "units 4 owed_yuan '-5'",
        "units 5 kind 'castle'",
    ]
    assert not any(report.created.values())
    assert not any(rows for rows in state())
    assert not Act.objects.exists()


def test_headings_in_chinese_in_any_order_with_blank_rows(take: Take, acacia: Community):
    report = take(
        {
            "房屋": [
                ("房号", "建筑面积\narea_m2", "单元", "楼栋", "业主"),
                (None, None, None, None, None),
                ("１０１", "89.20 ㎡", 2.0, "03", " 王小明\u200b"),
                ("示例", "1", "1", "示例 example 3", "示例"),
            ],
            "备注": [("随便", "什么")],
        }
    )
    assert said(report) == [] and report.ignored_sheets == ["备注"]
    made = Unit.objects.get()
    assert (made.code, made.area_m2) == ("03-2-101", Decimal("89.20"))
    assert find_unit(acacia, "3-2-101") == made
    assert Resident.objects.get().name == "王小明"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("building", "room", "balcony"), ("1", "101", "y")], "'balcony': No column"),
        ([("building", "entrance"), ("1", "101")], "room '': The column is missing"),
        ([("building", "楼栋", "room"), ("1", "1", "101")], "stands here twice"),
        ([("building", "room"), ("1", "101", "x")], "'x': A cell without a heading"),
        ([("building", "entrance", "room"), ("1", "1", None)], "must not be blank"),
        ([PLACE, ("1", "1", "101")], "needs its area"),
        ([(*PLACE, "area_m2"), ("1", "1", "101", 5), ("1", "01", "101", 5)], "same as row 2"),
        ([(*PLACE, "area_m2"), ("1", "x1x", "101", 5)], "named by"),
        ([(*PLACE, "area_m2", "owner_phone"), ("1", "1", "9", 5, "13800001201")], "owner's name"),
        ([(*PLACE, "area_m2"), ("1", "1", "101", 5.123)], "decimals"),
    ],
)
def test_mistakes_are_named_with_the_remedy(take: Take, rows, expected):
    report = take({"units": rows})
    assert expected in "\n".join(said(report)), said(report)
    assert not Unit.objects.exists()


def test_no_sheet_of_ours(take: Take):
    assert "rename it" in said(take({"Sheet1": [("a",)]}))[0]
    twice = take({"units": [UNITS], "房屋": [UNITS]})
    assert "another sheet of this kind" in said(twice)[0]


def test_what_people_corrected_is_corrected(take: Take, acacia: Community):
    take(units(unit("101", "王小明", owner_phone="13800001201"), unit("102", "王小明")))
    report = take(
        units(
            unit("101", "王晓明", owner_phone="138 0000 1201", kind="shop"),
            unit("102", "王小明", owner_phone="13800009999", pays_from="2026-02-01"),
        )
    )
    assert report.changed["residents"] == 2 and report.changed["units"] == 1
    assert set(Resident.objects.values_list("name", "phone")) == {
        ("王晓明", "13800001201"),
        ("王小明", "13800009999"),
    }
    blank = take({"units": [(*PLACE, "area_m2"), ("1", "1", "101", None)]})
    assert blank.unchanged["units"] == 1  # a blank cell says nothing


def test_one_person_with_two_units_is_one_person(take: Take):
    mine = {"owner_phone": "13800001201"}
    take(units(unit("101", "王小明", **mine), unit("102", "王小明", **mine), unit("103", "王小明")))
    assert Resident.objects.count() == 2 and Occupancy.objects.count() == 3
    take(units(unit("201", "王小明", **mine)))
    assert Resident.objects.count() == 2 and Occupancy.objects.count() == 4


def test_another_owner_needs_a_first_day(take: Take, acacia: Community):
    take(units(unit("101", "王小明", owner_phone="13800001201")))
    assert "Another owner" in said(take(units(unit("101", "孙悟空"))))[0]
    changed = take(units(unit("101", "孙悟空", pays_from="2026-12-01")))
    assert said(changed) == []
    there = find_unit(acacia, "1-1-101")
    named = [payer(there, day).name for day in (date(2026, 11, 30), date(2026, 12, 1))]
    assert named == ["王小明", "孙悟空"]
    again = take(units(unit("101", "孙悟空", pays_from="2026-12-01")))
    assert again.unchanged["residents"] == 1


def test_a_unit_that_was_merged_is_refused_with_the_one_that_stayed(take: Take, acacia: Community):
    take(units(unit("101", "王一"), unit("102", "王二"), unit("103", "王三"), unit("104", "王四")))
    of = {one.room: one for one in Unit.objects.all()}
    for old, new, ends in (
        ("102", "101", date(2026, 11, 1)),
        ("103", "102", TODAY),
        ("104", "101", date(2026, 12, 1)),  # there is still one until then
    ):
        Unit.objects.filter(pk=of[old].pk).update(merged_into=of[new], ends=ends)
    before = state()
    report = take(units(unit("101"), unit("102", "李二"), unit("103"), unit("104")))
    assert said(report) == [
        "units 3 room '102': 1-1-102 was merged into 1-1-101; write 1-1-101, or delete the row",
        "units 4 room '103': 1-1-103 was merged into 1-1-101; write 1-1-101, or delete the row",
    ]
    other = take({"residents": [(*PLACE, "name"), ("1", "1", "102", "孙悟空")]})
    assert "was merged into 1-1-101" in " ".join(said(other))
    assert state() == before
