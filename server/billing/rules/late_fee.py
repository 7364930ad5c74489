"""Late fee (违约金): so much a day after the days of grace, up to a cap. Pure; no clock."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class LateFeeTerms:
    """``daily_rate`` and ``cap`` are shares of the amount, e.g. 0.0005 a day up to 0.30."""

    daily_rate: Decimal
    grace_days: int
    cap: Decimal


def days_late(due: date, today: date) -> int:
    return max(0, (today - due).days)


def late_fee_minor(amount_minor: int, due: date, today: date, terms: LateFeeTerms | None) -> int:
    """In minor units, half upward, once for the whole bill.

    Within the days of grace nothing is charged; after them the days count from the due date.
    """
    late = days_late(due, today)
    if terms is None or late <= terms.grace_days or amount_minor <= 0:
        return 0
    share = min(terms.daily_rate * late, terms.cap)
    return int((amount_minor * share).quantize(Decimal(1), rounding=ROUND_HALF_UP))
