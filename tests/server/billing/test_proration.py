"""Parts of a month, reductions, and whole bills: whatever the tariffs, no cent is made or lost."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.messages import Text
from server.billing.rules.calculation import calculate
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.item import NO_NOTE, OneOff, Proration, Rounding, TariffFacts
from server.billing.rules.pieces import of_use, pieces
from server.billing.rules.reductions import DiscountFacts, WaiverFacts
from tests.server.billing.rule_facts import charges, item, meter, pool, said, tariff, total, unit

D = Decimal
FIRST = date(2026, 12, 1)

days_around = st.dates(date(2026, 11, 15), date(2027, 1, 10))
rates = st.decimals(min_value=0, max_value=1000, places=4)
areas = st.decimals(min_value="0.01", max_value=5000, places=2)
prorations = st.sampled_from(Proration)


def tariffs(rule: str) -> st.SearchStrategy[tuple[TariffFacts, ...]]:
    """One that has always been, and changes around the period."""
    changes = st.dictionaries(days_around, rates, max_size=4)
    return st.builds(
        lambda first, later: (
            tariff(rule, first),
            *(tariff(rule, rate, day) for day, rate in sorted(later.items())),
        ),
        rates,
        changes,
    )


def test_a_change_by_days_is_printed_with_its_days():
    of = item(tariff("per_area", "2.80"), tariff("per_area", "3", date(2026, 12, 11)))
    first, second = charges(of, unit("a", "118.60"), period="2026-12")["a"]
    assert first.note.zh == "12月1日–10日" and second.note.en == "Dec 11–31"
    assert said(first)[2:] == [
        "计费天数（按日折算） 10 / 31 天",
        "计算 118.60 × 2.80 × 10/31 = ￥107.12",
    ]
    assert first.amount_minor + second.amount_minor == 34_815  # 348.147…


@pytest.mark.parametrize(
    ("proration", "begins", "amounts"),
    [
        (Proration.DAYS, date(2026, 12, 11), [21_000]),  # 21 of 31 days
        (Proration.WHOLE, date(2026, 12, 11), []),  # from the next month
        (Proration.WHOLE, FIRST, [31_000]),
        (Proration.HALVES, date(2026, 12, 2), [15_500]),
        (Proration.HALVES, date(2026, 12, 16), [15_500]),
        (Proration.HALVES, date(2026, 12, 17), []),
    ],
)
def test_who_begins_within_a_month(proration: Proration, begins: date, amounts: list[int]):
    of = item(tariff("fixed", 310), proration=proration)
    found = charges(of, unit("a", begins=begins), period="2026-12")
    assert [charge.amount_minor for charge in found.get("a", [])] == amounts


def test_an_item_that_ends_within_a_month():
    of = item(tariff("fixed", 310), ends=date(2026, 12, 10))
    assert total(charges(of, unit("a"), period="2026-12")) == 10_000


@given(tariffs("per_area"), areas, prorations, st.none() | days_around)
def test_pieces_cover_the_days_once(of_rule, area, proration, begins):
    of = item(*of_rule, proration=proration)
    facts = PeriodFacts("2026-12", ())
    found = pieces(of, facts, "per_area", unit("a", begins=begins))
    if begins is None or begins <= facts.first:
        assert sum((p.share for p in found), Fraction(0)) == 1
        assert found[0].begin == facts.first and found[-1].end == facts.last
    for before, after in pairwise(found):
        assert after.begin == before.end + timedelta(1)
        assert before.tariff is not after.tariff


@given(areas, rates, st.lists(days_around, max_size=5, unique=True), st.sampled_from(Rounding))
def test_a_change_to_the_same_rate_changes_no_amount(area, rate, changes, rounding):
    plain = item(tariff("per_area", rate), rounding=rounding)
    cut = item(
        tariff("per_area", rate),
        *(tariff("per_area", rate, day) for day in sorted(changes)),
        rounding=rounding,
    )
    a = unit("a", str(area))
    assert total(charges(cut, a, period="2026-12")) == total(charges(plain, a, period="2026-12"))


@given(tariffs("per_area"), areas, prorations)
def test_the_parts_of_a_change_add_up_to_what_it_comes_to_exactly(of_rule, area, proration):
    of = item(*of_rule, proration=proration)
    a = unit("a", str(area))
    exact = sum(
        Fraction(area) * Fraction(p.tariff.rate) * p.share * 100
        for p in pieces(of, PeriodFacts("2026-12", ()), "per_area", a)
    )
    found = charges(of, a, period="2026-12")["a"]
    assert abs(total({"a": found}) - exact) <= Fraction(1, 2)
    for charge, p in zip(found, pieces(of, PeriodFacts("2026-12", ()), "per_area", a), strict=True):
        assert (
            abs(charge.amount_minor - Fraction(area) * Fraction(p.tariff.rate) * p.share * 100) <= 1
        )


@given(
    tariffs("shared"),
    st.lists(areas, min_size=1, max_size=30),
    st.decimals(min_value=0, max_value=99_999, places=2),
)
def test_a_shared_cost_is_charged_to_the_cent(of_rule, of_units, used):
    units = [unit(f"u{n}", str(area)) for n, area in enumerate(of_units)]
    of = item(*of_rule, pools=(pool(meter("0", str(used)), units),))
    exact = sum(
        Fraction(used) * Fraction(p.tariff.rate) * p.share * 100
        for p in of_use(of, PeriodFacts("2026-12", ()), "shared")
    )
    whole = total(charges(of, *units, period="2026-12"))
    assert abs(whole - exact) <= Fraction(1, 2)
    one_by_one = sum(total(charges(of, u, period="2026-12")) for u in units)
    assert one_by_one == whole  # units come in batches


@given(st.data())
@settings(max_examples=60)
def test_lines_add_up_to_bills_whatever_is_taken_off(data):
    a = unit("a", str(data.draw(areas)), "P1", begins=data.draw(st.none() | days_around))
    items = [
        item(*data.draw(tariffs("per_area")), code="property"),
        item(*data.draw(tariffs("per_space")), code="parking", minimum=D(5)),
        item(*data.draw(tariffs("percentage")), code="tax", base="property"),
    ]
    discounts = data.draw(
        st.lists(
            st.builds(
                lambda of, percent, day, length: DiscountFacts(
                    of, percent, day, day + timedelta(length), Text(zh="空置", en="Vacant")
                ),
                st.sampled_from(["", "property", "parking"]),
                st.decimals(min_value=1, max_value=100, places=2),
                days_around,
                st.integers(0, 40),
            ),
            max_size=4,
        )
    )
    waivers = data.draw(
        st.lists(
            st.builds(
                WaiverFacts, st.sampled_from(["property", "tax"]), st.none() | st.integers(1, 10**6)
            ),
            max_size=3,
        )
    )
    facts = PeriodFacts("2026-12", (a,))
    bare = calculate(facts, items)["a"]
    of_unit = calculate(facts, items, {"a": discounts}, {"a": waivers})["a"]
    assert of_unit.blocked == []
    assert of_unit.total_minor == sum(line.amount_minor for _, line in of_unit.lines)
    assert 0 <= of_unit.total_minor <= bare.total_minor
    for code in ("property", "parking", "tax"):
        assert sum(line.amount_minor for of, line in of_unit.lines if of == code) >= 0
    kept = [line for line in of_unit.lines if line[1].amount_minor > 0]
    assert kept == [line for line in bare.lines if line[1].amount_minor > 0]


def test_a_discount_for_some_days_is_reckoned_from_them():
    facts = PeriodFacts("2026-12", (unit("a"),))
    name = Text(zh="空置优惠", en="Discount: vacant")
    vacant = DiscountFacts("fee", D(30), date(2026, 12, 12), None, name)
    found = calculate(facts, [item(tariff("fixed", 310))], {"a": [vacant]})["a"]
    [_, (_, line)] = found.lines
    assert line.amount_minor == -6_000  # 310.00 × 30 % × 20/31
    assert line.note.en == "Discount: vacant, Dec 12–31"
    assert said(line) == ["优惠 30%", "计算 ￥310.00 × 30% × 20/31 = ￥60.00"]


def test_a_bill_that_is_waived_comes_to_nothing():
    facts = PeriodFacts("2026-12", (unit("a"), unit("b")))
    items = [item(tariff("fixed", 310), code="x"), item(tariff("per_area", 1), code="y")]
    found = calculate(facts, items, waivers={"a": [WaiverFacts("", None)]})
    assert (found["a"].total_minor, found["b"].total_minor) == (0, 41_000)


def test_what_cannot_be_charged_blocks_whatever_else_there_is():
    facts = PeriodFacts("2026-12", (unit("a"), unit("b", "0"), unit("s", kind="shop")))
    items = [
        item(tariff("fixed", 310), code="x"),
        item(tariff("per_area", 1), code="property"),
        item(tariff("percentage", 6), code="tax", base="property"),
        item(code="new", kinds=frozenset({"shop"})),
    ]
    found = calculate(facts, items)
    assert found["a"].blocked == []
    assert [(code, why.code) for code, why in found["b"].blocked] == [
        ("property", "area_missing"),
        ("tax", "base_blocked"),
    ]
    assert [(code, why.code) for code, why in found["s"].blocked] == [("new", "no_tariff")]


def test_items_that_are_parts_of_each_other_are_refused_in_words():
    a = replace(item(tariff("percentage", 1), code="a"), base="b")
    b = replace(item(tariff("percentage", 1), code="b"), base="a")
    found = calculate(PeriodFacts("2026-12", (unit("u"),)), [a, b])
    assert {why.code for _, why in found["u"].blocked} == {"base_wrong", "base_blocked"}


def test_one_offs_of_an_item_without_such_a_tariff_block():
    of = item(tariff("fixed", 1), one_offs={"a": (OneOff(1, 5, NO_NOTE),)})
    found = calculate(PeriodFacts("2026-12", (unit("a"),)), [of])
    assert [why.code for _, why in found["a"].blocked] == ["no_tariff"]
