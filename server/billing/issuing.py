"""Writes bills with their lines and posts them. A unit that has its bill already is left alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from contract.messages import Text
from server.billing.drafting import Draft, draft, paid_ahead
from server.billing.models import Bill, BillKind, BillLine, FeeItem, OneOffCharge
from server.billing.packages import coverage
from server.billing.packages.selling import lapse
from server.billing.period_facts import PeriodBook
from server.billing.rules.outcome import Charge
from server.bulk_insert import insert_many
from server.estate.models import Community, Unit
from server.estate.row_locks import hold_community
from server.ledger import posting
from server.ledger.posting import Line, Posting

BATCH = 500


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
    numbered = Bill.objects.filter(community=community, period=period, kind=BillKind.MONTH)
    first = numbered.count() + 1
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
    for bill, row in zip(bills, drafts, strict=True):
        once = [charge.once for _, charge in row.charges.lines if charge.once is not None]
        if once:
            OneOffCharge.objects.filter(pk__in=once).update(bill=bill)
    return bills


def natural(code: str) -> list[tuple[int, str]]:
    """3-2-1201 after 3-2-901: parts of digits by their value."""
    return [(int(p), "") if p.isascii() and p.isdigit() else (0, p) for p in code.split("-")]


def _write_lines(
    bills: Sequence[Bill], drafts: Sequence[Draft], items: Mapping[str, FeeItem]
) -> None:
    insert_many(
        [
            _line(bill, items[code], position, charge)
            for bill, row in zip(bills, drafts, strict=True)
            for position, (code, charge) in enumerate(row.charges.lines, 1)
        ]
    )


def _line(bill: Bill, item: FeeItem, position: int, charge: Charge) -> BillLine:
    return BillLine(
        community_id=bill.community_id,
        bill_id=bill.pk,
        fee_item_id=item.pk,
        position=position,
        amount_minor=charge.amount_minor,
        quantity=charge.quantity,
        quantity_unit=charge.quantity_unit,
        rate=charge.rate,
        note=charge.note or Text(zh="", en=""),
        explanation=[row.model_dump() for row in charge.explanation],
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
