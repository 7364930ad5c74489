"""Months that a package covers: a line of nought on the month's bill, and the share of the price becomes
income with it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from contract.messages import ExplainRow, Text
from contract.money import Money
from server.billing import leases
from server.billing.models import BillState
from server.billing.packages.models import PackageMonth
from server.billing.rules.calculation import UnitCharges
from server.billing.rules.outcome import Blocked, Charge
from server.estate.models import Unit
from server.language import both
from server.ledger import posting
from server.ledger.posting import Line, Posting

KIND = "package_month"  # of a posting; the reference is the bill's number and the month
_PAID = (BillState.PAID, BillState.WAIVED)

Covered = dict[int, list[PackageMonth]]  # by unit


def account_of(item_code: str) -> str:
    """What was paid ahead for an item and is not earned yet."""
    return f"packages:{item_code}"


def lapses(month: PackageMonth, held: leases.Held, today: date | None) -> bool:
    """Whether the sale of a month that is not paid is over: its day has passed, nobody may have paid it,
    and no month of it was used."""
    bill = month.sale.bill
    return (
        today is not None
        and bill.state == BillState.OPEN
        and bill.due < today
        and leases.key_of(bill) not in held
        and not any(one.used_at for one in month.sale.months.all())
    )


def covered(units: Sequence[Unit], period: str, items: Iterable[str]) -> Covered:
    """The months that packages have of these units' fees; two questions, for any number of units."""
    rows = PackageMonth.objects.filter(
        unit__in=units, period=period, given_up=False, fee_item__code__in=list(items)
    )
    found: Covered = defaultdict(list)
    for month in rows.select_related("sale__bill", "fee_item").prefetch_related("sale__months"):
        found[month.unit_id].append(month)
    return found


def cover(
    charges: UnitCharges, months: Sequence[PackageMonth], held: leases.Held, today: date | None
) -> list[PackageMonth]:
    """Puts what packages cover into a unit's charges; the months that are paid. One that waits to be paid
    blocks the bill, until its day: see ``selling.lapse``."""
    paid = []
    for month in months:
        bill, code = month.sale.bill, month.fee_item.code
        if bill.state in _PAID:
            charges.lines = _without(charges.lines, code, _line(month))
            charges.blocked = [one for one in charges.blocked if one[0] != code]
            paid.append(month)
        elif not lapses(month, held, today):
            said = both("a package of this month waits to be paid until %(day)s", day=bill.due)
            charges.blocked.append((code, Blocked("package_waits", said)))
    return paid


def _without(
    lines: list[tuple[str, Charge]], code: str, instead: Charge
) -> list[tuple[str, Charge]]:
    """The item's lines replaced by one, at their place."""
    at = next((place for place, (own, _) in enumerate(lines) if own == code), None)
    if at is None:  # nothing is charged, so there is nothing to be said
        return lines
    kept = [line for line in lines if line[0] != code]
    return [*kept[:at], (code, instead), *kept[at:]]


def _line(month: PackageMonth) -> Charge:
    bill = month.sale.bill
    full = Money(month.full_minor, bill.currency)
    paid_on = bill.paid_on.isoformat() if bill.paid_on else ""
    title = Text(zh=bill.title_zh, en=bill.title_en)
    rows = [
        ExplainRow(label=both("Paid by the package"), value=title),
        ExplainRow(label=both("Bill of the package"), value=Text(zh=bill.number, en=bill.number)),
        ExplainRow(label=both("Without it"), value=Text(zh=full.display(), en=full.display())),
    ]
    if paid_on:
        rows.insert(2, ExplainRow(label=both("Paid on"), value=Text(zh=paid_on, en=paid_on)))
    return Charge(
        amount_minor=0,
        quantity="1",
        quantity_unit=both("month"),
        rate="0.00",
        note=both("in the package"),
        explanation=tuple(rows),
    )


def use(months: Iterable[PackageMonth], community_id: int, currency: str, at: datetime) -> None:
    """The months are billed now: their shares of the price are earned. Once a month; within the caller's
    transaction, which holds the community."""
    new = [month for month in months if month.used_at is None]
    if not new:
        return
    by_posting: dict[tuple[str, str], list[PackageMonth]] = defaultdict(list)
    for month in new:
        by_posting[month.sale.bill.number, month.period].append(month)
    postings = [
        Posting(KIND, f"{number}:{period}", tuple(_earned(number, rows)))
        for (number, period), rows in by_posting.items()
        if any(row.amount_minor for row in rows)
    ]
    if postings:
        posting.post_many(community_id, postings, currency=currency, at=at)
    PackageMonth.objects.filter(pk__in=[month.pk for month in new]).update(used_at=at)


def _earned(number: str, months: list[PackageMonth]) -> list[Line]:
    lines = []
    for month in months:
        if month.amount_minor:
            code, minor = month.fee_item.code, month.amount_minor
            lines.append(Line(account_of(code), minor, month.unit_id, number))
            lines.append(Line(f"income:{code}", -minor, month.unit_id, number))
    return lines
