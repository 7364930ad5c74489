"""Writes bills with their lines and posts them. A unit that has its bill already is left alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max

from server.billing.drafting import Draft, draft, paid_ahead
from server.billing.models import LINE_VALUES, Bill, BillKind, BillLine, FeeItem, OneOffCharge
from server.billing.packages import coverage
from server.billing.packages.selling import lapse
from server.billing.period_facts import PeriodBook
from server.billing.rules.item import NO_NOTE
from server.billing.rules.outcome import Charge, as_json
from server.bulk_insert import insert_many, insert_values
from server.estate.models import Community, Unit
from server.estate.row_locks import hold_community
from server.ledger import posting
from server.ledger.posting import Line, Posting
from server.outbox import putting as outbox
from server.outbox.models import Kind

BATCH = 500
_UNDER_WAY: list[Callable[[int, str], bool]] = []


def lock_numbers(community: Community) -> Community:
    """Bills of a community are numbered by one transaction at a time: this one, until it ends."""
    return hold_community(community.pk)


@transaction.atomic
def issue_period(
    community: Community,
    period: str,
    *,
    issued_on: date,
    due: date,
    at: datetime,
    units: Iterable[Unit] | None = None,
) -> list[Bill]:
    """Bills for ``units`` (all of them when None) with at least one minor unit to pay. All or nothing.

    A unit for which a fee cannot be reckoned gets none (see ``drafting``), nor one whose voided bill of
    the period may be paid after all. For many units, with progress: ``server.billing.runs``.
    """
    lock_numbers(community)
    wanted = Unit.objects.filter(community=community).select_related("building")
    if units is not None:
        wanted = wanted.filter(pk__in=[unit.pk for unit in units])
    chosen = sorted(wanted, key=lambda unit: natural(unit.code))
    book = PeriodBook(community, period)
    ahead = paid_ahead(book, chosen)
    lapse(ahead, issued_on, at)
    drafts = draft(book, chosen, issued_on, ahead)
    return write(book, drafts, issued_on=issued_on, due=due, at=at)


def write(
    book: PeriodBook, drafts: Sequence[Draft], *, issued_on: date, due: date, at: datetime
) -> list[Bill]:
    """Bills of the drafts that make one, numbered in their order, posted; what packages cover of drafts
    that are not blocked is used with them. Within the caller's transaction, which holds ``lock_numbers``
    and drafted after that."""
    community, period = book.community, book.period
    ahead = [month for row in drafts if not row.blocked for month in row.paid_ahead]
    coverage.use(ahead, community.pk, community.currency, at)
    drafts = [row for row in drafts if row.makes_a_bill]
    first = _numbered(book) + 1
    bills = [
        Bill(
            community=community,
            unit=row.unit,
            number=f"{period.replace('-', '')}{community.pk:04d}{number:05d}",
            period=period,
            issued_on=issued_on,
            due=due,
            currency=community.currency,
            amount_minor=row.charges.total_minor,
        )
        for number, row in enumerate(drafts, first)
    ]
    insert_many(bills, keys=True)
    items = {item.code: item for item in book.rows}
    _write_lines(bills, drafts, items)
    posting.post_many(
        community.pk,
        [_posting(bill, row) for bill, row in zip(bills, drafts, strict=True)],
        currency=community.currency,
        at=at,
    )
    outbox.put_many(community.pk, Kind.BILL, [(bill.number, bill.unit_id) for bill in bills], at)
    for bill, row in zip(bills, drafts, strict=True):
        once = [charge.once for _, charge in row.charges.lines if charge.once is not None]
        if once:
            OneOffCharge.objects.filter(pk__in=once).update(bill=bill)
    return bills


def _numbered(book: PeriodBook) -> int:
    """How many bills the community has of the period. While it is held none comes with an earlier key,
    so each is counted once, however many batches a run has."""
    last, known = book.counted
    rows = Bill.objects.filter(
        community=book.community, period=book.period, kind=BillKind.MONTH, pk__gt=last
    )
    more = rows.order_by().aggregate(count=Count("pk"), last=Max("pk"))
    book.counted = (more["last"] or last, known + more["count"])
    return book.counted[1]


def natural(code: str) -> list[tuple[int, str]]:
    """3-2-1201 after 3-2-901: parts of digits by their value."""
    return [(int(p), "") if p.isascii() and p.isdigit() else (0, p) for p in code.split("-")]


def _write_lines(
    bills: Sequence[Bill], drafts: Sequence[Draft], items: Mapping[str, FeeItem]
) -> None:
    insert_values(
        BillLine,
        LINE_VALUES,
        [
            (*(bill.community_id, bill.pk, items[code].pk, position), *_line(charge))
            for bill, row in zip(bills, drafts, strict=True)
            for position, (code, charge) in enumerate(row.charges.lines, 1)
        ],
    )


def _line(charge: Charge) -> tuple[Any, ...]:
    unit, note = charge.quantity_unit, charge.note or NO_NOTE
    return (
        *(charge.amount_minor, charge.quantity, unit.zh, unit.en, charge.rate),
        *(note.zh, note.en, [as_json(row) for row in charge.explanation]),
    )


def _posting(bill: Bill, row: Draft) -> Posting:
    unit, number = bill.unit_id, bill.number
    lines = [Line("receivable", bill.amount_minor, unit, number)]
    lines += [
        Line(f"income:{code}", -charge.amount_minor, unit, number)
        for code, charge in row.charges.lines
        if charge.amount_minor
    ]
    return Posting("bill", number, tuple(lines))


def under_way_says(asked: Callable[[int, str], bool]) -> None:
    """Who makes bills over a while says by it whether any of a community, by key, and of this period or
    later are being made."""
    _UNDER_WAY.append(asked)


def is_under_way(community: int, since: str) -> bool:
    return any(asked(community, since) for asked in _UNDER_WAY)
