"""Shared cost: what a meter of many counted, split over its units by area. Pure."""

from decimal import Decimal

from contract.messages import Text
from contract.money import Money, sign
from server.billing.rules.facts import MeterFacts, PeriodFacts, UnitFacts
from server.billing.rules.metered import measure_of, number, readings_of, used_of
from server.billing.rules.outcome import Charge, price_of, row
from server.billing.rules.shares import split


class Shared:
    """The cost of each meter is rounded once; the units' shares add up to exactly that."""

    code = "shared"
    name = "公摊，按表按面积 Shared, by meter and area"

    def charges(self, rate: Decimal, facts: PeriodFacts) -> dict[str, list[Charge]]:
        """Raises CounterWentBack."""
        charges: dict[str, list[Charge]] = {}
        for meter in facts.meters:
            units = [unit for unit in facts.units if meter.shared_by(unit)]
            if units:
                for code, charge in _of_meter(meter, units, rate, facts.currency).items():
                    charges.setdefault(code, []).append(charge)
        return charges


def _of_meter(
    meter: MeterFacts, units: list[UnitFacts], rate: Decimal, currency: str
) -> dict[str, Charge]:
    used = used_of(meter)
    cost = Money.of(used * rate, currency)
    shares = split(cost.minor, {unit.code: unit.area_m2 for unit in units})
    area = sum((unit.area_m2 for unit in units), Decimal(0))
    return {u.code: _charge(meter, u, shares[u.code], cost, area, rate) for u in units}


def _charge(
    meter: MeterFacts, unit: UnitFacts, share: int, cost: Money, area: Decimal, rate: Decimal
) -> Charge:
    used, part = meter.used, unit.area_m2 / area
    price, before_price = price_of(rate, cost.currency, more=1), sign(cost.currency)
    price_zh = f"{price} 元" if cost.currency == "CNY" else f"{before_price}{price}"
    unit_zh, unit_en = measure_of(meter)
    by_zh, by_en = _place(meter, unit)
    return Charge(
        amount_minor=share,
        quantity=f"{used * part:.2f}",
        quantity_unit=Text(zh=unit_zh, en=unit_en),
        rate=price,
        note=Text(zh=f"{by_zh}按面积", en=f"{by_en}, by area"),
        explanation=(
            *readings_of(meter),
            row(
                f"{_USED[meter.utility]} {number(used)} {unit_zh} × {price_zh}",
                f"Used {number(used)} {unit_en} × {before_price}{price}",
                cost.display(),
            ),
            row(*_AREA_OF[len(meter.place)], f"{area:,.2f} ㎡", f"{area:,.2f} m²"),
            row("您家面积", "Your unit", f"{unit.area_m2} ㎡", f"{unit.area_m2} m²"),
            row(
                f"您家分摊 {part:.2%}",
                f"Your share {part:.2%}",
                Money(share, cost.currency).display(),
            ),
        ),
    )


def _place(meter: MeterFacts, unit: UnitFacts) -> tuple[str, str]:
    """Who shares it, as a resident calls them."""
    return {
        0: ("全小区", "Whole community"),
        1: (unit.building_zh, unit.building_en),
        2: (unit.entrance_zh, unit.entrance_en),
    }[len(meter.place)]


_AREA_OF = {
    0: ("全小区总面积", "All units of the community"),
    1: ("本楼总面积", "All units of the building"),
    2: ("本单元总面积", "All units of the entrance"),
}
_USED = {"electricity": "用电", "water": "用水", "gas": "用气", "heat": "用热"}
