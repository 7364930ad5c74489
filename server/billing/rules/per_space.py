"""Parking: a fixed amount for each space a unit has. Pure."""

from decimal import Decimal

from contract.messages import Text
from contract.money import Money, sign
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.outcome import Charge, price_of, row


class PerSpace:
    """One line a space, so that a resident sees which space is meant."""

    code = "per_space"
    name = "每车位固定 Fixed for each parking space"

    def charges(self, rate: Decimal, facts: PeriodFacts) -> dict[str, list[Charge]]:
        return {
            unit.code: [_charge(space, rate, facts.currency) for space in unit.parking_spaces]
            for unit in facts.units
            if unit.parking_spaces
        }


def _charge(space: str, rate: Decimal, currency: str) -> Charge:
    price = price_of(rate, currency)
    return Charge(
        amount_minor=Money.of(rate, currency).minor,
        quantity="1",
        quantity_unit=Text(zh="个月", en="month"),
        rate=price,
        note=Text(zh=f"车位 {space}", en=f"Space {space}"),
        explanation=(
            row("车位", "Parking space", space),
            row("每月", "Each month", f"{sign(currency)}{price}"),
        ),
    )
