"""Residents, parking, meters and readings of an Excel file, codes and money as the community has them."""

import json
from datetime import date
from pathlib import Path

import pytest

from server import cli
from server.billing.meters import Meter
from server.billing.models import Bill, FeeItem
from server.billing.unit_accounts import find_unit
from server.estate.models import Building, Community, ParkingSpace, Unit
from server.estate.occupancy import payer
from server.onboarding.communities import numbering_of
from server.staff.models import Act
from tests.server.onboarding.conftest import Take
from tests.server.onboarding.files import PLACE, TODAY, said, save, state, unit, units

pytestmark = pytest.mark.django_db


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
