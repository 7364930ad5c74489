"""A fixed amount for each vehicle a unit keeps, for the days on which it does. Pure."""

from contract.messages import Text
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.item import ItemFacts
from server.billing.rules.kept import Wording, charge_each
from server.billing.rules.outcome import Outcome

_WORDING = Wording(Text(zh="车辆 {code}", en="Vehicle {code}"), Text(zh="车牌", en="Plate"))


class PerVehicle:
    """One line a vehicle, by its plate."""

    code = "per_vehicle"

    def charge(self, item: ItemFacts, facts: PeriodFacts) -> Outcome:
        return charge_each(self.code, item, facts, lambda unit: unit.vehicles, _WORDING)
