"""A part of what another item comes to, in percent, e.g. a tax or a management fee. Pure."""

from fractions import Fraction
from functools import partial

from contract.messages import ExplainRow, Text
from contract.money import Money
from server.billing.rules.amounts import Part, charges_of
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.item import ItemFacts
from server.billing.rules.outcome import Outcome, plain, row
from server.billing.rules.pieces import Piece, pieces


class Percentage:
    """``rate`` is in percent. A unit that is not charged for the base is not charged for this."""

    code = "percentage"

    def charge(self, item: ItemFacts, facts: PeriodFacts) -> Outcome:
        outcome, of_period = Outcome(), pieces(item, facts, self.code)
        for unit in facts.units:
            base = item.base_minor.get(unit.code, 0)
            if base <= 0 or not item.concerns(unit.kind):
                continue
            parts = [_part(Money(base, facts.currency), piece) for piece in of_period]
            outcome.charge(unit.code, charges_of(parts, item, facts.currency))
        return outcome


def _part(base: Money, piece: Piece) -> Part:
    percent = plain(piece.tariff.rate, 0)
    return Part(
        exact=piece.share * base.minor * Fraction(piece.tariff.rate) / 100,
        quantity=f"{base.decimal}",
        quantity_unit=Text(zh="元" if base.currency == "CNY" else base.currency, en=base.currency),
        rate=plain(piece.tariff.rate.scaleb(-2), 2),
        note=piece.note,
        explain=partial(_explain, base, percent, piece),
    )


def _explain(base: Money, percent: str, piece: Piece, amount: Money) -> tuple[ExplainRow, ...]:
    return (
        row("计费基数", "Reckoned from", base.display()),
        *piece.rows(),
        row(
            "计算",
            "Calculation",
            f"{base.display()} × {percent}%{piece.times} = {amount.display()}",
        ),
    )
