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


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """A shared meter of one fee item with its two counters, in kWh."""

    code: str
    entrance: tuple[str, str]
    before: Decimal
    before_on: date
    now: Decimal
    now_on: date


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """``meters`` are those of the fee item that is being charged; amounts are in ``currency``."""

    period: str
    units: tuple[UnitFacts, ...]
    meters: tuple[MeterFacts, ...] = ()
    currency: str = "CNY"
