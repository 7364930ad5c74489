"""Opens an Excel file that a stranger may have made, and reads its rows one after the other.

What is no workbook, is locked, or would unpack to far more than it is, is told in one sentence before
anything of it is read.
"""

import re
import sys
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.xml.constants import SHARED_STRINGS

from server.onboarding.cells import CellRefused, read, shown
from server.onboarding.columns import Column, Sheet, is_example, sheet_of, sheets
from server.onboarding.report import Problem, Report
from server.onboarding.sheet_xml import SheetReader, shared_strings
from server.onboarding.workbook_file import DAMAGED, UNREADABLE, NotAWorkbook, look_inside

COLUMNS_MAX, ROWS_MAX = 100, 300_000
HEADINGS_WITHIN, HEADINGS_LEAST = 10, 2
CHUNK_BYTES = 1_000_000
_SIGN_BYTES = 16  # no sign that is looked for is longer
_ROW = re.compile(rb"<(\w{1,8}:)?row[ />]")
TEXTS_REMEMBERED = 5_000


@dataclass(frozen=True)
class Row:
    """One row of a sheet that could be read. ``values`` by column name; blank cells are left out.
    ``raw``: what stood in its cells, for messages."""

    sheet: str
    number: int
    values: dict[str, Any]
    raw: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        """None for a blank cell, and for a column that the file has not."""
        return self.values.get(column)

    def problem(self, column: str, text: Any, **values: object) -> Problem:
        return Problem(
            self.sheet, self.number, column, shown(self.raw.get(column)), text, dict(values)
        )


