"""What a fee rule answers: lines of a bill before they are written, or why there can be none. Pure."""

from dataclasses import dataclass, field
from decimal import Decimal

from contract.currency import EXPONENTS
from contract.messages import ExplainRow, Text
from contract.money import half_width


@dataclass(frozen=True, slots=True)
class Charge:
    """One line to be. ``quantity`` and ``rate`` are printed as they stand; ``amount_minor`` is in minor
    units of the community's currency. ``once``: the key of the ``OneOff`` that it charges."""

    amount_minor: int
    quantity: str
    quantity_unit: Text
    rate: str
    note: Text | None = None
    explanation: tuple[ExplainRow, ...] = ()
    once: int | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a unit cannot be charged: ``code`` for programs, ``reason`` for people."""

    code: str
    reason: Text


@dataclass(slots=True)
class Outcome:
    """By unit code. A unit that is blocked gets no bill, whatever else it is charged."""

    charges: dict[str, list[Charge]] = field(default_factory=dict)
    blocked: dict[str, list[Blocked]] = field(default_factory=dict)

    def charge(self, unit: str, charges: list[Charge]) -> None:
        if charges:
            self.charges.setdefault(unit, []).extend(charges)

    def block(self, unit: str, why: Blocked) -> None:
        self.blocked.setdefault(unit, []).append(why)


def price_of(rate: Decimal, currency: str, more: int = 0) -> str:
    """A rate as printed on a bill, without a sign: with the decimals of the currency and ``more``."""
    return plain(rate, EXPONENTS[currency] + more)


def plain(number: Decimal, decimals: int) -> str:
    """As printed on a bill: fixed decimals, no exponent; more decimals only when they say something."""
    needed = max(decimals, -number.normalize().as_tuple().exponent)  # type: ignore[operator]
    return f"{number:.{needed}f}"


def row(label_zh: str, label_en: str, value_zh: str, value_en: str | None = None) -> ExplainRow:
    return ExplainRow(
        label=Text(zh=label_zh, en=label_en),
        value=Text(zh=value_zh, en=half_width(value_zh) if value_en is None else value_en),
    )
