"""What the fee rules know of a community in one period. Plain values; no database."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contract.messages import Text


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """A parking space that a unit holds, or a vehicle that it keeps, from ``begins`` to ``ends``, both
    days included; None where there is no such day. ``kind``: owned or let, of a vehicle its kind."""

    code: str
    kind: str = ""
    begins: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """``entrance`` names the part of the building that shares meters, e.g. ("3", "2").

    ``kind``: home, shop, office, parking, storage. ``begins`` and ``ends``: the first and the last day
    for which somebody is charged; None for always.
    """

    code: str
    entrance: tuple[str, str]
    entrance_name: Text
    area_m2: Decimal
    parking_spaces: tuple[KeptFacts, ...] = ()
    vehicles: tuple[KeptFacts, ...] = ()
    building_name: Text = Text(zh="", en="")
    kind: str = "home"
    begins: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """A meter of one fee item with its two counters.

    ``place``: who shares it, as the beginning of ``UnitFacts.entrance``: () the whole community, ("3",)
    a building, ("3", "2") an entrance. ``unit``: the code of the one unit whose own it is, else empty.
    ``multiplier``: units of the utility for one step of the counter. ``begins_again_at``: where it went
    past its last digit, else None. ``replaced``: the old meter's last and the new one's first counter.
    ``used_this_year``: what was used in the earlier periods of the year, for steps over a year.
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
    estimated: bool = False
    used_this_year: Decimal = Decimal(0)

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
class UnreadMeter:
    """A meter whose use is not known. ``why``: "reading", "reading_before", "review" (staff must look at
    it). ``place`` and ``unit`` as of ``MeterFacts``."""

    code: str
    place: tuple[str, ...]
    unit: str
    why: str
    period: str


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """The units that are charged, of a community whose money is ``currency``, for a month YYYY-MM."""

    period: str
    units: tuple[UnitFacts, ...]
    currency: str = "CNY"

    @property
    def first(self) -> date:
        return date(int(self.period[:4]), int(self.period[5:]), 1)

    @property
    def days(self) -> int:
        return monthrange(self.first.year, self.first.month)[1]

    @property
    def last(self) -> date:
        return self.first.replace(day=self.days)
