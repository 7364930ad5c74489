"""An empty Excel file for the rows of a publication."""

import io

import xlsxwriter

from server.public_accounts.models import Section
from server.public_accounts.rows import HEADINGS, ROWS_MAX


def workbook() -> bytes:
    """Its first row are the headings, in the language of the page; sections are chosen from a list."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(0, column, str(heading), bold)
    sheet.set_column(0, len(HEADINGS) - 1, 24)
    names = [str(section.label) for section in Section if section.value]
    sheet.data_validation(1, 0, ROWS_MAX, 0, {"validate": "list", "source": names})
    book.close()
    return content.getvalue()
