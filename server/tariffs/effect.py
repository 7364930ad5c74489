"""What a new tariff would change for the units that there are: old and new amount. Reads only.

Both are reckoned by the rules themselves, for a whole month and on the figures (areas, readings,
spaces) of one month that is known, so that nothing but the price differs. What is a percentage of the
item is reckoned with it.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from server.billing import opening
from server.billing.models import Bill, BillState, FeeItem
from server.billing.period_facts import PeriodBook
from server.billing.periods import period_of
from server.billing.rules.calculation import calculate
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.item import ItemFacts, TariffFacts
from server.billing.rules.outcome import Blocked
from server.billing.rules.pieces import in_force
from server.billing_runs.batches import UNITS, Walk, position_of
from server.estate.models import Unit

SHOWN = 50  # units whose amount changes most

_ALWAYS = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class UnitEffect:
    """Minor units a month; None where it cannot be reckoned."""

    unit: str
    old: int | None
    new: int | None

    @property
    def change(self) -> int:
        return (self.new or 0) - (self.old or 0)


@dataclass(slots=True)
class Effect:
    """``period``: the month whose figures are reckoned with. ``units``: all that pay anything, before or
    after. ``old`` and ``new``: sums over those of which both are known. ``rows``: those that change most.
    ``blocked``: units of which it cannot be told, with the first reasons."""

    period: str
    units: int = 0
    changed: int = 0
    old: int = 0
    new: int = 0
    rows: list[UnitEffect] = field(default_factory=list)
    blocked: int = 0
    reasons: list[tuple[str, Blocked]] = field(default_factory=list)


def effect_of(item: FeeItem, tariff: TariffFacts, *, shown: int = SHOWN) -> Effect:
    """Against the tariff that is in force when the new one begins."""
    period = _period(item, tariff)
    book = PeriodBook(item.community, period)
    codes = _with_parts(item.code, book.items)
    found, walk = Effect(period), Walk(item.community, period, UNITS)
    top: list[tuple[int, int, UnitEffect]] = []
    position: dict[str, Any] = {}
    while units := walk.after(position):
        for one, why in _of_batch(book, units, item.code, codes, tariff):
            if why:
                found.blocked += 1
                found.reasons += [(one.unit, why[0])] if len(found.reasons) < shown else []
                continue
            if one.old is None or one.new is None or not (one.old or one.new):
                continue
            found.units += 1
            found.changed += one.change != 0
            found.old, found.new = found.old + one.old, found.new + one.new
            entry = abs(one.change), -found.units, one
            (heapq.heappush if len(top) < shown else heapq.heappushpop)(top, entry)
        position = position_of(units[-1])
    found.rows = [one for _, _, one in sorted(top, reverse=True)]
    return found


def _period(item: FeeItem, tariff: TariffFacts) -> str:
    """The last month that has bills of this item, whose figures are all there; else the first of the
    tariff."""
    bills = Bill.objects.filter(community=item.community, lines__fee_item=item)
    last = opening.issued_here(bills).exclude(state=BillState.VOID).order_by("-period").first()
    return last.period if last else period_of(tariff.valid_from)


def _with_parts(code: str, items: Sequence[ItemFacts]) -> frozenset[str]:
    """The item and all that are percentages of it."""
    found = {code}
    while more := {one.code for one in items if one.base in found} - found:
        found |= more
    return frozenset(found)


def _of_batch(
    book: PeriodBook,
    units: Sequence[Unit],
    code: str,
    codes: frozenset[str],
    tariff: TariffFacts,
) -> Iterator[tuple[UnitEffect, list[Blocked]]]:
    known = book.facts(units)
    whole = tuple(replace(one, begins=None, ends=None) for one in known.units)
    facts = replace(known, units=whole)
    items = [one for one in book.items_for(units) if one.code in codes or one.code == code]
    old = calculate(facts, [_at(one, tariff.valid_from, code, None) for one in items])
    new = calculate(facts, [_at(one, tariff.valid_from, code, tariff) for one in items])
    for unit in units:
        was, becomes = old[unit.code], new[unit.code]
        why = [reason for _, reason in becomes.blocked]
        yield (
            UnitEffect(
                unit.code,
                None if was.blocked else was.total_minor,
                None if why else becomes.total_minor,
            ),
            why,
        )


def _at(item: ItemFacts, day: date, code: str, new: TariffFacts | None) -> ItemFacts:
    """The item with one tariff for all time: the new one for the item itself, else what is in force on
    ``day`` without it. Nothing is charged where there is none."""
    item = replace(item, pools=tuple(replace(pool, memo={}) for pool in item.pools))
    known = new if item.code == code and new is not None else in_force(item, day)
    if known is None:
        return replace(item, tariffs=(), ends=_ALWAYS, one_offs={})
    return replace(item, tariffs=(replace(known, valid_from=_ALWAYS),), ends=None, one_offs={})


def billed_since(item: FeeItem, day: date) -> list[str]:
    """The months from ``day`` on that have bills of this item already: those stay as they are."""
    first = PeriodFacts(period_of(day), ()).period
    bills = Bill.objects.filter(
        community=item.community, lines__fee_item=item, period__gte=first
    ).exclude(state=BillState.VOID)
    return sorted(set(opening.issued_here(bills).values_list("period", flat=True)))
