"""One fee item with its tariffs and what is charged under it: plain values for the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from contract.messages import Text
from server.billing.rules.facts import MeterFacts, UnreadMeter


class Proration(StrEnum):
    """What becomes of a tariff, or of somebody who pays, that begins or ends within a month.

    By days: each day by what holds on it. By whole months: all by what holds on the first day, so that
    a change begins with the next month. By half months: those that begin on the 1st and on the 16th.
    """

    DAYS = "days"
    WHOLE = "whole_month"
    HALVES = "half_month"


class Rounding(StrEnum):
    """To which step of major units, and which way, an amount is rounded."""

    CENT = "cent"
    TENTH = "tenth"
    WHOLE = "whole"
    TENTH_DOWN = "tenth_down"
    WHOLE_DOWN = "whole_down"


class SplitBy(StrEnum):
    """By what a shared cost is split."""

    AREA = "area"
    UNIT = "unit"
    USE = "use"
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Step:
    """``rate`` for use up to ``up_to`` (in the unit of the utility, counted from nought); the last step
    has no end."""

    up_to: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class TariffFacts:
    """``rate`` in major units for one quantity unit a month, or in percent; ``steps`` instead of it,
    over a month or a calendar year."""

    rule: str
    valid_from: date
    rate: Decimal
    steps: tuple[Step, ...] = ()
    steps_over_year: bool = False


NO_NOTE = Text(zh="", en="")


@dataclass(frozen=True, slots=True)
class OneOff:
    """Something that is charged once, in minor units."""

    key: int
    amount_minor: int
    note: Text


@dataclass(frozen=True)
class Pool:
    """A cost that several units share. ``meter`` counted it, or ``cost_minor`` was entered as it is.

    ``weights``: by unit code, over all who share it. ``broken``: why it cannot be split, as a pair of a
    reason's code and what it is about, or ``unread``; nobody of it is charged then.
    """

    key: str
    place: tuple[str, ...]
    weights: Mapping[str, Decimal]
    meter: MeterFacts | None = None
    cost_minor: int = 0
    note: Text = NO_NOTE
    broken: tuple[str, str] | None = None
    unread: UnreadMeter | None = None
    memo: dict[str, Any] = field(
        default_factory=dict, compare=False, repr=False
    )  # units come in batches

    @cached_property
    def weight(self) -> Decimal:
        return sum(self.weights.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """``minimum``: major units for each line's whole, 0 for none. ``kinds``: of units that are charged,
    empty for all; ``of_kept``: kinds of spaces or vehicles, likewise. ``ends``: the last day for which
    the item is charged at all."""

    code: str
    name: Text
    tariffs: tuple[TariffFacts, ...]
    proration: Proration = Proration.DAYS
    rounding: Rounding = Rounding.CENT
    minimum: Decimal = Decimal(0)
    kinds: frozenset[str] = frozenset()
    of_kept: frozenset[str] = frozenset()
    split_by: SplitBy = SplitBy.AREA
    ends: date | None = None
    meters: Mapping[str, tuple[MeterFacts | UnreadMeter, ...]] = field(default_factory=dict)
    pools: tuple[Pool, ...] = ()
    one_offs: Mapping[str, tuple[OneOff, ...]] = field(default_factory=dict)
    base: str = ""  # the code of the item of which this one is a percentage
    base_minor: Mapping[str, int] = field(default_factory=dict)  # by unit code

    def concerns(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds
