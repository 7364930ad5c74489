"""The fee rules that a tariff can name. A new rule is one class in this folder and its row here."""

from typing import Protocol

from server.billing.rules.facts import PeriodFacts
from server.billing.rules.fixed import Fixed
from server.billing.rules.item import ItemFacts
from server.billing.rules.one_off import OneOffRule
from server.billing.rules.outcome import Outcome
from server.billing.rules.per_area import PerArea
from server.billing.rules.per_meter import PerMeter
from server.billing.rules.per_space import PerSpace
from server.billing.rules.per_vehicle import PerVehicle
from server.billing.rules.percentage import Percentage
from server.billing.rules.shared import Shared


class Rule(Protocol):
    """How one fee item is charged over the units of the facts for one period."""

    code: str

    def charge(self, item: ItemFacts, facts: PeriodFacts) -> Outcome:
        """Lines, and what blocks, by unit code, of the days on which a tariff of this rule holds."""
        ...


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        PerArea(),
        Fixed(),
        PerMeter(),
        Shared(),
        PerSpace(),
        PerVehicle(),
        OneOffRule(),
        Percentage(),
    )
}
