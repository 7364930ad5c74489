"""All items of a period over some units: lines with their items, and what blocks a unit's bill. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.billing.rules import reasons
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.item import ItemFacts
from server.billing.rules.outcome import Blocked, Charge, Outcome
from server.billing.rules.pieces import in_force
from server.billing.rules.reductions import DiscountFacts, WaiverFacts, discounted, waived
from server.billing.rules.registry import RULES


@dataclass(slots=True)
class UnitCharges:
    """What one unit is charged: (code of the item, line) in the order of the items. While anything is in
    ``blocked``, no bill may be made of it."""

    lines: list[tuple[str, Charge]] = field(default_factory=list)
    blocked: list[tuple[str, Blocked]] = field(default_factory=list)

    @property
    def total_minor(self) -> int:
        return sum(charge.amount_minor for _, charge in self.lines)


def calculate(
    facts: PeriodFacts,
    items: Sequence[ItemFacts],
    discounts: Mapping[str, list[DiscountFacts]] | None = None,
    waivers: Mapping[str, list[WaiverFacts]] | None = None,
) -> dict[str, UnitCharges]:
    """By unit code, for all units of the facts. No line is left out: what cannot be charged blocks."""
    outcomes: dict[str, Outcome] = {}
    for item in items:
        _charge(item, {i.code: i for i in items}, facts, outcomes, ())
    found = {}
    for unit in facts.units:
        charges = found[unit.code] = UnitCharges()
        for item in items:
            _take(
                charges, item, unit.code, outcomes[item.code], facts, discounts or {}, waivers or {}
            )
    return found


def _take(
    charges: UnitCharges,
    item: ItemFacts,
    unit: str,
    outcome: Outcome,
    facts: PeriodFacts,
    discounts: Mapping[str, list[DiscountFacts]],
    waivers: Mapping[str, list[WaiverFacts]],
) -> None:
    charges.blocked += [(item.code, why) for why in outcome.blocked.get(unit, [])]
    lines = list(outcome.charges.get(unit, []))
    of_item = [d for d in discounts.get(unit, []) if d.item in ("", item.code)]
    lines += discounted(lines, of_item, facts)
    total = sum(line.amount_minor for line in lines)
    lines += waived(
        total, [w for w in waivers.get(unit, []) if w.item in ("", item.code)], facts.currency
    )
    charges.lines += [(item.code, line) for line in lines]


def _charge(
    item: ItemFacts,
    known: Mapping[str, ItemFacts],
    facts: PeriodFacts,
    outcomes: dict[str, Outcome],
    above: tuple[str, ...],
) -> None:
    """Fills in the outcome of the item; that of its base first."""
    if item.code in outcomes:
        return
    outcome = Outcome()
    rules = {t.rule for d in (facts.first, facts.last) if (t := in_force(item, d))}
    rules |= {t.rule for t in item.tariffs if facts.first <= t.valid_from <= facts.last}
    over = item.ends is not None and item.ends < facts.first
    if not item.tariffs and not over:
        _block_all(outcome, item, facts, reasons.no_tariff())
    if "percentage" in rules:
        item = _with_base(item, known, facts, outcomes, (*above, item.code), outcome)
    for rule in sorted(rules):
        _add(outcome, RULES[rule].charge(item, facts))
    if "one_off" not in rules:
        for unit in item.one_offs:
            outcome.block(unit, reasons.no_tariff())
    outcomes[item.code] = outcome


def _with_base(
    item: ItemFacts,
    known: Mapping[str, ItemFacts],
    facts: PeriodFacts,
    outcomes: dict[str, Outcome],
    above: tuple[str, ...],
    outcome: Outcome,
) -> ItemFacts:
    base = known.get(item.base)
    if base is None or base.code in above:
        _block_all(outcome, item, facts, reasons.wrong_base())
        return item
    _charge(base, known, facts, outcomes, above)
    of_base = outcomes[base.code]
    for unit in facts.units:
        if unit.code in of_base.blocked and item.concerns(unit.kind):
            outcome.block(unit.code, reasons.base_blocked(base.name))
    sums = {unit: sum(c.amount_minor for c in cs) for unit, cs in of_base.charges.items()}
    return replace(item, base_minor=sums)


def _block_all(outcome: Outcome, item: ItemFacts, facts: PeriodFacts, why: Blocked) -> None:
    for unit in facts.units:
        if item.concerns(unit.kind):
            outcome.block(unit.code, why)


def _add(outcome: Outcome, more: Outcome) -> None:
    for unit, charges in more.charges.items():
        outcome.charge(unit, charges)
    for unit, why in more.blocked.items():
        outcome.blocked.setdefault(unit, []).extend(why)
