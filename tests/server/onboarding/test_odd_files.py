"""Files as clerks fill them in by hand: titles above the headings, words beside figures, formulas that
nobody reckoned, leftovers of other programs. What can only mean one thing is understood."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from openpyxl import Workbook, load_workbook

from server import cli
from server.billing.meters import Meter
from server.billing.models import Bill, Tariff
from server.estate.models import Building, Community, Resident, Unit
from server.onboarding.importing import import_estate
from server.onboarding.report import Report
from server.staff.people import Person
from tests.server.onboarding.files import UNITS, save, unit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
TARIFFS = ("item", "item_en", "rule", "rate_yuan", "valid_from")


def taken(acacia: Community, file: Path) -> Report:
    return import_estate(file, acacia, person=Person("李"), at=NOW)


def said(report: Report) -> list[str]:
    with translation.override("en"):
        return [f"{p.sheet} {p.row} {p.column} {p.value!r}: {p.message}" for p in report.problems]


def changed(file: Path, change: Any) -> Path:
    book = load_workbook(file)
    change(book)
    book.save(file)
    return file


def repacked(file: Path, change: Any) -> Path:
    """The same archive with what ``change`` makes of the text of each part."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name).decode()))
    file.write_bytes(out.getvalue())
    return file


def test_a_title_stands_above_the_headings(acacia: Community, tmp_path: Path):
    def title(book: Workbook) -> None:
        tab = book["units"]
        tab.insert_rows(1, 2)
        tab["A1"], tab["A2"], tab["C2"] = "金合欢花园房屋信息表", "填表日期:2026-11-01", "制表人:李"
        tab.merge_cells("A1:J1")

    file = save(tmp_path / "e.xlsx", {"units": [UNITS, unit("101"), unit("x x x")]})
    report = taken(acacia, changed(file, title))
    assert [line.split(":")[0] for line in said(report)] == ["units 5 room 'x x x'"]
    report = taken(acacia, changed(file, lambda book: book["units"].delete_rows(5)))
    assert said(report) == [] and report.created["units"] == 1


def test_without_any_heading_the_first_row_is_told(acacia: Community, tmp_path: Path):
    rows = [("aa", "bb"), ("cc", "dd")] * 10
    lines = said(taken(acacia, save(tmp_path / "e.xlsx", {"units": rows})))
    assert lines[0].startswith("units 1 aa 'aa': No column") and "cc" not in "".join(lines)


def test_signs_that_other_programs_leave(acacia: Community, tmp_path: Path):
    """A line's end that was written out, in headings and in cells."""
    row = unit("101_x000D_", "王_x000D_\n小明_x000d_", owner_phone="13800001201_x000D_")
    headings = [f"{name}_x000D_\n" for name in UNITS]
    report = taken(acacia, save(tmp_path / "e.xlsx", {"units": [headings, row]}))
    assert said(report) == []
    assert Resident.objects.get().name == "王 小明" and Unit.objects.get().room == "101"


def test_a_formula_that_nobody_reckoned_is_no_blank(acacia: Community, tmp_path: Path):
    """A program wrote it, and Excel never saw the file: what is owed would be lost."""
    file = save(tmp_path / "e.xlsx", {"units": [UNITS, unit("101", owed_yuan="=100+20.5")]})
    line = said(taken(acacia, file))
    assert line[0].startswith("units 2 owed_yuan '=100+20.5': ") and "save" in line[0]
    assert not Unit.objects.exists()


def test_a_formula_that_was_reckoned_is_its_value(acacia: Community, tmp_path: Path):
    """Also one whose value is no text at all."""
    file = save(
        tmp_path / "e.xlsx",
        {"units": [UNITS, unit("101", owed_yuan="=100+20.5", credit_yuan='=IF(1=1,"",5)')]},
    )

    def reckoned(_name: str, text: str) -> str:
        text = text.replace("<f>100+20.5</f><v />", "<f>100+20.5</f><v>120.5</v>")
        return re.sub(r'<c r="I2"[^>]*>(<f>IF.*?</f>)<v />', r'<c r="I2" t="str">\1<v></v>', text)

    report = taken(acacia, repacked(file, reckoned))
    assert said(report) == []
    assert Bill.objects.get().amount_minor == 12050


