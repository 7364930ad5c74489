"""The bills that some units would get for a period, or why they get none. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.billing import leases
from server.billing.models import Bill, BillState
from server.billing.period_facts import PeriodBook
from server.billing.rules.calculation import UnitCharges, calculate
from server.billing.rules.outcome import Blocked
from server.estate.models import Unit
from server.language import both


@dataclass(frozen=True, slots=True)
class Draft:
    """One unit's bill to be. ``billed``: it has one of the period already."""

    unit: Unit
    charges: UnitCharges
    billed: bool

    @property
    def blocked(self) -> list[tuple[str, Blocked]]:
        """Why it gets no bill: (code of the fee item, or empty, and the reason)."""
        return [] if self.billed else self.charges.blocked

    @property
    def makes_a_bill(self) -> bool:
        """Whether there is at least one minor unit to pay, and nothing in the way."""
        return not self.billed and not self.charges.blocked and self.charges.total_minor > 0


def draft(book: PeriodBook, units: Sequence[Unit]) -> list[Draft]:
    """In the order of the units, whose buildings are loaded. A unit whose voided bill of the period may
    have been paid is blocked."""
    if not units:
        return []
    charges = calculate(
        book.facts(units), book.items_for(units), book.discounts(units), book.waivers(units)
    )
    keys = [unit.pk for unit in units]
    billed = set(
        Bill.objects.filter(unit__in=keys, period=book.period)
        .exclude(state=BillState.VOID)
        .values_list("unit_id", flat=True)
    )
    held = leases.may_be_paid(keys)
    drafts = []
    for unit in units:
        of_unit = charges[unit.code]
        if (unit.pk, book.period) in held and unit.pk not in billed:
            of_unit.blocked.append(("", _may_be_paid()))
        drafts.append(Draft(unit, of_unit, unit.pk in billed))
    return drafts


def _may_be_paid() -> Blocked:
    return Blocked(
        "may_be_paid",
        both("a voided bill of this period may have been paid; its payment is looked into"),
    )
