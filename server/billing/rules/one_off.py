"""Something that is charged once: a repair, a card, a deposit. Pure."""

from contract.messages import Text
from contract.money import Money
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.item import ItemFacts
from server.billing.rules.outcome import Charge, Outcome, row


class OneOffRule:
    """One line for each; the amount is as it was entered."""

    code = "one_off"

    def charge(self, item: ItemFacts, facts: PeriodFacts) -> Outcome:
        outcome = Outcome()
        for unit in facts.units:
            for once in item.one_offs.get(unit.code, ()):
                amount = Money(once.amount_minor, facts.currency)
                charge = Charge(
                    amount_minor=amount.minor,
                    quantity="1",
                    quantity_unit=Text(zh="次", en="time"),
                    rate=f"{amount.decimal}",
                    note=once.note,
                    explanation=(row("一次性收费", "Charged once", amount.display()),),
                    once=once.key,
                )
                outcome.charge(unit.code, [charge])
        return outcome
