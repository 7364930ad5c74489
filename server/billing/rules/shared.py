"""Shared cost: what a meter of many counted, or a cost that was entered, split over its units. Pure."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from contract.messages import ExplainRow, Text
from contract.money import Money, sign
from server.billing.rules import reasons
from server.billing.rules.amounts import major, rounded
from server.billing.rules.facts import MeterFacts, PeriodFacts, UnitFacts
from server.billing.rules.item import ItemFacts, Pool, SplitBy
from server.billing.rules.metered import measure_of, number, readings_of
from server.billing.rules.outcome import Charge, Outcome, price_of, row, text
from server.billing.rules.pieces import Piece, of_use
from server.billing.rules.shares import split, split_exactly

_TIME = Text(zh="次", en="share")
_ALL = Text(zh="全小区", en="Whole community")


class Shared:
    """The cost of each pool is rounded once; the units' shares add up to exactly that."""

    code = "shared"

    def charge(self, item: ItemFacts, facts: PeriodFacts) -> Outcome:
        outcome, pieces = Outcome(), of_use(item, facts, self.code)
        if not pieces:
            return outcome
        for pool in item.pools:
            sharing = [u for u in facts.units if _shares(item, pool, u)]
            why = _broken(pool)
            if why is not None:
                for unit in sharing:
                    outcome.block(unit.code, why)
                continue
            for part in _costs(pool, pieces, item, facts.currency):
                for unit in sharing:
                    if unit.code in part.shares:
                        outcome.charge(unit.code, [_charge(pool, part, unit, item.split_by)])
                    elif item.split_by is not SplitBy.USE:
                        outcome.block(unit.code, reasons.basis_changed())
        return outcome


class _Cost(NamedTuple):
    """What one piece of a pool comes to, and everybody's share of it in minor units. ``rows``: how it was
    counted; ``used``: what was counted, with the decimal ``part`` of the month, None where it was not."""

    piece: Piece
    cost: Money
    shares: dict[str, int]
    rows: list[ExplainRow]
    used: Decimal | None
    part: Decimal


def _shares(item: ItemFacts, pool: Pool, unit: UnitFacts) -> bool:
    return item.concerns(unit.kind) and unit.entrance[: len(pool.place)] == pool.place


def _broken(pool: Pool) -> reasons.Blocked | None:
    if pool.unread is not None:
        return reasons.unread(pool.unread)
    if pool.meter is not None and pool.meter.used < 0:
        return reasons.went_back(pool.meter)
    if pool.broken is not None:
        return reasons.not_split(*pool.broken)
    return None if pool.weight > 0 else reasons.not_split("nothing_to_share_by", pool.key)


def _costs(pool: Pool, pieces: list[Piece], item: ItemFacts, currency: str) -> list[_Cost]:
    """Worked out once for a pool, however many batches its units come in."""
    if "costs" not in pool.memo:
        if pool.meter is None:
            pieces, costs = pieces[-1:], [pool.cost_minor]
        else:
            used = Fraction(pool.meter.used)
            exact = [major(p.tariff.rate, currency) * used * p.share for p in pieces]
            whole = rounded(sum(exact, Fraction(0)), item.rounding, currency)
            costs = split_exactly(whole, exact)
        pool.memo["costs"] = [
            _cost(pool, piece, Money(cost, currency))
            for piece, cost in zip(pieces, costs, strict=True)
        ]
    return pool.memo["costs"]


def _cost(pool: Pool, piece: Piece, cost: Money) -> _Cost:
    if pool.meter is None:
        rows = [row(pool.note.zh or "公摊费用", pool.note.en or "Shared cost", cost.display())]
    else:
        rows = _counted(pool.meter, piece, cost)
    used = pool.meter.used if pool.meter else None
    return _Cost(piece, cost, split(cost.minor, pool.weights), rows, used, _decimal(piece.share))


def _charge(pool: Pool, part: _Cost, unit: UnitFacts, by: SplitBy) -> Charge:
    weight, currency = pool.weights[unit.code], part.cost.currency
    share, fraction = Money(part.shares[unit.code], currency), weight / pool.weight
    place = _place(pool, unit)
    by_zh, by_en = _BY[by]
    note = text(f"{place.zh}{by_zh}", f"{place.en}, {by_en}")
    if pool.meter is None or part.used is None:
        quantity, unit_of, rate = "1", _TIME, f"{share.decimal}"
    else:
        quantity = f"{part.used * Decimal(weight) / pool.weight * part.part:.2f}"
        unit_of = text(*measure_of(pool.meter))
        rate = price_of(part.piece.tariff.rate, currency, more=1)
        if part.piece.note is not None:
            days = part.piece.note
            note = text(f"{note.zh}，{days.zh}", f"{note.en}, {days.en}")
    return Charge(
        amount_minor=share.minor,
        quantity=quantity,
        quantity_unit=unit_of,
        rate=rate,
        note=note,
        explanation=(
            *part.rows,
            *_weights(pool, weight, by),
            row(f"您家分摊 {fraction:.2%}", f"Your share {fraction:.2%}", share.display()),
        ),
    )


def _counted(meter: MeterFacts, piece: Piece, cost: Money) -> list[ExplainRow]:
    (zh, en), currency = measure_of(meter), cost.currency
    price, before = price_of(piece.tariff.rate, currency, more=1), sign(currency)
    price_zh = f"{price} 元" if currency == "CNY" else f"{before}{price}"
    used = number(meter.used)
    return [
        *readings_of(meter),
        *piece.rows(),
        row(
            f"{_USED[meter.utility]} {used} {zh}{piece.times} × {price_zh}",
            f"Used {used} {en}{piece.times} × {before}{price}",
            cost.display(),
        ),
    ]


def _weights(pool: Pool, weight: Decimal, by: SplitBy) -> list[ExplainRow]:
    of_all, whole = len(pool.place), pool.weight
    if by is SplitBy.AREA:
        return [
            row(*_AREA_OF[of_all], f"{whole:,.2f} ㎡", f"{whole:,.2f} m²"),
            row("您家面积", "Your unit", f"{weight} ㎡", f"{weight} m²"),
        ]
    if by is SplitBy.UNIT:
        return [row("分摊户数", "Units that share", f"{whole} 户", f"{whole}")]
    zh, en = ("用量", "use") if by is SplitBy.USE else ("权重", "weight")
    return [
        row(f"{zh}合计", f"All {en}", number(whole)),
        row(f"您家{zh}", f"Your {en}", number(weight)),
    ]


def _place(pool: Pool, unit: UnitFacts) -> Text:
    """Who shares it, as a resident calls them."""
    return (_ALL, unit.building_name, unit.entrance_name)[len(pool.place)]


def _decimal(share: Fraction) -> Decimal:
    return Decimal(share.numerator) / Decimal(share.denominator)


_AREA_OF = {
    0: ("全小区总面积", "All units of the community"),
    1: ("本楼总面积", "All units of the building"),
    2: ("本单元总面积", "All units of the entrance"),
}
_BY = {
    SplitBy.AREA: ("按面积", "by area"),
    SplitBy.UNIT: ("按户", "by unit"),
    SplitBy.USE: ("按用量", "by use"),
    SplitBy.WEIGHT: ("按权重", "by weight"),
}
_USED = {"electricity": "用电", "water": "用水", "gas": "用气", "heat": "用热"}
