"""A fixed amount a month for each unit. Pure."""

from decimal import Decimal

from contract.messages import Text
from contract.money import Money, sign
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.outcome import Charge, price_of, row


class Fixed:
    """The same for every unit, whatever its size."""

    code = "fixed"
    name = "每户固定 Fixed for each unit"

    def charges(self, rate: Decimal, facts: PeriodFacts) -> dict[str, list[Charge]]:
        price = price_of(rate, facts.currency)
        charge = Charge(
            amount_minor=Money.of(rate, facts.currency).minor,
            quantity="1",
            quantity_unit=Text(zh="个月", en="month"),
            rate=price,
            explanation=(row("每月", "Each month", f"{sign(facts.currency)}{price}"),),
        )
        return {unit.code: [charge] for unit in facts.units}
