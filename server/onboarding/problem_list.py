"""The mistakes of a file as an Excel list, to be worked off beside it."""

from collections.abc import Iterable
from typing import BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from server.onboarding.columns import column_shown
from server.onboarding.kept_problems import KeptProblem


def write_problems(file: BinaryIO, problems: Iterable[KeptProblem], chinese: bool) -> None:
    """In the language in force. Values are texts, whatever they begin with: none becomes a formula."""
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        tab = book.add_worksheet(_("Mistakes")[:31])
        tab.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        headings = (_("Sheet"), _("Row"), _("Column"), _("Cell"), _("Remedy"))
        for place, (heading, width) in enumerate(zip(headings, (16, 8, 20, 24, 80), strict=True)):
            tab.set_column(place, place, width)
            tab.write_string(0, place, heading, bold)
        for at, problem in enumerate(problems, 1):
            column = column_shown(problem.sheet, problem.column, chinese)
            tab.write_string(at, 0, problem.sheet)
            tab.write_number(at, 1, problem.row)
            tab.write_string(at, 2, column)
            tab.write_string(at, 3, problem.value)
            tab.write_string(at, 4, problem.message)
