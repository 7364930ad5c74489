"""Plain facts for tests of the fee rules: units, meters, one item with its tariffs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from contract.messages import Text
from server.billing.rules.facts import KeptFacts, MeterFacts, PeriodFacts, UnitFacts
from server.billing.rules.item import ItemFacts, Pool, TariffFacts
from server.billing.rules.outcome import Charge, Outcome
from server.billing.rules.registry import RULES

D = Decimal
READ = (date(2026, 9, 30), date(2026, 10, 31))
LONG_AGO = date(2020, 1, 1)


def unit(code: str, area: str = "100", *spaces: str, place=("3", "2"), **more: Any) -> UnitFacts:
    entrance = Text(zh="3号楼2单元", en="Building 3, Entrance 2")
    held = tuple(KeptFacts(space) for space in spaces)
    building = Text(zh="3号楼", en="Building 3")
    more = {"parking_spaces": held, "building_name": building} | more
    return UnitFacts(code, place, entrance, D(area), **more)


def meter(before: str, now: str, place: tuple[str, ...] = ("3", "2"), **more: Any) -> MeterFacts:
    return MeterFacts("E302", place, D(before), READ[0], D(now), READ[1], **more)


def tariff(rule: str, rate: Any = 1, valid_from: date = LONG_AGO, **more: Any) -> TariffFacts:
    return TariffFacts(rule, valid_from, D(rate), **more)


def item(*tariffs: TariffFacts, code: str = "fee", **more: Any) -> ItemFacts:
    return ItemFacts(code, Text(zh="费", en="Fee"), tariffs, **more)


def pool(of: MeterFacts | None, units: Sequence[UnitFacts], **more: Any) -> Pool:
    """Shared by area among those of the units that are of its place."""
    place = of.place if of else more.pop("place", ())
    sharing = [u for u in units if u.entrance[: len(place)] == place]
    return Pool("E302", place, {u.code: u.area_m2 for u in sharing}, meter=of, **more)


def outcome_of(
    of: ItemFacts, *units: UnitFacts, period: str = "2026-10", currency: str = "CNY"
) -> Outcome:
    """Of the rule of the item's newest tariff."""
    return RULES[of.tariffs[-1].rule].charge(of, PeriodFacts(period, units, currency))


def charges(of: ItemFacts, *units: UnitFacts, **more: Any) -> dict[str, list[Charge]]:
    outcome = outcome_of(of, *units, **more)
    assert outcome.blocked == {}
    return outcome.charges


def total(of: dict[str, list[Charge]]) -> int:
    return sum(charge.amount_minor for lines in of.values() for charge in lines)


def said(charge: Charge) -> list[str]:
    return [f"{row.label.zh} {row.value.zh}" for row in charge.explanation]
