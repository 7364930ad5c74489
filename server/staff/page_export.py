"""Tables of staff pages that are no lists of the back office, taken out for Excel or as CSV in the same
way: no cell becomes a formula, and taking them out is written down where the rows are from."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from server.staff import audit, csv_export, people
from server.staff.list_export import XLSX, write_sheet

QUERY = "export"  # xlsx or csv
FORMS = ("xlsx", "csv")


@dataclass(frozen=True)
class Table:
    """``name``: of the file, and of what is taken out, in the log. ``communities``: whose rows."""

    name: str
    communities: Iterable[int]
    heading: Sequence[Any]
    rows: Sequence[Sequence[Any]]


def wanted(request: HttpRequest) -> bool:
    return request.GET.get(QUERY, "") in FORMS


def answer(
    request: HttpRequest, table: Table
) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """Of a request for which it is ``wanted``."""
    now, person = timezone.now(), people.of(request.user)
    with transaction.atomic():
        for community in sorted(set(table.communities)):
            after = {"rows": len(table.rows)}
            audit.note(community, person, "list_exported", (table.name, ""), now, after=after)
    form = request.GET[QUERY]
    name = f"{table.name}.{form}"
    if form == "csv":
        lines = csv_export.lines(table.heading, table.rows)
        said = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        said["Content-Disposition"] = f'attachment; filename="{name}"'
        return said
    file = io.BytesIO()
    write_sheet(file, table.heading, table.rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
