"""Files that are none, or mean harm, are told in one sentence; the template is read as it is written."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from server import cli
from server.estate.models import Community, Unit
from server.onboarding import workbook, workbook_file
from server.onboarding.columns import sheets
from server.onboarding.importing import import_estate
from server.onboarding.report import Report
from server.onboarding.template import write_template
from server.onboarding.workbook import NotAWorkbook, opened
from server.staff.people import Person
from tests.server.onboarding.files import UNITS, save, unit

NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)


def refusal(path: Path) -> str:
    with pytest.raises(NotAWorkbook) as refused, opened(path, Report()) as book:
        for sheet in sheets():
            list(book.rows(sheet))
    with translation.override("en"):
        return str(refused.value.text)


def packed(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "No Excel workbook"),
        ("楼栋,房号\n1,101\n".encode("gb18030"), "No Excel workbook (.csv"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600, "old .xls file"),
        (b"<html><table></table></html>", "No Excel workbook"),
        (b"%PDF-1.7", "No Excel workbook"),
    ],
)
def test_what_is_no_workbook(tmp_path: Path, content: bytes, expected: str):
    file = tmp_path / "f.xlsx"
    file.write_bytes(content)
    assert expected in refusal(file)


def test_a_file_that_is_not_there(tmp_path: Path):
    assert "cannot be read" in refusal(tmp_path / "none.xlsx")


def test_another_kind_of_archive(tmp_path: Path):
    assert "No .xlsx workbook" in refusal(packed(tmp_path / "f.ods", content_xml=b"<x/>"))


def test_an_archive_that_unpacks_to_far_more(tmp_path: Path):
    bomb = packed(tmp_path / "f.xlsx", xl__workbook_xml=b"<x/>", xl__big_xml=b"0" * 40_000_000)
    assert bomb.stat().st_size < 100_000
    assert "far more" in refusal(bomb)


def test_an_archive_of_very_many_parts(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(workbook_file, "PARTS_MAX", 5)
    assert "far more" in refusal(save(tmp_path / "f.xlsx", {"units": [UNITS]}))


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(workbook_file, "FILE_BYTES_MAX", 100)
    assert "larger than" in refusal(save(tmp_path / "f.xlsx", {"units": [UNITS]}))


def test_xml_that_expands_itself(tmp_path: Path):
    """Entities of entities: a few lines that become gigabytes in a reader that believes them."""
    file = save(tmp_path / "f.xlsx", {"units": [UNITS, unit("101")]})
    lol = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.startswith("xl/worksheets/"):
                text = lol + text.partition("?>")[2] if text.startswith("<?xml") else lol + text
                text = text.replace("101", "&b;")
            new.writestr(name, text)
    file.write_bytes(out.getvalue())
    assert "damaged" in refusal(file)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_in_any_part(tmp_path: Path, part: str, encoding: str):
    """Also where it names a file, in whatever encoding, and far from the beginning."""
    file = save(tmp_path / "f.xlsx", {"units": [UNITS, unit("101")]})
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == part:
                body = text.partition("?>")[2] if text.startswith("<?xml") else text
                kind = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
                text = (
                    f'<?xml version="1.0" encoding="{encoding}"?><!--{"x" * 9_000}-->{kind}{body}'
                )
                new.writestr(name, text.encode(encoding))
                continue
            new.writestr(name, text)
    file.write_bytes(out.getvalue())
    assert "damaged" in refusal(file)


def test_too_many_rows(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(workbook, "ROWS_MAX", 2)
    report = Report()
    file = save(tmp_path / "f.xlsx", {"units": [UNITS, unit("1"), unit("2")]})
    with opened(file, report) as book:
        assert len(list(book.rows(sheets()[0]))) == 1
    assert report.problem_count == 1


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> bytes:
    """Made once: its bytes hold the time."""
    folder = tmp_path_factory.mktemp("good")
    return save(folder / "g.xlsx", {"units": [UNITS, unit("101", "王小明")]}).read_bytes()


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(good: bytes, tmp_path: Path, data):
    """Whatever bytes were lost on the way: no other error, and no endless work."""
    at = data.draw(st.integers(0, len(good) - 1))
    bad = data.draw(st.sampled_from(["cut", "flip", "hole"]))
    if bad == "cut":
        content = good[:at]
    elif bad == "flip":
        content = good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :]
    else:
        content = good[:at] + good[at + data.draw(st.integers(1, 200)) :]
    file = tmp_path / "b.xlsx"
    file.write_bytes(content)
    try:
        with opened(file, Report()) as book:
            for sheet in sheets():
                list(book.rows(sheet))
    except NotAWorkbook as refused:
        assert str(refused.text)


@pytest.mark.django_db
def test_a_file_that_is_none_changes_nothing_and_is_told(tmp_path: Path):
    acacia = Community.objects.create(code="acacia", name_zh="金", name_en="A")
    file = tmp_path / "f.csv"
    file.write_text("a,b")
    report = import_estate(file, acacia, person=Person("李"), at=NOW)
    assert report.problem_count == 1 and report.problems[0].value == "f.csv"


def test_the_template_has_each_sheet_with_headings_in_both_languages(tmp_path: Path):
    file = tmp_path / "t.xlsx"
    with file.open("wb") as out:
        write_template(out)
    book = load_workbook(file)
    assert book.sheetnames == [
        *("units", "residents", "parking", "tariffs", "meters", "readings", "opening_balances")
    ]
    tab = book["units"]
    headings = [cell.value.split("\n") for cell in tab[1]]
    assert ["楼栋", "building"] in headings
    assert [english for _, english in headings][:10] == list(UNITS)
    assert tab["A2"].value.startswith("示例 example")
    assert tab["A1"].comment and "Excel makes no dates" in tab["A1"].comment.text
    offered = [rule.formula1 for rule in tab.data_validations.dataValidation]
    assert any("住宅 home" in rule for rule in offered)
    assert tab.column_dimensions["C"].number_format == "@" or tab["C2"].number_format == "@"


@pytest.mark.django_db
def test_the_template_is_imported_as_it_is_and_filled_in(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(cli, "_start_django", lambda: None)
    acacia = Community.objects.create(code="acacia", name_zh="金", name_en="A")
    file = tmp_path / "t.xlsx"
    assert cli.main(["estate-template", "--out", str(file)]) == 0
    empty = import_estate(file, acacia, person=Person("李"), at=NOW)
    assert empty.problem_count == 0 and not any(empty.created.values())
    book = load_workbook(file)
    tab = book["units"]
    tab.append(["1", "1", "101", "住宅 home", 88.5, "王小明", "13800001201", None, None, 12.5])
    for place, value in enumerate(["1", "1", "102", None, 90], 1):
        tab.cell(row=2, column=place, value=value)  # over the example
    for place in range(6, 12):
        tab.cell(row=2, column=place).value = None
    book.save(file)
    report = import_estate(file, acacia, person=Person("李"), at=NOW)
    assert report.problem_count == 0, [p.message for p in report.problems]
    assert set(Unit.objects.values_list("code", flat=True)) == {"1-1-101", "1-1-102"}
    assert cli.main(["estate-template", "--out", "/nowhere/t.xlsx"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_every_example_of_the_template_can_be_read():
    from server.onboarding.cells import read

    for sheet in sheets():
        for column in sheet.columns:
            if column.example is not None:
                assert read(column, column.example) is not None, (sheet.name, column.name)
