"""Imports an estate's Excel file: all of it, or nothing. A check does the same and takes it back.

Rows are read and written in batches within one transaction, so that memory does not grow with the file;
one wrong cell anywhere, and all is taken back. What a file says again is left as it is, so that the same
file imported twice changes nothing and a longer one adds its new rows.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import ModuleType

from django.contrib.auth import get_user_model
from django.db import transaction

from contract.business_day import business_day
from server.billing import opening
from server.estate.models import Community
from server.estate.row_locks import hold_community
from server.garbage import no_search
from server.onboarding.columns import sheets
from server.onboarding.estate_index import BATCH_ROWS, Import, Index
from server.onboarding.report import Problem, Report
from server.onboarding.sheets import (
    meters,
    opening_balances,
    parking,
    readings,
    residents,
    tariffs,
    units,
)
from server.onboarding.workbook import Book, NotAWorkbook, Row, opened
from server.staff import audit
from server.staff.people import Person

Watch = Callable[[int, int], object]  # rows read, of all

IMPORTERS: dict[str, ModuleType] = {
    "units": units,
    "residents": residents,
    "parking": parking,
    "tariffs": tariffs,
    "meters": meters,
    "readings": readings,
    "opening_balances": opening_balances,
}


def import_estate(
    path: Path,
    community: Community,
    *,
    person: Person,
    at: datetime,
    check: bool = False,
    name: str = "",
    watch: Watch | None = None,
    imported: Callable[[Report], object] | None = None,
) -> Report:
    """What was imported, or what keeps the file from it: then nothing was. With ``check`` nothing is
    written in any case, and the report says what would be. ``name``: the file's, for the log.

    ``watch`` is called within the transaction, between batches; ``imported`` at its end when all is to
    stay. What either raises takes all of it back.
    """
    report = Report()
    with transaction.atomic():
        try:
            with opened(path, report) as book:
                _import(book, community, person, report, at, watch)
        except NotAWorkbook as refused:
            report.add(Problem("", 0, "", name or path.name, refused.text))
        if report.problem_count:
            report.nothing_was_done()
        if report.problem_count or check:
            transaction.set_rollback(True)
        else:
            audit.record(
                community.pk,
                person,
                "import_estate",
                ("import", _digest(path)),
                f"imported {name or path.name}",
                at,
                after=report.counts,
            )
            if imported is not None:
                imported(report)
    return report


def _import(
    book: Book,
    community: Community,
    person: Person,
    report: Report,
    at: datetime,
    watch: Watch | None,
) -> None:
    if watch is not None:
        watch(0, book.row_count)
    # Two imports at a time would each make what the other makes; bills are numbered under this lock, too.
    hold_community(community.pk)
    today = business_day(at, community.time_zone)
    index, balances = Index(community, today), _may_bring_balances(community, person)
    to = Import(community, today, at, report, index, balances)
    for sheet in sheets():
        if sheet.name not in book.tabs:
            continue
        importer = IMPORTERS[sheet.name]
        report.expect(*importer.KINDS)
        with closing(_batches(book, book.rows(sheet))) as batches:
            for batch, so_far in batches:
                _apply(batch, importer, to)
                if watch is not None:
                    watch(so_far, book.row_count)
    report.in_order_of(list(book.tabs.values()))


def _may_bring_balances(community: Community, person: Person) -> bool:
    """Money is brought forward before the community's first bill; later by whoever has the server's
    terminal, or by the company's own account."""
    if person.account is None or not opening.issued_here(community.bills.all()).exists():
        return True
    own = get_user_model()._default_manager.filter(pk=person.account, is_active=True)
    return own.filter(is_superuser=True).exists()


def _batches(book: Book, rows: Iterator[Row]) -> Iterator[tuple[list[Row], int]]:
    """Each with the rows that were read until its end. The next one is read while the one before is
    written: one wants the processor, the other waits for the database. Whatever the reading raises
    comes out here, in its turn."""
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        ahead = reader.submit(copy_context().run, _next_of, book, rows)
        while (found := ahead.result())[0]:
            ahead = reader.submit(copy_context().run, _next_of, book, rows)
            yield found


@no_search()
def _next_of(book: Book, rows: Iterator[Row]) -> tuple[list[Row], int]:
    return list(islice(rows, BATCH_ROWS)), book.rows_read


@no_search()
def _apply(batch: list[Row], importer: ModuleType, to: Import) -> None:
    importer.apply(batch, to)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
