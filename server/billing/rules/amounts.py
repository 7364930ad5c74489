"""From exact amounts to lines in minor units: rounded once, minimum kept, the parts adding up. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from contract.currency import EXPONENTS
from contract.messages import ExplainRow, Text
from contract.money import Money
from server.billing.rules.item import ItemFacts, Proration, Rounding
from server.billing.rules.outcome import Charge, row
from server.billing.rules.shares import split_exactly, sum_of

_STEPS = {  # in tenths of powers of a major unit: exponent, and whether it is cut off
    Rounding.TENTH: (1, False),
    Rounding.WHOLE: (0, False),
    Rounding.TENTH_DOWN: (1, True),
    Rounding.WHOLE_DOWN: (0, True),
}
_SAID = {
    Rounding.TENTH: ("四舍五入到角", "to the nearest tenth"),
    Rounding.WHOLE: ("四舍五入到元", "to the nearest whole"),
    Rounding.TENTH_DOWN: ("舍去分", "down to a tenth"),
    Rounding.WHOLE_DOWN: ("舍去角分", "down to a whole"),
}

_PARTS_SAID = {
    Proration.WHOLE: ("按整月计，变动从下月起", "whole months; a change begins with the next one"),
    Proration.HALVES: ("按半月计，从 1 日或 16 日起", "half months, from the 1st or the 16th"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A line whose amount in minor units is not rounded yet. ``explain`` gets what it comes to."""

    exact: Fraction
    quantity: str
    quantity_unit: Text
    rate: str
    note: Text | None
    explain: Callable[[Money], tuple[ExplainRow, ...]]


def charges_of(parts: Sequence[Part], item: ItemFacts, currency: str) -> list[Charge]:
    """The lines of what belongs together (a unit's area, one space, one meter): rounded once over all of
    them as the item says, at least the item's minimum, and split so that they add up to it."""
    if not parts:
        return []
    exact = [part.exact for part in parts]
    total = rounded(sum_of(exact), item.rounding, currency)
    rows = _rows(item)
    least = rounded(major(item.minimum, currency), Rounding.CENT, currency) if item.minimum else 0
    if least:
        shown = Money(least, currency).display()
        rows += (
            row("不足最低收费，按最低收费", "At least the minimum", shown)
            if total < least
            else row("最低收费", "Minimum", shown),
        )
        total = max(total, least)
    amounts = split_exactly(total, exact)
    return [
        Charge(
            amount_minor=amount,
            quantity=part.quantity,
            quantity_unit=part.quantity_unit,
            rate=part.rate,
            note=part.note,
            explanation=part.explain(Money(amount, currency)) + rows,
        )
        for part, amount in zip(parts, amounts, strict=True)
    ]


@lru_cache(1_024)
def major(amount: Decimal, currency: str) -> Fraction:
    """Exact minor units of an amount in major ones: mostly a price, the same for many units."""
    return Fraction(amount) * 10 ** EXPONENTS[currency]


def rounded(exact: Fraction, rounding: Rounding, currency: str) -> int:
    """Minor units, half of a step upward. A step is never less than a minor unit of the currency."""
    decimals, down = _STEPS.get(rounding, (EXPONENTS[currency], False))
    step = 10 ** max(0, EXPONENTS[currency] - decimals)
    over, under = exact.numerator, exact.denominator * step
    return (over // under if down else (2 * over + under) // (2 * under)) * step


def _rows(item: ItemFacts) -> tuple[ExplainRow, ...]:
    """The item's rules of rounding and of parts of a month, where they are not the usual ones."""
    rounding, parts = _SAID.get(item.rounding), _PARTS_SAID.get(item.proration)
    rows = (row("不足一月", "Parts of a month", *parts),) if parts else ()
    return (*rows, row("取整", "Rounded", *rounding)) if rounding else rows
