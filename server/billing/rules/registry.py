"""The fee rules that a tariff can name. A new rule is one class in this folder and its row here."""

from decimal import Decimal
from typing import Protocol

from server.billing.rules.by_area import ByArea
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.outcome import Charge
from server.billing.rules.parking_fixed import ParkingFixed
from server.billing.rules.shared_electricity import SharedElectricityByMeter


class Rule(Protocol):
    """How one fee item is charged over a whole community for one period."""

    code: str
    name: str

    def charges(self, rate: Decimal, facts: PeriodFacts) -> dict[str, list[Charge]]:
        """The lines by unit code; ``rate`` is major units for one quantity unit."""
        ...


RULES: dict[str, Rule] = {
    rule.code: rule for rule in (ByArea(), ParkingFixed(), SharedElectricityByMeter())
}


def rule_choices() -> list[tuple[str, str]]:
    return [(rule.code, rule.name) for rule in RULES.values()]
