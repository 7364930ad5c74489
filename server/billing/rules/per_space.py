"""Parking: a fixed amount for each space a unit holds, for the days on which it does. Pure."""

from contract.messages import Text
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.item import ItemFacts
from server.billing.rules.kept import Wording, charge_each
from server.billing.rules.outcome import Outcome

_WORDING = Wording(Text(zh="车位 {code}", en="Space {code}"), Text(zh="车位", en="Parking space"))


class PerSpace:
    """One line a space, so that a resident sees which space is meant."""

    code = "per_space"

    def charge(self, item: ItemFacts, facts: PeriodFacts) -> Outcome:
        return charge_each(self.code, item, facts, lambda unit: unit.parking_spaces, _WORDING)
