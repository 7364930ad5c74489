"""The fee rules that a tariff can name. A new rule is one class in this folder and its row here."""

from decimal import Decimal
from typing import Protocol

from server.billing.rules.facts import PeriodFacts
from server.billing.rules.fixed import Fixed
from server.billing.rules.outcome import Charge
from server.billing.rules.per_area import PerArea
from server.billing.rules.per_meter import PerMeter
from server.billing.rules.per_space import PerSpace
from server.billing.rules.shared import Shared


class Rule(Protocol):
    """How one fee item is charged over a whole community for one period."""

    code: str
    name: str

    def charges(self, rate: Decimal, facts: PeriodFacts) -> dict[str, list[Charge]]:
        """The lines by unit code; ``rate`` is major units for one quantity unit."""
        ...


RULES: dict[str, Rule] = {
    rule.code: rule for rule in (PerArea(), Fixed(), PerMeter(), Shared(), PerSpace())
}


def rule_choices() -> list[tuple[str, str]]:
    return [(rule.code, rule.name) for rule in RULES.values()]
