"""The bills that some units would get for a period, or why they get none. Writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from server.billing import leases, opening
from server.billing.models import Bill, BillKind, PackageMonth
from server.billing.packages import coverage
from server.billing.period_facts import PeriodBook
from server.billing.rules.calculation import UnitCharges, calculate
from server.billing.rules.outcome import Blocked
from server.estate.models import Unit
from server.language import both


@dataclass(frozen=True, slots=True)
class Draft:
    """One unit's bill to be. ``billed``: it has one of the period already. ``paid_ahead``: what of it
    packages cover."""

    unit: Unit
    charges: UnitCharges
    billed: bool
    paid_ahead: Sequence[PackageMonth] = ()

    @property
    def blocked(self) -> list[tuple[str, Blocked]]:
        """Why it gets no bill: (code of the fee item, or empty, and the reason)."""
        return [] if self.billed else self.charges.blocked

    @property
    def makes_a_bill(self) -> bool:
        """Whether there is at least one minor unit to pay, and nothing in the way."""
        return not self.billed and not self.charges.blocked and self.charges.total_minor > 0


def draft(
    book: PeriodBook,
    units: Sequence[Unit],
    today: date | None = None,
    ahead: coverage.Covered | None = None,
) -> list[Draft]:
    """In the order of the units, whose buildings are loaded. A unit whose voided bill of the period may
    have been paid is blocked. ``today``: by which packages that wait to be paid are over; when None they
    wait. ``ahead``: what packages cover, where it is known."""
    if not units:
        return []
    charges = charges_of(book, units)
    keys = [unit.pk for unit in units]
    billed = periods_billed(keys, [book.period])
    held = leases.may_be_paid(keys)
    if ahead is None:
        ahead = paid_ahead(book, units)
    drafts = []
    for unit in units:
        of_unit, is_billed = charges[unit.code], unit.pk in billed
        covered = coverage.cover(of_unit, ahead.get(unit.pk, ()), held, today)
        if (unit.pk, book.period) in held and not is_billed:
            of_unit.blocked.append(("", _may_be_paid()))
        drafts.append(Draft(unit, of_unit, is_billed, covered))
    return drafts


def paid_ahead(book: PeriodBook, units: Sequence[Unit]) -> coverage.Covered:
    """What packages cover of these units' fees, or would if they were paid."""
    return coverage.covered(units, book.period, (row.code for row in book.rows))


def charges_of(book: PeriodBook, units: Sequence[Unit]) -> dict[str, UnitCharges]:
    """What the units' fees come to, by the units' codes, whatever was billed or paid ahead."""
    return calculate(
        book.facts(units), book.items_for(units), book.discounts(units), book.waivers(units)
    )


def periods_billed(unit_ids: Iterable[int], periods: Iterable[str]) -> dict[int, set[str]]:
    """By unit, those of the periods that have a bill, also one that is paid by instalments since."""
    rows = Bill.objects.filter(
        unit__in=list(unit_ids), period__in=list(periods), kind=BillKind.MONTH
    )
    found: dict[int, set[str]] = defaultdict(set)
    for unit, period in opening.standing(rows).order_by().values_list("unit_id", "period"):
        found[unit].add(period)
    return found


def _may_be_paid() -> Blocked:
    return Blocked(
        "may_be_paid",
        both("a voided bill of this period may have been paid; its payment is looked into"),
    )
