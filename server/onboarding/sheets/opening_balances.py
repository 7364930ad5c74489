"""What units owed and had to their credit before the move, of this sheet and of the sheet of units.

It is money: what was brought forward once is never changed by a file. Where a file says another amount,
the remedy is named, and staff act on the page of the unit.
"""

from collections.abc import Sequence, Set
from typing import Any

from django.utils.translation import gettext_lazy as _

from server.billing import opening
from server.billing.models import FeeItem
from server.onboarding.cells import CellRefused
from server.onboarding.estate_index import Import
from server.onboarding.workbook import Row

KINDS = ("opening_balances",)


def apply(rows: Sequence[Row], to: Import) -> None:
    placed = []
    for row in rows:
        try:
            placed.append((row, to.index.unit_of(row)))
        except CellRefused as refused:
            to.refused(row, "room", refused)
    bring(placed, to)


def bring(placed: Sequence[tuple[Row, int]], to: Import, made: Set[int] = frozenset[int]()) -> None:
    """Debts and credits of rows with the keys of their units. ``made``: those that were made just now,
    of which nothing can be known."""
    billed = opening.billed_units({unit for _row, unit in placed} - made)
    _debts(placed, to, billed, made)
    _credits(placed, to, billed, made)


def _may_be_brought(row: Row, column: str, unit: int, billed: set[int], to: Import) -> bool:
    """What a unit brought along is said before its first bill. Afterwards a file could give money away
    that nobody else has looked at."""
    if unit in billed:
        text = _(
            "This unit was billed here already: nothing is brought forward for it any more; take its"
            " credit in at the counter, charge what it owes"
        )
    elif not to.new_balances:
        text = _(
            "Bills are issued here already: what units bring along is imported by the company's own"
            " account, or at the server"
        )
    else:
        return True
    to.report.add(row.problem(column, text))
    return False


def _debts(placed: Sequence[tuple[Row, int]], to: Import, billed: set[int], made: Set[int]) -> None:
    wanted: list[tuple[Row, opening.Debt]] = []
    items = _items(to) if any(row["item"] for row, _unit in placed) else {}
    for row, unit in placed:
        minor = _minor(row, "owed_yuan", to)
        if not minor:
            continue
        item = items.get(row["item"].casefold()) if row["item"] else None
        if row["item"] and item is None:
            text = _("There is no fee item of this name; add it to the sheet tariffs")
            to.report.add(row.problem("item", text))
            continue
        debt = opening.Debt(unit, minor, row["period"] or "", row["due"], item)
        if _first_time(row, "owed_yuan", debt.number, to):
            wanted.append((row, debt))
    if not wanted:
        return
    known = opening.known_debts(d.number for _row, d in wanted if d.unit_id not in made)
    fresh = [(row, debt) for row, debt in wanted if debt.number not in known]
    for row, debt in wanted:
        if debt.number in known:
            _compare(row, "owed_yuan", debt.amount_minor, known[debt.number], to)
    taken = opening.billed_already(
        (debt.unit_id for _row, debt in fresh if debt.unit_id not in made),
        (opening.period_for(debt.period, to.today) for _row, debt in fresh),
    )
    debts = []
    for row, debt in fresh:
        period = opening.period_for(debt.period, to.today)
        if (debt.unit_id, period) in taken:
            text = _("The unit has a bill of %(period)s already; name another month in period")
            to.report.add(row.problem("owed_yuan", text, period=period))
            continue
        if not _may_be_brought(row, "owed_yuan", debt.unit_id, billed, to):
            continue
        taken.add((debt.unit_id, period))
        debts.append(debt)
    opening.bring_debts(to.community, debts, today=to.today, at=to.at)
    to.report.created["opening_balances"] += len(debts)


def _credits(
    placed: Sequence[tuple[Row, int]], to: Import, billed: set[int], made: Set[int]
) -> None:
    wanted: list[tuple[Row, int, int]] = []
    for row, unit in placed:
        minor = _minor(row, "credit_yuan", to)
        if minor and _first_time(row, "credit_yuan", unit, to):
            wanted.append((row, unit, minor))
    if not wanted:
        return
    asked = {unit for _row, unit, _minor_ in wanted} - made
    known = opening.known_credits(to.community, asked)
    fresh = {}
    for row, unit, minor in wanted:
        if unit in known:
            _compare(row, "credit_yuan", minor, known[unit], to)
        elif _may_be_brought(row, "credit_yuan", unit, billed, to):
            fresh[unit] = minor
    opening.bring_credits(to.community, fresh, at=to.at)
    to.report.created["opening_balances"] += len(fresh)


def _first_time(row: Row, column: str, key: Any, to: Import) -> bool:
    """A debt may stand in the sheet of units or in the one of opening balances, not in both."""
    known = to.seen.setdefault(("opening", column, key), row.number)
    if known == row.number:
        return True
    text = _("This balance of the unit stands in the file twice, also in row %(row)s; delete one")
    to.report.add(row.problem(column, text, row=known))
    return False


def _compare(row: Row, column: str, minor: int, booked: int, to: Import) -> None:
    if minor == booked:
        to.report.unchanged["opening_balances"] += 1
        return
    text = _(
        "Another amount was brought forward for this unit before and is in the books; correct it"
        " there (void the bill, or credit the unit), not by a file"
    )
    to.report.add(row.problem(column, text))


def _minor(row: Row, column: str, to: Import) -> int:
    """Nought where nothing is said, and where it was refused."""
    if row[column] is None:
        return 0
    try:
        return to.minor(row[column])
    except CellRefused as refused:
        to.refused(row, column, refused)
        return 0


def _items(to: Import) -> dict[str, FeeItem]:
    found: dict[str, FeeItem] = {}
    for item in FeeItem.objects.filter(community=to.community):
        found |= {name.casefold(): item for name in (item.code, item.name_zh, item.name_en)}
    return found
