"""Late fee by day, after grace, up to the cap; and what a bill costs on a day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.billing.rules.late_fee import LateFeeTerms, days_late, late_fee_minor

DUE = date(2026, 10, 31)
TERMS = LateFeeTerms(Decimal("0.0005"), 0, Decimal("0.3"))


@pytest.mark.parametrize(
    ("today", "fee"),
    [
        (date(2026, 10, 30), 0),
        (DUE, 0),
        (date(2026, 11, 1), 25),  # 495.00 × 0.0005 = 0.2475
        (date(2026, 11, 24), 594),
        (date(2030, 1, 1), 14_850),  # the cap
    ],
)
def test_growing_by_the_day(today: date, fee: int):
    assert late_fee_minor(49_500, DUE, today, TERMS) == fee


def test_days_of_grace_are_free_then_count():
    terms = LateFeeTerms(Decimal("0.001"), 5, Decimal(1))
    assert late_fee_minor(10_000, DUE, DUE + timedelta(days=5), terms) == 0
    assert late_fee_minor(10_000, DUE, DUE + timedelta(days=6), terms) == 60


def test_no_policy_no_fee():
    assert late_fee_minor(10_000, DUE, date(2030, 1, 1), None) == 0


@given(st.integers(0, 10**9), st.integers(-400, 4_000), st.integers(0, 60))
def test_never_shrinks_never_passes_the_cap(amount: int, days: int, grace: int):
    terms = LateFeeTerms(Decimal("0.0005"), grace, Decimal("0.3"))
    today = DUE + timedelta(days=days)
    fee = late_fee_minor(amount, DUE, today, terms)
    assert 0 <= fee <= amount * Decimal("0.3") + 1
    assert fee <= late_fee_minor(amount, DUE, today + timedelta(days=1), terms)
    assert fee == 0 or days_late(DUE, today) > grace
