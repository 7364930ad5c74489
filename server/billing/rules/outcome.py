"""What a fee rule answers: a line of a bill before it is written. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from contract.currency import EXPONENTS
from contract.messages import ExplainRow, Text


@dataclass(frozen=True, slots=True)
class Charge:
    """One line to be. ``quantity`` and ``rate`` are printed as they stand; ``amount_minor`` is in minor
    units of the community's currency."""

    amount_minor: int
    quantity: str
    quantity_unit: Text
    rate: str
    note: Text | None = None
    explanation: tuple[ExplainRow, ...] = ()


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
        value=Text(zh=value_zh, en=value_zh if value_en is None else value_en),
    )
