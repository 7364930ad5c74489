"""What a fee rule answers: a line of a bill before it is written. Pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from contract.messages import ExplainRow, Text


@dataclass(frozen=True, slots=True)
class Charge:
    """One line to be. ``quantity`` and ``rate`` are printed as they stand; ``amount_minor`` is fen."""

    amount_minor: int
    quantity: str
    quantity_unit: Text
    rate: str
    note: Text | None = None
    explanation: tuple[ExplainRow, ...] = ()


def to_minor(major: Decimal) -> int:
    """Major units to minor units (two decimals), half a fen upward, once a line."""
    return int((major * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def plain(number: Decimal, decimals: int) -> str:
    """As printed on a bill: fixed decimals, no exponent; more decimals only when they say something."""
    needed = max(decimals, -number.normalize().as_tuple().exponent)  # type: ignore[operator]
    return f"{number:.{needed}f}"


def row(label_zh: str, label_en: str, value_zh: str, value_en: str | None = None) -> ExplainRow:
    return ExplainRow(
        label=Text(zh=label_zh, en=label_en),
        value=Text(zh=value_zh, en=value_zh if value_en is None else value_en),
    )
