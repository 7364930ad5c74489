"""Every list of the back office as a table, for Excel or as CSV: the columns that the list shows, of the
rows that were chosen in it. What the list masks stays masked, and taking it out is written down. No cell
becomes a formula, whatever it begins with."""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.business_day import local_time
from server.staff import audit, csv_export, people

EXCEL_ROWS_MAX = 1_000_000  # a sheet has 1,048,576
_CHUNK = 1_000
_KIND_MAX = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@admin.action(description=gettext_lazy("Take the chosen rows out for Excel"), permissions=["view"])
def as_excel(model_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
    if rows.count() > EXCEL_ROWS_MAX:
        messages.error(request, _("Excel holds no million rows; take them out as CSV"))
        return None
    heading, cells = _table(model_admin, request, rows)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write_sheet(file, heading, cells)
    file.seek(0)
    name = f"{model_admin.model._meta.model_name}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@admin.action(description=gettext_lazy("Take the chosen rows out as CSV"), permissions=["view"])
def as_csv(model_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> StreamingHttpResponse:
    heading, cells = _table(model_admin, request, rows)
    answer = StreamingHttpResponse(
        csv_export.lines(heading, cells), content_type="text/csv; charset=utf-8"
    )
    name = f"{model_admin.model._meta.model_name}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def write_sheet(file: Any, heading: Iterable[Any], rows: Iterable[Iterable[Any]]) -> None:
    """Row by row, so that a long table needs no memory."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        tab = book.add_worksheet()
        tab.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for place, text in enumerate(heading):
            tab.set_column(place, place, 18)
            tab.write_string(0, place, str(text), bold)
        for at, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, int | float | Decimal):
                    tab.write_number(at, place, cell)
                else:
                    tab.write_string(at, place, str(cell))


def _table(
    model_admin: Any, request: HttpRequest, rows: QuerySet[Any]
) -> tuple[list[str], Iterator[list[Any]]]:
    """Heading and cells; that they are taken out is noted where the rows are from."""
    names = [name for name in model_admin.get_list_display(request) if name != "action_checkbox"]
    heading = [str(label_for_field(name, model_admin.model, model_admin)) for name in names]
    _note(request, rows)
    linked = model_admin.get_list_select_related(request)
    if linked:
        rows = rows.select_related(*linked)
    return heading, _cells(model_admin, names, rows)


def _cells(model_admin: Any, names: list[str], rows: QuerySet[Any]) -> Iterator[list[Any]]:
    zones: dict[Any, str] = {}
    for row in rows.iterator(chunk_size=_CHUNK):
        where = getattr(row, "community_id", None)
        if where is not None and where not in zones:
            zones[where] = row.community.time_zone
        zone = zones.get(where, "")
        yield [_cell(model_admin, name, row, zone) for name in names]


def _cell(model_admin: Any, name: str, row: Any, zone: str) -> Any:
    try:
        field, _attribute, value = lookup_field(name, row, model_admin)
    except ObjectDoesNotExist:
        return ""
    if field is None and isinstance(value, tuple) and len(value) == 2:
        value = value[1]  # a state for the colour of its label, then the words
    elif field is not None and getattr(field, "choices", None):
        value = getattr(row, f"get_{field.name}_display")()
    return _plain(value, zone)


def _plain(value: Any, zone: str) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        local = local_time(value, zone or settings.TIME_ZONE)
        return f"{local:%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _note(request: HttpRequest, rows: QuerySet[Any]) -> None:
    model = rows.model
    places: list[int | None] = [None]
    if any(field.name == "community" for field in model._meta.fields):
        places = list(rows.order_by().values_list("community", flat=True).distinct())
    elif not rows.exists():
        places = []
    subject = (str(model._meta.model_name)[:_KIND_MAX], "")
    after = {"rows": rows.count()}
    with transaction.atomic():
        for place in places:
            by, now = people.of(request.user), timezone.now()
            audit.note(place, by, "list_exported", subject, now, after=after)
