"""Fee by area: square metres times rate. Pure."""

from functools import partial

from contract.messages import ExplainRow, Text
from contract.money import Money, sign
from server.billing.rules import reasons
from server.billing.rules.amounts import Part, charges_of, major
from server.billing.rules.facts import PeriodFacts, UnitFacts
from server.billing.rules.item import ItemFacts
from server.billing.rules.outcome import Outcome, plain, price_of, row
from server.billing.rules.pieces import Piece, Pieces


class PerArea:
    """Property fee: area in m² × rate a month."""

    code = "per_area"

    def charge(self, item: ItemFacts, facts: PeriodFacts) -> Outcome:
        outcome, pieces = Outcome(), Pieces(item, facts, self.code)
        for unit in facts.units:
            of_unit = pieces.of(unit) if item.concerns(unit.kind) else []
            if of_unit and unit.area_m2 <= 0:
                outcome.block(unit.code, reasons.no_area(unit.code))
                continue
            parts = [_part(unit, piece, facts.currency) for piece in of_unit]
            outcome.charge(unit.code, charges_of(parts, item, facts.currency))
        return outcome


def _part(unit: UnitFacts, piece: Piece, currency: str) -> Part:
    area, price = plain(unit.area_m2, 2), price_of(piece.tariff.rate, currency)
    return Part(
        exact=major(unit.area_m2 * piece.tariff.rate, currency) * piece.share,
        quantity=area,
        quantity_unit=_M2,
        rate=price,
        note=piece.note,
        explain=partial(_explain, area, price, piece),
    )


def _explain(area: str, price: str, piece: Piece, amount: Money) -> tuple[ExplainRow, ...]:
    return (
        row("建筑面积", "Floor area", f"{area} ㎡", f"{area} m²"),
        row("每月每平方米", "Each month, each m²", f"{sign(amount.currency)}{price}"),
        *piece.rows(),
        row("计算", "Calculation", f"{area} × {price}{piece.times} = {amount.display()}"),
    )


_M2 = Text(zh="㎡", en="m²")
