"""The fee rules, on facts alone."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.billing.rules.facts import MeterFacts, PeriodFacts, UnitFacts
from server.billing.rules.metered import CounterWentBack
from server.billing.rules.per_area import PerArea
from server.billing.rules.per_space import PerSpace
from server.billing.rules.shared import Shared
from server.billing.rules.shares import split

D = Decimal


def unit(code: str, area: str, *spaces: str, entrance: str = "2") -> UnitFacts:
    return UnitFacts(code, ("3", entrance), "3号楼2单元", "Building 3, Entrance 2", D(area), spaces)


def meter(before: str, now: str, entrance: str = "2") -> MeterFacts:
    read = (date(2026, 9, 30), date(2026, 10, 31))
    return MeterFacts("E302", ("3", entrance), D(before), read[0], D(now), read[1])


def test_area_times_rate():
    [charge] = PerArea().charges(D("2.80"), PeriodFacts("2026-10", (unit("a", "118.60"),)))["a"]
    assert (charge.amount_minor, charge.quantity, charge.rate) == (33_208, "118.60", "2.80")


def test_half_a_fen_goes_up():
    [charge] = PerArea().charges(D("0.5"), PeriodFacts("2026-10", (unit("a", "0.01"),)))["a"]
    assert charge.amount_minor == 1  # 0.005


def test_a_rate_keeps_the_decimals_that_matter():
    [charge] = PerArea().charges(D("2.8050"), PeriodFacts("2026-10", (unit("a", "100"),)))["a"]
    assert charge.rate == "2.805"


def test_parking_has_a_line_for_each_space_and_none_without():
    facts = PeriodFacts("2026-10", (unit("a", "1", "B2-117", "B2-118"), unit("b", "1")))
    charges = PerSpace().charges(D(150), facts)
    assert [c.note.zh for c in charges["a"] if c.note] == ["车位 B2-117", "车位 B2-118"]
    assert [c.amount_minor for c in charges["a"]] == [15_000, 15_000]
    assert "b" not in charges


def test_shared_electricity_as_on_the_wall():
    """1,187 kWh at 0.617 are 732.38; 118.60 of 4,702.80 m² is 18.47."""
    others = tuple(unit(f"o{n}", "114.605") for n in range(40))
    facts = PeriodFacts("2026-10", (unit("a", "118.60"), *others), (meter("18204", "19391"),))
    charges = Shared().charges(D("0.617"), facts)
    [charge] = charges["a"]
    assert charge.amount_minor == 1_847
    assert sum(c.amount_minor for cs in charges.values() for c in cs) == 73_238
    said = [row.label.zh + " " + row.value.zh for row in charge.explanation]
    assert said == [
        "电表上次读数（9月30日） 18,204 度",
        "电表本次读数（10月31日） 19,391 度",
        "用电 1,187 度 × 0.617 元 ￥732.38",
        "本单元总面积 4,702.80 ㎡",
        "您家面积 118.60 ㎡",
        "您家分摊 2.52% ￥18.47",
    ]


def test_a_meter_is_shared_by_its_own_entrance_only():
    facts = PeriodFacts(
        "2026-10", (unit("a", "50"), unit("b", "50", entrance="1")), (meter("0", "10"),)
    )
    assert set(Shared().charges(D(1), facts)) == {"a"}


def test_a_counter_that_went_back_is_not_billed():
    facts = PeriodFacts("2026-10", (unit("a", "50"),), (meter("10", "9"),))
    with pytest.raises(CounterWentBack, match="E302"):
        Shared().charges(D(1), facts)


areas = st.decimals(min_value=1, max_value=500, places=2)


@given(st.integers(0, 10**9), st.dictionaries(st.text("abc123", min_size=1), areas, min_size=1))
def test_shares_add_up_and_nobody_is_off_by_a_fen(amount: int, weights: dict[str, D]):
    shares = split(amount, weights)
    whole = sum(weights.values())
    assert sum(shares.values()) == amount
    assert all(abs(shares[n] - amount * w / whole) < 1 for n, w in weights.items())


@given(st.integers(0, 10**6), st.lists(areas, min_size=1, max_size=60))
def test_the_same_bill_is_always_the_same(amount: int, weights: list[D]):
    named = {f"u{n}": w for n, w in enumerate(weights)}
    backwards = dict(reversed(named.items()))
    assert split(amount, named) == split(amount, backwards)


def test_nothing_can_be_shared_by_nothing():
    with pytest.raises(ValueError, match="weights"):
        split(100, {"a": D(0)})
