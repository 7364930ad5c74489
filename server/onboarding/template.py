"""Writes the Excel file that a company fills in: a sheet for each subject, headings in both languages,
an example, drop-downs and notes. It is made by the same table by which files are read."""

from datetime import date
from typing import Any, BinaryIO

import xlsxwriter

from server.onboarding.columns import Column, Sheet, choice_shown, choices, example_mark, sheets

ROWS_PREPARED = 30_000  # with drop-downs and formats
_AS_TEXT = (
    "code",
    "phone",
    "text",
    "name",
    "period",
)  # so that Excel makes no numbers or dates of them
_FORMATS = {
    "date": "yyyy-mm-dd",
    "money": "0.00",
    "area": "0.00",
    "rate": "0.0000",
    "counter": "0.00",
}
_BRAND, _TINT, _QUIET = "#075E59", "#E1F0EE", "#5B6B78"


def write_template(file: BinaryIO) -> None:
    """Raises OSError when the file cannot be written."""
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": "LobbyPay estate", "created": None})
        for sheet in sheets():
            _write(book, sheet)


def _write(book: Any, sheet: Sheet) -> None:
    tab = book.add_worksheet(sheet.name)
    tab.freeze_panes(1, 0)
    tab.set_row(0, 34)
    heading = {"bold": True, "text_wrap": True, "valign": "top", "border": 1, "bg_color": _TINT}
    needed = book.add_format(heading | {"bg_color": _BRAND, "font_color": "#FFFFFF"})
    free = book.add_format(heading)
    for place, column in enumerate(sheet.columns):
        shown = {"num_format": _format(column)}
        example = shown | {"italic": True, "font_color": _QUIET}
        tab.set_column(place, place, column.width + 2, book.add_format(shown))
        tab.write_string(0, place, column.heading, needed if column.required else free)
        if column.note is not None:
            said = f"{column.note.zh}\n{column.note.en}"
            tab.write_comment(0, place, said, {"x_scale": 2.2, "y_scale": 1.2, "font_size": 10})
        _example(tab, place, column, book.add_format(example))
        _validation(tab, place, column)


def _format(column: Column) -> str:
    return "@" if column.like in _AS_TEXT else _FORMATS.get(column.like, "General")


def _example(tab: Any, place: int, column: Column, shown: Any) -> None:
    value = column.example
    if column.first:
        tab.write_string(1, place, f"{example_mark()} {value}", shown)
    elif column.choices and value:
        tab.write_string(1, place, choice_shown(column.choices, value), shown)
    elif isinstance(value, date):
        tab.write_datetime(1, place, value, shown)
    elif isinstance(value, int | float):
        tab.write_number(1, place, value, shown)
    elif value is not None:
        tab.write_string(1, place, str(value), shown)


def _validation(tab: Any, place: int, column: Column) -> None:
    rule: dict[str, Any] | None = None
    if column.choices:
        offered = [choice_shown(column.choices, value) for value in choices(column.choices)]
        rule = {"validate": "list", "source": offered}
    elif column.like == "yes_no":
        rule = {"validate": "list", "source": ["yes", "no"]}
    elif column.like in ("money", "area", "rate", "counter"):
        rule = {"validate": "decimal", "criteria": ">=", "value": 0}
    elif column.like == "date":
        rule = {"validate": "date", "criteria": ">=", "value": date(1970, 1, 1)}
    if rule is not None:  # a warning only: the import says better what is wrong
        tab.data_validation(
            1,
            place,
            ROWS_PREPARED,
            place,
            rule | {"error_type": "information", "ignore_blank": True},
        )