class Book:
    """A workbook that is open; ``tabs`` are its known sheets by name, with their tab's title."""

    def __init__(self, workbook: Any, report: Report) -> None:
        self._workbook, self._report = workbook, report
        self._read_of: dict[str, int] = {}  # by title, rows that were gone through
        self._texts: dict[tuple[str, str], Any] = {}  # of the sheet that is read: what they say
        self.tabs: dict[str, str] = {}
        for title in workbook.sheetnames:
            known = sheet_of(title)
            if known is None:
                report.ignored_sheets.append(title)
            elif known.name in self.tabs:
                text = _("There is another sheet of this kind, %(other)s; put their rows together")
                other = {"other": self.tabs[known.name]}
                report.add(Problem(title, 0, "", title, text, other))
            else:
                self.tabs[known.name] = title
        if not self.tabs:
            names = ", ".join(one.name for one in sheets())
            text = _("No sheet has a name of the template: %(names)s; rename it")
            report.add(
                Problem("", 0, "", ", ".join(workbook.sheetnames)[:80], text, {"names": names})
            )

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """The rows of a sheet that can be read; of the others, and of the headings, the report is told.

        Raises NotAWorkbook where the file is damaged within.
        """
        title = self.tabs.get(sheet.name)
        if title is None:
            return
        self._texts.clear()
        going = (row for row in self._numbered(title) if any(map(_filled, row[1])))
        first, cells = _headings_of(sheet, going)
        columns = self._headings(title, first, sheet, cells) if first else None
        if columns is None:
            return
        for number, cells in going:
            if number > ROWS_MAX:
                text = _("More than %(most)s rows; import the file in parts")
                self._report.add(Problem(title, number, "", "", text, {"most": ROWS_MAX}))
                return
            row = self._row(title, number, columns, cells)
            if row is not None:
                yield row

    @property
    def rows_read(self) -> int:
        """Of its known sheets, as they are gone through, of ``row_count``."""
        return sum(min(read, self._rows_of[title]) for title, read in self._read_of.items())

    @cached_property
    def row_count(self) -> int:
        """Of all known sheets together, headings and blank rows included."""
        return sum(self._rows_of.values())

    @cached_property
    def _rows_of(self) -> dict[str, int]:
        """By title. What the file itself says of its size is often untrue."""
        archive = self._workbook._archive
        found: dict[str, int] = {}
        for title in self.tabs.values():
            try:
                found[title] = _count(archive, self._part(title), _ROW)
            except (KeyError, *UNREADABLE):  # whoever reads its rows tells of it
                found[title] = 0
        return found

    def _numbered(self, title: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
        for number, cells in _counted(self._cells(title)):
            self._read_of[title] = number
            yield number, cells
        self._read_of[title] = sys.maxsize  # all of them

    def _cells(self, title: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
        part = self._part(title)
        if not part:  # a chart has no cells
            return
        reader = SheetReader(self._workbook, self._workbook[title]._shared_strings)
        with self._workbook._archive.open(part) as file:
            yield from reader.rows(file)

    def _part(self, title: str) -> str:
        return getattr(self._workbook[title], "_worksheet_path", "").lstrip("/")

    def _headings(
        self, title: str, number: int, sheet: Sheet, cells: tuple[Any, ...]
    ) -> list[Column | None] | None:
        """Which column stands where; None when rows could not be read by them."""
        found: list[Column | None] = []
        wrong = False
        for cell in cells[:COLUMNS_MAX]:
            heading = shown(cell).strip()
            column = sheet.column(heading) if heading else None
            if heading and column is None:
                known = ", ".join(one.name for one in sheet.columns)
                text = _("No column of this sheet; delete it, or call it one of: %(known)s")
                self._report.add(Problem(title, number, heading, heading, text, {"known": known}))
                wrong = True
            elif column is not None and column in found:
                text = _("The same column stands here twice; delete one")
                self._report.add(Problem(title, number, column.name, heading, text))
                wrong = True
            found.append(column)
        for column in sheet.required:
            if column not in found:
                text = _("The column is missing; its heading is %(name)s or %(chinese)s")
                names = {"name": column.name, "chinese": column.names[0]}
                self._report.add(Problem(title, number, column.name, "", text, names))
                wrong = True
        return None if wrong else found

    def _row(
        self, title: str, number: int, columns: list[Column | None], cells: tuple[Any, ...]
    ) -> Row | None:
        if _is_example(columns, cells):
            return None
        width = len(columns)
        values: dict[str, Any] = {}
        raw: dict[str, Any] = {}
        problems: list[Problem] = []
        for place, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            column = columns[place] if place < width else None
            if column is None:
                text = _("A cell without a heading; give its column one, or clear it")
                letter = get_column_letter(place + 1)
                problems.append(Problem(title, number, letter, shown(cell), text))
                continue
            raw[column.name] = cell
            try:
                value = self._read(column, cell)
            except CellRefused as refused:
                problems.append(
                    Problem(title, number, column.name, shown(cell), refused.text, refused.values)
                )
                continue
            if value is not None:
                values[column.name] = value
        blank = [c for c in columns if c is not None and c.required and c.name not in raw]
        problems += [Problem(title, number, c.name, "", _BLANK) for c in blank if raw]
        for problem in problems:
            self._report.add(problem)
        return Row(title, number, values, raw) if raw and not problems else None

    def _read(self, column: Column, cell: Any) -> Any:
        """Many texts stand in many rows, and say the same in each. Raises CellRefused."""
        if type(cell) is not str:
            return read(column, cell)
        known = self._texts.get((column.name, cell), self)
        if known is self:
            if len(self._texts) >= TEXTS_REMEMBERED:
                self._texts.clear()
            known = self._texts[column.name, cell] = read(column, cell)
        return known


def _filled(cell: Any) -> bool:
    return cell is not None and cell != ""


def _headings_of(
    sheet: Sheet, going: Iterator[tuple[int, tuple[Any, ...]]]
) -> tuple[int, tuple[Any, ...]]:
    """The row of headings with its number: the first in which two cells name columns, below whatever
    titles stand above it; the very first where there is none, and 0 where there is nothing."""
    first: tuple[int, tuple[Any, ...]] = (0, ())
    for row in islice(going, HEADINGS_WITHIN):
        named = [sheet.column(shown(cell)) for cell in row[1][:COLUMNS_MAX] if _filled(cell)]
        if sum(column is not None for column in named) >= HEADINGS_LEAST:
            return row
        first = first if first[0] else row
    return first


_BLANK = _("must not be blank; fill it in on each row, also under merged cells")


def _is_example(columns: list[Column | None], cells: tuple[Any, ...]) -> bool:
    """Whether the cell of the sheet's first column says so, wherever that column stands."""
    for column, cell in zip(columns, cells, strict=False):
        if column is not None and column.first and isinstance(cell, str) and is_example(cell):
            return True
    return False


@contextmanager
def opened(path: Path, report: Report) -> Iterator[Book]:
    """Raises NotAWorkbook. What is wrong with its sheets is in the report."""
    try:
        with path.open("rb") as file:
            look_inside(file)
    except OSError as error:
        raise NotAWorkbook(_("The file cannot be read")) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that do not matter here
        try:
            reader = _Reader(path, read_only=True, data_only=True, keep_links=False)
            reader.read()
            workbook = reader.wb
        except Exception as error:  # whatever a damaged file makes the reader of XML do
            raise NotAWorkbook(DAMAGED) from error
        try:
            yield Book(workbook, report)
        finally:
            workbook.close()


class _Reader(ExcelReader):
    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName.lstrip("/")) as file:
                self.shared_strings = shared_strings(file)


def _count(archive: zipfile.ZipFile, part: str, sign: re.Pattern[bytes]) -> int:
    return sum(1 for _sign in _found(archive, part, sign))


def _found(
    archive: zipfile.ZipFile, part: str, sign: re.Pattern[bytes]
) -> Iterator[re.Match[bytes]]:
    """Each place of a short sign in a part that may be far larger than the memory."""
    with archive.open(part) as file:
        before = b""
        while chunk := file.read(CHUNK_BYTES):
            text, ends = before + chunk, 0
            for match in sign.finditer(text):
                ends = match.end()
                yield match
            before = text[max(ends, len(text) - _SIGN_BYTES) :]


def _counted(rows: Iterator[tuple[int, tuple[Any, ...]]]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    try:
        yield from rows
    except Exception as error:  # the XML within is read while it is gone through
        raise NotAWorkbook(DAMAGED) from error
