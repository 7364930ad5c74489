"""Use: what a unit's own meter counted, times the rate. Pure."""

from decimal import Decimal

from contract.messages import Text
from contract.money import Money, sign
from server.billing.rules.facts import MeterFacts, PeriodFacts
from server.billing.rules.metered import measure_of, number, readings_of, used_of
from server.billing.rules.outcome import Charge, plain, price_of, row


class PerMeter:
    """One line a meter, so that a resident sees which one is meant."""

    code = "per_meter"
    name = "按表计量 By the unit's own meter"

    def charges(self, rate: Decimal, facts: PeriodFacts) -> dict[str, list[Charge]]:
        """Raises CounterWentBack."""
        charges: dict[str, list[Charge]] = {}
        units = {unit.code for unit in facts.units}
        for meter in facts.meters:
            if meter.unit in units:
                charges.setdefault(meter.unit, []).append(_charge(meter, rate, facts.currency))
        return charges


def _charge(meter: MeterFacts, rate: Decimal, currency: str) -> Charge:
    used, price = used_of(meter), price_of(rate, currency, more=1)
    amount, (zh, en) = Money.of(used * rate, currency), measure_of(meter)
    shown = f"{sign(currency)}{price}"
    return Charge(
        amount_minor=amount.minor,
        quantity=plain(used, 2),
        quantity_unit=Text(zh=zh, en=en),
        rate=price,
        note=Text(zh=f"表 {meter.code}", en=f"Meter {meter.code}"),
        explanation=(
            *readings_of(meter),
            row(
                f"{number(used)} {zh} × {shown}", f"{number(used)} {en} × {shown}", amount.display()
            ),
        ),
    )
