"""Fee by area: square metres times rate. Pure."""

from decimal import Decimal

from contract.messages import Text
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.outcome import Charge, plain, row, to_minor


class ByArea:
    """Property fee: area in m² × rate a month, half a fen upward."""

    code = "by_area"
    name = "按建筑面积 By area"

    def charges(self, rate: Decimal, facts: PeriodFacts) -> dict[str, list[Charge]]:
        return {unit.code: [_charge(unit.area_m2, rate)] for unit in facts.units}


def _charge(area_m2: Decimal, rate: Decimal) -> Charge:
    area, price, amount = plain(area_m2, 2), plain(rate, 2), to_minor(area_m2 * rate)
    total = plain(Decimal(amount) / 100, 2)
    return Charge(
        amount_minor=amount,
        quantity=area,
        quantity_unit=Text(zh="㎡", en="m²"),
        rate=price,
        explanation=(
            row("建筑面积", "Floor area", f"{area} ㎡", f"{area} m²"),
            row("每月每平方米", "Each month, each m²", f"￥{price}"),
            row("计算", "Calculation", f"{area} × {price} = ￥{total}"),
        ),
    )