@pytest.mark.parametrize(
    ("typed", "rate"),
    [
        ("2.8元/㎡", "2.8"),
        ("2.80 元/平方米·月", "2.8"),
        ("6元/户/月", "6"),
        ("￥6.00/月", "6"),
        ("0.5元/度", "0.5"),
        ("3.45 元 / 立方米", "3.45"),
        ("每车位１５０元", "150"),
        ("每月每户6元", "6"),
        ("2.8 yuan/m2/month", "2.8"),
    ],
)
def test_a_rate_with_what_it_is_for(acacia: Community, tmp_path: Path, typed: str, rate: str):
    row = ("物业费", "Property fee", "per_area", typed, "2026-01-01")
    assert said(taken(acacia, save(tmp_path / "e.xlsx", {"tariffs": [TARIFFS, row]}))) == []
    assert Tariff.objects.get().rate == Decimal(rate)


@pytest.mark.parametrize(
    "typed", ["60元/年", "180元/季度", "0.2元/天", "每年60元", "2.8/3.0元", "5%"]
)
def test_a_rate_for_something_else_is_refused(acacia: Community, tmp_path: Path, typed: str):
    row = ("物业费", "Property fee", "fixed", typed, "2026-01-01")
    [line] = said(taken(acacia, save(tmp_path / "e.xlsx", {"tariffs": [TARIFFS, row]})))
    assert line.startswith(f"tariffs 2 rate_yuan '{typed}': ")


def test_words_beside_the_figures_of_a_place(acacia: Community, tmp_path: Path):
    """However a place is written it is one building, one entrance, one room: meters are shared by it."""
    rows = [
        unit("101室", building="1栋", entrance="1单元"),
        unit("102", building="01", entrance="01"),
        unit("1-1-103", building=1, entrance=None),
    ]
    meter = ("E1", "公摊", "1号楼", "1单元")
    report = taken(
        acacia,
        save(
            tmp_path / "e.xlsx",
            {
                "units": [UNITS, *rows],
                "tariffs": [TARIFFS, ("公摊", "Shared", "shared", 0.5, "2026-01-01")],
                "meters": [("meter", "item", "building", "entrance"), meter],
            },
        ),
    )
    assert said(report) == []
    building = Building.objects.get()
    assert (building.code, building.name_zh) == ("1", "1栋")
    assert {(u.entrance, u.room) for u in Unit.objects.all()} == {
        *(("1", "101"), ("1", "102"), ("1", "103"))
    }
    assert (Meter.objects.get().building, Meter.objects.get().entrance) == (building, "1")


def test_a_cell_without_a_heading_is_named_by_its_letter(acacia: Community, tmp_path: Path):
    rows = [("building", "room", "area_m2"), ("1", "1-101", 80, None, "x")]
    assert any(
        " 2 E 'x'" in line
        for line in said(taken(acacia, save(tmp_path / "e.xlsx", {"units": rows})))
    )


def test_the_strict_form_of_a_workbook_is_told(acacia: Community, tmp_path: Path):
    file = save(tmp_path / "e.xlsx", {"units": [UNITS, unit("101")]})
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    usual = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    [line] = said(taken(acacia, repacked(file, lambda _n, text: text.replace(usual, strict))))
    assert "Strict" in line


def test_programs_always_get_their_answer(acacia: Community, tmp_path: Path, monkeypatch, capsys):
    """Four keys and no more, also where there is no such file or community."""
    monkeypatch.setattr(cli, "_start_django", lambda: None)
    file = save(tmp_path / "e.xlsx", {"units": [UNITS, unit("101")], "Sheet2": [("x",)]})
    assert cli.main(["import-estate", str(file), "--community", "acacia", "--check", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"created", "changed", "unchanged", "errors"}
    for name, community in (("none.xlsx", "acacia"), ("e.xlsx", "nowhere")):
        words = ["import-estate", str(tmp_path / name), "--community", community, "--json"]
        assert cli.main(words) == 1
        told = json.loads(capsys.readouterr().out)
        [error] = told["errors"]
        assert error["message"] and set(error) == {"sheet", "row", "column", "value", "message"}
