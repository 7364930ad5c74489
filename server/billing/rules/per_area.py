"""Fee by area: square metres times rate. Pure."""

from decimal import Decimal

from contract.messages import Text
from contract.money import Money, sign
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.outcome import Charge, plain, price_of, row


class PerArea:
    """Property fee: area in m² × rate a month, half a minor unit upward."""

    code = "per_area"
    name = "按建筑面积 By area"

    def charges(self, rate: Decimal, facts: PeriodFacts) -> dict[str, list[Charge]]:
        return {unit.code: [_charge(unit.area_m2, rate, facts.currency)] for unit in facts.units}


def _charge(area_m2: Decimal, rate: Decimal, currency: str) -> Charge:
    area, price = plain(area_m2, 2), price_of(rate, currency)
    amount = Money.of(area_m2 * rate, currency)
    return Charge(
        amount_minor=amount.minor,
        quantity=area,
        quantity_unit=Text(zh="㎡", en="m²"),
        rate=price,
        explanation=(
            row("建筑面积", "Floor area", f"{area} ㎡", f"{area} m²"),
            row("每月每平方米", "Each month, each m²", f"{sign(currency)}{price}"),
            row("计算", "Calculation", f"{area} × {price} = {amount.display()}"),
        ),
    )
