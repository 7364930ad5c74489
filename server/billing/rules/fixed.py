"""A fixed amount a month for each unit. Pure."""

from functools import partial

from contract.messages import ExplainRow, Text
from contract.money import Money, sign
from server.billing.rules.amounts import Part, charges_of, major
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.item import ItemFacts
from server.billing.rules.outcome import Outcome, price_of, row
from server.billing.rules.pieces import Piece, Pieces

MONTH = Text(zh="个月", en="month")


class Fixed:
    """The same for every unit, whatever its size."""

    code = "fixed"

    def charge(self, item: ItemFacts, facts: PeriodFacts) -> Outcome:
        outcome, pieces = Outcome(), Pieces(item, facts, self.code)
        for unit in facts.units:
            of_unit = pieces.of(unit) if item.concerns(unit.kind) else []
            parts = [monthly(piece, facts.currency, piece.note) for piece in of_unit]
            outcome.charge(unit.code, charges_of(parts, item, facts.currency))
        return outcome


def monthly(
    piece: Piece, currency: str, note: Text | None, before: tuple[ExplainRow, ...] = ()
) -> Part:
    """One of something at a rate a month; ``before``: what the explanation begins with."""
    price = price_of(piece.tariff.rate, currency)
    return Part(
        exact=major(piece.tariff.rate, currency) * piece.share,
        quantity="1",
        quantity_unit=MONTH,
        rate=price,
        note=note,
        explain=partial(_explain, price, piece, before),
    )


def _explain(
    price: str, piece: Piece, before: tuple[ExplainRow, ...], amount: Money
) -> tuple[ExplainRow, ...]:
    rows = (*before, row("每月", "Each month", f"{sign(amount.currency)}{price}"))
    if piece.whole:
        return rows
    calculated = row("计算", "Calculation", f"{price}{piece.times} = {amount.display()}")
    return (*rows, *piece.rows(), calculated)
