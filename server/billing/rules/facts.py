"""What the fee rules know of a community in one period. Plain values; no database."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """``entrance`` names the part of the building that shares meters, e.g. ("3", "2")."""

    code: str
    entrance: tuple[str, str]
    entrance_zh: str
    entrance_en: str
    area_m2: Decimal
    parking_spaces: tuple[str, ...] = ()
    building_zh: str = ""
    building_en: str = ""


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """A meter of one fee item with its two counters.

    ``place``: who shares it, as the beginning of ``UnitFacts.entrance``: () the whole community, ("3",)
    a building, ("3", "2") an entrance. ``unit``: the code of the one unit whose own it is, else empty.
    ``multiplier``: units of the utility for one step of the counter. ``begins_again_at``: where it went
    past its last digit, else None. ``replaced``: the old meter's last and the new one's first counter.
    """

    code: str
    place: tuple[str, ...]
    before: Decimal
    before_on: date
    now: Decimal
    now_on: date
    unit: str = ""
    utility: str = "electricity"
    multiplier: Decimal = Decimal(1)
    begins_again_at: Decimal | None = None
    replaced: tuple[Decimal, Decimal] | None = None

    @property
    def used(self) -> Decimal:
        """In the unit of the utility; negative when a counter went back."""
        if self.replaced is not None:
            old_final, new_first = self.replaced
            old, new = old_final - self.before, self.now - new_first
            return min(old, new) if min(old, new) < 0 else (old + new) * self.multiplier
        return (self.now - self.before + (self.begins_again_at or 0)) * self.multiplier

    def shared_by(self, unit: UnitFacts) -> bool:
        return not self.unit and unit.entrance[: len(self.place)] == self.place


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """``meters`` are those of the fee item that is being charged; amounts are in ``currency``."""

    period: str
    units: tuple[UnitFacts, ...]
    meters: tuple[MeterFacts, ...] = ()
    currency: str = "CNY"
