"""What is read of a sheet is what openpyxl reads of it, cell by cell, whatever program wrote the file."""

import io
import warnings
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import WINDOWS_EPOCH

from server.onboarding.cells import NotReckoned
from server.onboarding.sheet_xml import SheetReader, shared_strings

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DAY = date(2026, 11, 30)
ODD = [
    *("楼栋", " _x000D_ ", "", "a & <b>", "line\nbreak", True, False, 0, -1, 101.0, 6.2e18),
    *(0.1, 10**20, datetime.combine(DAY, time()), datetime.combine(DAY, time(8, 30)), DAY, time(8)),
    timedelta(hours=30),
]


def read(path: Path, title: str = "s") -> list[tuple[int, tuple[Any, ...]]]:
    book = load_workbook(path, read_only=True, data_only=True)
    tab = book[title]
    with book._archive.open(tab._worksheet_path) as file:
        rows = list(SheetReader(book, tab._shared_strings).rows(file))
    book.close()
    return rows


def expected(path: Path, title: str = "s") -> list[tuple[int, tuple[Any, ...]]]:
    book = load_workbook(path, read_only=True, data_only=True)
    tab = book[title]
    tab.reset_dimensions()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a day that there is not
        rows = [row for row in enumerate(tab.iter_rows(values_only=True), 1) if row[1]]
    book.close()
    return rows


def test_of_a_file_that_openpyxl_wrote(tmp_path: Path):
    book = Workbook()
    tab = book.active
    tab.title = "s"
    tab.append(ODD)
    tab.cell(4, 3, "far")
    tab.cell(4, 3).number_format = "yyyy-mm-dd"
    tab.cell(7, 1, 10**9).number_format = "yyyy-mm-dd"  # no day
    book.save(tmp_path / "f.xlsx")
    assert read(tmp_path / "f.xlsx") == expected(tmp_path / "f.xlsx")
    assert read(tmp_path / "f.xlsx")[1:] == [(4, (None, None, "far")), (7, ("#VALUE!",))]


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("since_1904", [False, True])
def test_of_a_file_that_xlsxwriter_wrote(tmp_path: Path, in_place: bool, since_1904: bool):
    path = tmp_path / "f.xlsx"
    options = {"constant_memory": in_place, "date_1904": since_1904}  # in place: texts in the cells
    with xlsxwriter.Workbook(path, options) as book:
        tab, bold = book.add_worksheet("s"), book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        tab.write_rich_string(0, 1, "一", bold, "二", "三")
        tab.write_formula(0, 2, "=1+1", None, 2)
        tab.write_formula(0, 4, "=1/0", None, "#DIV/0!")
        tab.write_datetime(1, 0, DAY, day)
        tab.write_boolean(1, 1, True)
        tab.write_number(3, 30, 1.5)
    assert read(path) == [row for row in expected(path) if any(cell is not None for cell in row[1])]
    assert read(path)[0][1][1] == "一二三"


def sheet(rows: str) -> io.BytesIO:
    text = f'<x:worksheet xmlns:x="{NS}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    return io.BytesIO(
        text.replace("<", "<x:").replace("<x:/", "</x:").replace("x:x:", "x:").encode()
    )


class NoStyles:
    epoch, _date_formats, _timedelta_formats = WINDOWS_EPOCH, frozenset(), frozenset()


def rows_of(rows: str, strings: tuple[str, ...] = ()) -> list[tuple[int, tuple[Any, ...]]]:
    return list(SheetReader(NoStyles(), strings).rows(sheet(rows)))


def test_rows_and_cells_without_an_address_come_after_the_ones_before():
    rows = rows_of(
        '<row><c><v>1</v></c><c t="b"><v>1</v></c></row><row r="5"><c r="C5"><v>2</v></c></row>'
    )
    assert rows == [(1, (1, True)), (5, (None, None, 2))]
    assert rows_of('<row r="2"><c><v>1</v></c></row><row r="1"><c><v>1</v></c></row>') == [
        (2, (1,))
    ]


def test_what_formulas_say_that_nobody_reckoned():
    rows = rows_of(
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1+1</f></c>'
        '<c r="B1"><f>1+1</f><v/></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/></c><c t="str"><f>""</f></c></row>'
    )
    assert rows == [
        (1, (NotReckoned("=B1+1"), NotReckoned("=1+1"))),
        (2, (NotReckoned("=B2+1"), None)),
    ]


def test_how_a_text_is_pronounced_is_no_part_of_it():
    text = "<r><t>北</t></r><rPh sb='0' eb='1'><t>ほく</t></rPh><r><t>京</t></r>"
    assert rows_of(f'<row><c t="inlineStr"><is>{text}</is></c></row>') == [(1, ("北京",))]
    table = f'<sst xmlns="{NS}"><si>{text}</si><si><t/></si></sst>'
    assert shared_strings(io.BytesIO(table.encode())) == ["北京", ""]
