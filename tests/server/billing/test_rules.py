"""The fee rules, on facts alone: whole months of one tariff."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.messages import Text
from server.billing.rules.item import OneOff, Pool, Proration, Rounding, SplitBy
from server.billing.rules.shares import split
from tests.server.billing.rule_facts import (
    charges,
    item,
    meter,
    outcome_of,
    pool,
    said,
    tariff,
    total,
    unit,
)

D = Decimal


def test_area_times_rate():
    [charge] = charges(item(tariff("per_area", "2.80")), unit("a", "118.60"))["a"]
    assert (charge.amount_minor, charge.quantity, charge.rate) == (33_208, "118.60", "2.80")
    assert said(charge) == [
        "建筑面积 118.60 ㎡",
        "每月每平方米 ￥2.80",
        "计算 118.60 × 2.80 = ￥332.08",
    ]


def test_half_a_fen_goes_up():
    [charge] = charges(item(tariff("per_area", "0.5")), unit("a", "0.01"))["a"]
    assert charge.amount_minor == 1  # 0.005


def test_a_rate_keeps_the_decimals_that_matter():
    [charge] = charges(item(tariff("per_area", "2.8050")), unit("a"))["a"]
    assert charge.rate == "2.805"


def test_without_an_area_nothing_is_charged_and_it_is_said():
    outcome = outcome_of(item(tariff("per_area")), unit("a", "0"), unit("b"))
    assert set(outcome.charges) == {"b"}
    assert [(why.code, why.reason.en) for why in outcome.blocked["a"]] == [
        ("area_missing", "unit a has no area")
    ]


def test_parking_has_a_line_for_each_space_and_none_without():
    found = charges(
        item(tariff("per_space", 150)), unit("a", "1", "B2-117", "B2-118"), unit("b", "1")
    )
    assert [c.note.zh for c in found["a"] if c.note] == ["车位 B2-117", "车位 B2-118"]
    assert [c.amount_minor for c in found["a"]] == [15_000, 15_000]
    assert "b" not in found


def test_shared_electricity_as_on_the_wall():
    """1,187 kWh at 0.617 are 732.38; 118.60 of 4,702.80 m² is 18.47."""
    units = [unit("a", "118.60"), *(unit(f"o{n}", "114.605") for n in range(40))]
    shared = item(tariff("shared", "0.617"), pools=(pool(meter("18204", "19391"), units),))
    found = charges(shared, *units)
    [charge] = found["a"]
    assert charge.amount_minor == 1_847
    assert total(found) == 73_238
    assert (charge.note.zh, charge.note.en) == (
        "3号楼2单元按面积",
        "Building 3, Entrance 2, by area",
    )
    assert said(charge) == [
        "电表上次读数（9月30日） 18,204 度",
        "电表本次读数（10月31日） 19,391 度",
        "用电 1,187 度 × 0.617 元 ￥732.38",
        "本单元总面积 4,702.80 ㎡",
        "您家面积 118.60 ㎡",
        "您家分摊 2.52% ￥18.47",
    ]


def test_a_fixed_fee_is_the_same_for_all():
    found = charges(item(tariff("fixed", "12.5")), unit("a"), unit("b", "30"))
    assert {code: total({code: lines}) for code, lines in found.items()} == {"a": 1_250, "b": 1_250}


def test_only_the_kinds_of_units_that_are_meant_are_charged():
    shops = item(tariff("fixed", 5), kinds=frozenset({"shop"}))
    assert set(charges(shops, unit("a"), unit("b", kind="shop"))) == {"b"}


def test_a_one_off_is_charged_as_it_was_entered():
    once = item(
        tariff("one_off"), one_offs={"a": (OneOff(7, 12_345, Text(zh="换锁", en="New lock")),)}
    )
    [charge] = charges(once, unit("a"), unit("b"))["a"]
    assert (charge.amount_minor, charge.once, charge.note.en) == (12_345, 7, "New lock")


def test_a_percentage_of_another_item():
    part = item(tariff("percentage", "6"), base="property", base_minor={"a": 33_208})
    [charge] = charges(part, unit("a"), unit("b"))["a"]
    assert (charge.amount_minor, charge.quantity, charge.rate) == (1_992, "332.08", "0.06")


@pytest.mark.parametrize(
    ("rounding", "amount", "shown"),
    [
        (Rounding.CENT, 33_255, None),
        (Rounding.TENTH, 33_260, "取整 四舍五入到角"),
        (Rounding.WHOLE, 33_300, "取整 四舍五入到元"),
        (Rounding.TENTH_DOWN, 33_250, "取整 舍去分"),
        (Rounding.WHOLE_DOWN, 33_200, "取整 舍去角分"),
    ],
)
def test_an_item_rounds_as_it_says(rounding: Rounding, amount: int, shown: str | None):
    [charge] = charges(item(tariff("fixed", "332.55"), rounding=rounding), unit("a"))["a"]
    assert charge.amount_minor == amount
    assert shown is None or shown in said(charge)


def test_rounding_never_goes_below_the_currencys_own_unit():
    yen = item(tariff("fixed", "332.55"), rounding=Rounding.TENTH)
    [charge] = charges(yen, unit("a"), currency="JPY")["a"]
    assert charge.amount_minor == 333


def test_a_minimum_is_kept_and_said():
    least = item(tariff("per_area", "0.05"), minimum=D(10))
    [charge] = charges(least, unit("a"))["a"]
    assert charge.amount_minor == 1_000
    assert said(charge)[-1] == "不足最低收费，按最低收费 ￥10.00"
    [charge] = charges(least, unit("a", "300"))["a"]
    assert charge.amount_minor == 1_500


@pytest.mark.parametrize(
    ("by", "weights", "amounts"),
    [
        (SplitBy.UNIT, {"a": D(1), "b": D(1), "c": D(1)}, [334, 333, 333]),
        (SplitBy.WEIGHT, {"a": D("0.5"), "b": D(0), "c": D("1.5")}, [250, 0, 750]),
        (SplitBy.USE, {"a": D(3), "c": D(1)}, [750, 250]),
    ],
)
def test_a_cost_is_split_as_the_item_says(by: SplitBy, weights: dict, amounts: list[int]):
    lift = Pool("lift", ("3",), weights, cost_minor=1_000, note=Text(zh="电梯维保", en="Lift"))
    units = [unit(code) for code in "abc"]
    found = charges(item(tariff("shared"), pools=(lift,), split_by=by), *units)
    assert [c.amount_minor for code in weights for c in found[code]] == amounts
    assert said(found["a"][0])[0] == "电梯维保 ￥10.00"


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


def test_the_items_own_rules_are_printed():
    of = item(
        tariff("fixed", "12.34"),
        minimum=D(5),
        rounding=Rounding.TENTH,
        proration=Proration.WHOLE,
    )
    [line] = charges(of, unit("a"))["a"]
    assert line.amount_minor == 1230
    assert said(line)[-3:] == [
        "不足一月 按整月计，变动从下月起",
        "取整 四舍五入到角",
        "最低收费 ￥5.00",
    ]
    [least] = charges(item(tariff("fixed", 1), minimum=D(5)), unit("a"))["a"]
    assert said(least)[-1] == "不足最低收费，按最低收费 ￥5.00"
    [usual] = charges(item(tariff("fixed", 1)), unit("a"))["a"]
    assert said(usual) == ["每月 ￥1.00"]
