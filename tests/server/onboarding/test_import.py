"""An Excel file becomes units, people, tariffs, meters and balances: all of it, or nothing."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

from server import cli
from server.billing.issuing import issue_period
from server.billing.meters import Meter, MeterReading
from server.billing.models import Bill, FeeItem, Tariff
from server.billing.unit_accounts import account_of, credit_minor, find_unit
from server.billing.voiding import void
from server.estate.models import Building, Community, Occupancy, ParkingSpace, Resident, Unit
from server.estate.occupancy import payer
from server.onboarding.communities import numbering_of
from server.onboarding.importing import import_estate
from server.onboarding.report import Report
from server.payments.verification import verify_books
from server.staff.models import Act
from server.staff.people import Person
from tests.server.onboarding.files import UNITS, save, unit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 28)
PLACE = ("building", "entrance", "room")
Take = Callable[..., Report]


@pytest.fixture
def acacia() -> Community:
    return Community.objects.create(code="acacia", name_zh="金合欢", name_en="Acacia", test=True)


@pytest.fixture
def take(acacia: Community, tmp_path: Path) -> Take:
    """Imports sheets into acacia; errors speak English."""

    def take(sheets: dict, *, check: bool = False) -> Report:
        file = save(tmp_path / "estate.xlsx", sheets)
        return import_estate(file, acacia, person=Person("李"), at=NOW, check=check)

    return take


def units(*rows: list) -> dict:
    return {"units": [UNITS, *rows]}


def said(report: Report) -> list[str]:
    with translation.override("en"):
        return [f"{p.sheet} {p.row} {p.column} {p.value!r}: {p.message}" for p in report.problems]


def state() -> list:
    """Everything that an import may touch."""
    models = (
        Building,
        Unit,
        Resident,
        Occupancy,
        ParkingSpace,
        FeeItem,
        Tariff,
        Meter,
        MeterReading,
    )
    return [list(model.objects.order_by("pk").values()) for model in (*models, Bill)]


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


def test_balances_are_brought_forward_once(take: Take, acacia: Community):
    take(units(unit("101", "王小明", owed_yuan=100, credit_yuan=20)))
    report = take(units(unit("101", "王小明", owed_yuan=101, credit_yuan=21)))
    assert len(said(report)) == 2 and all("in the books" in line for line in said(report))
    assert account_of(find_unit(acacia, "1-1-101"), TODAY).bills[0].amount_minor == 10_000
    void(Bill.objects.get(), at=NOW)
    take(units(unit("101", "王小明", owed_yuan=100, credit_yuan=20)))
    assert Bill.objects.get().state == "void"  # what staff decided stays
    assert verify_books() == []


def test_opening_balances_by_month(take: Take, acacia: Community):
    heads = (*PLACE, "period", "item", "owed_yuan", "credit_yuan", "due")
    sheets = {
        **units(unit("101", "王小明"), unit("102", "李雷", owed_yuan=1)),
        "tariffs": [
            ("item", "rule", "rate_yuan", "valid_from"),
            ("物业费", "按面积", 2.8, "2026-01-01"),
        ],
        "opening_balances": [
            heads,
            ("1", "1", "101", "2026-08", "物业费", 50, None, "2026-09-30"),
            ("1", "1", "101", "2026-09", None, 60.5, 3, None),
        ],
    }
    assert said(take(sheets)) == []
    rows = Bill.objects.order_by("period").values_list("period", "amount_minor", "due")
    assert list(rows)[:2] == [
        ("2026-08", 5_000, date(2026, 9, 30)),
        ("2026-09", 6_050, date(2026, 12, 28)),
    ]
    assert credit_minor(find_unit(acacia, "1-1-101")) == 300
    assert take(sheets).unchanged["opening_balances"] == 4
    sheets["opening_balances"].append(("1", "1", "102", None, None, 1, None, None))
    assert "twice" in said(take(sheets))[0]
    sheets["opening_balances"][-1] = ("1", "1", "999", None, None, 1, None, None)
    assert "There is no unit" in said(take(sheets))[0]
    sheets["opening_balances"][-1] = ("1", "1", "101", "2026-10", "水费", 1, None, None)
    assert "no fee item" in said(take(sheets))[0]
    assert verify_books() == []


def test_a_month_with_a_bill_gets_no_second_one(take: Take, acacia: Community):
    sheets = {
        **units(unit("101", "王小明")),
        "tariffs": [
            ("item", "rule", "rate_yuan", "valid_from"),
            ("物业费", "per_area", 2.8, "2026-01-01"),
        ],
    }
    take(sheets)
    issue_period(acacia, "2026-10", issued_on=TODAY, due=TODAY, at=NOW)
    report = take(units(unit("101", "王小明", owed_yuan=5)))
    assert "has a bill of 2026-10" in said(report)[0]


def test_residents_parking_meters_and_readings(take: Take, acacia: Community):
    sheets = {
        **units(unit("101", "王小明", owner_phone="13800001201")),
        "residents": [
            (*PLACE, "name", "phone", "role", "since", "until", "pays", "pays_from"),
            (
                "1",
                "1",
                "101",
                "租户",
                "13900001201",
                "tenant",
                "2026-06-01",
                None,
                None,
                "2026-07-01",
            ),
            ("1", "1", "101", "女儿", None, "家人", None, None, "否", None),
            ("1", "1", "101", "旧租户", None, "租户", "2025-01-01", "2026-05-31", None, None),
        ],
        "parking": [
            ("space", *PLACE, "holding", "since", "plate"),
            ("b2-117", "1", "1", "101", "自有", "2026-01-01", "浙A12345"),
            ("B2-118", None, None, None, None, None, None),
        ],
        "tariffs": [
            ("item", "item_en", "rule", "rate_yuan", "valid_from"),
            ("公共电费", "Shared power", "公摊", 0.617, 20260101),
            ("水费", "Water", "per_meter", "3.45元", "2026-01-01"),
        ],
        "meters": [
            ("meter", "item", *PLACE, "scope", "utility", "first_counter"),
            ("E101", "公共电费", "1", "1", None, None, "电", 100),
            ("W101", "水费", "1", "1", "101", None, "water", None),
            ("E0", "公共电费", None, None, None, "小区", None, None),
        ],
        "readings": [
            ("meter", "period", "counter", "read_on"),
            ("E101", "2026-10", 18204, "2026-09-30"),
            ("E101", "2026-11", 19391.5, "2026-10-31"),
        ],
    }
    report = take(sheets)
    assert said(report) == []
    there = find_unit(acacia, "1-1-101")
    assert [payer(there, d).name for d in (date(2026, 6, 15), TODAY)] == ["王小明", "租户"]
    assert there.occupancies.get(resident__name="旧租户").until == date(2026, 5, 31)
    space = ParkingSpace.objects.get(code="B2-117")
    assert (space.unit, space.holding) == (there, "owned")
    assert there.vehicles.get().plate == "浙A12345"
    assert [(m.code, m.scope) for m in Meter.objects.order_by("pk")] == [
        ("E101", "entrance"),
        ("W101", "unit"),
        ("E0", "community"),
    ]
    assert FeeItem.objects.get(name_en="Shared power").code == "shared-power"
    before = state()
    again = take(sheets)
    assert state() == before and not any(again.created.values()), again.counts
    assert not any(again.changed.values()), again.counts
    assert again.unchanged["readings"] == 2 and again.unchanged["vehicles"] == 1


@pytest.mark.parametrize(
    ("sheet", "row", "expected"),
    [
        ("readings", ("E101", "2026-12", 10, "2026-11-30"), "goes back against 2026-11"),
        ("readings", ("E101", "2026-11", 20, "2026-11-30"), "Another reading"),
        ("readings", ("E999", "2026-12", 20, "2026-11-30"), "no meter of this number"),
        ("meters", ("E101", "水费", "1", None, None, None, None, None), "known elsewhere"),
        ("meters", ("E102", "热费", "1", None, None, None, None, None), "no fee item"),
        ("meters", ("E102", "水费", "9", None, None, None, None, None), "name a building"),
        ("tariffs", ("水费", "Water", "per_area", 9, "2026-01-01"), "Another tariff"),
        ("parking", ("C1", "1", "1", "909", None, None, None), "There is no unit"),
        ("parking", ("C1", None, None, None, None, None, "浙A12345"), "name the unit"),
    ],
)
def test_what_stands_in_the_records_is_not_contradicted(take: Take, sheet, row, expected):
    heads = {
        "readings": ("meter", "period", "counter", "read_on"),
        "meters": ("meter", "item", *PLACE, "scope", "utility", "first_counter"),
        "tariffs": ("item", "item_en", "rule", "rate_yuan", "valid_from"),
        "parking": ("space", *PLACE, "holding", "since", "plate"),
    }
    known = {
        **units(unit("101", "王小明")),
        "tariffs": [heads["tariffs"], ("水费", "Water", "per_meter", 3.45, "2026-01-01")],
        "meters": [heads["meters"], ("E101", "水费", "1", "1", "101", None, None, None)],
        "readings": [heads["readings"], ("E101", "2026-11", 19391.5, "2026-10-31")],
    }
    assert said(take(known)) == []
    before = state()
    assert expected in "\n".join(said(take({sheet: [heads[sheet], row]})))
    assert state() == before


def test_codes_by_other_numberings(acacia: Community, take: Take):
    acacia.numbering = numbering_of("towers")
    acacia.save()
    heads = (*PLACE, "kind", "area_m2")
    assert not said(
        take({"units": [heads, ("a", None, "12a", None, 90), ("B1", None, 103, "车位", None)]})
    )
    assert set(Unit.objects.values_list("code", flat=True)) == {"A-12A", "B1-103"}
    assert Building.objects.get(code="A").name_zh == "A座"


def test_a_house_has_no_building_in_its_code(acacia: Community, take: Take):
    acacia.numbering = numbering_of("villas")
    acacia.save()
    assert not said(take({"units": [(*PLACE, "area_m2"), ("1", None, 88, 300)]}))
    assert Unit.objects.get().code == "88" and Building.objects.get().name_zh == "1栋"


def test_money_is_in_the_currency_of_the_community(acacia: Community, take: Take):
    acacia.currency = "JPY"
    acacia.save()
    assert "decimals" in said(take(units(unit("101", owed_yuan=10.5))))[0]
    assert not said(take(units(unit("101", owed_yuan=105))))
    assert Bill.objects.get().amount_minor == 105


def test_the_command(acacia: Community, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr(cli, "_start_django", lambda: None)
    file = save(tmp_path / "e.xlsx", units(unit("101", "王小明"), unit("102", area_m2="x")))
    assert cli.main(["import-estate", str(file), "--community", "acacia", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["errors"] == [
        {
            "sheet": "units",
            "row": 3,
            "column": "area_m2",
            "value": "x",
            "message": "not a number: figures and one decimal point, e.g. 118.60",
        }
    ]
    assert cli.main(["import-estate", str(file), "--community", "acacia"]) == 1
    err = capsys.readouterr().err
    assert "units row 3 area_m2 'x': not a number" in err and "1 mistakes; nothing" in err
    assert not Unit.objects.exists()
    save(file, units(unit("101", "王小明")))
    assert cli.main(["import-estate", str(file), "--community", "acacia", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["created"]["units"] == 1 and told["errors"] == []
    act = Act.objects.get()
    assert (act.act, act.person_name, act.after["created"]["units"]) == (
        "import_estate",
        "system",
        1,
    )
    assert cli.main(["import-estate", str(file), "--community", "elsewhere"]) == 1
    assert "there are: acacia" in capsys.readouterr().err
    assert cli.main(["import-estate", "/nowhere.xlsx", "--community", "acacia"]) == 1
    assert "no such file" in capsys.readouterr().err
