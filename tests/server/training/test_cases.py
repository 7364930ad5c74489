"""Made-up cases: what is right is what the fee rules say, and nothing stands twice."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest

from server.sample_data.estate import FEES, LATE_FEE
from server.training.cases import mixed
from server.training.figures import made_up

TODAY = date(2026, 11, 24)
SEEDS = range(60)


def cases(kind: str) -> list:
    return [one for seed in SEEDS for one in made_up(TODAY, Random(seed)) if one.kind == kind]


def minor(said: str) -> int:
    """Of the last amount in an English text."""
    return round(Decimal(said.rpartition("¥")[2].split()[0].rstrip(",").replace(",", "")) * 100)


def half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def test_each_kind_is_made_with_answers_that_differ_and_rules_to_choose_from():
    for seed in SEEDS:
        made = made_up(TODAY, Random(seed))
        assert len({one.kind for one in made}) == len(made) == 5
        for one in made:
            for texts in (one.answers, one.rules):
                assert len({text.zh for text in texts}) == len({text.en for text in texts})
                assert 3 <= len(texts) <= 4, one
            assert one.tells.zh != one.tells.en and "%" not in one.tells.en.replace("% ", "")


def test_the_same_seed_makes_the_same_cases():
    assert made_up(TODAY, Random(7)) == made_up(TODAY, Random(7)) != made_up(TODAY, Random(8))


def test_the_property_fee_is_area_times_price():
    for one in cases("property"):
        area = Decimal(one.answers[0].en.split()[0])
        right = half_up(area * Decimal(FEES["property"][2]) * 100)
        assert minor(one.answers[0].en) == right
        assert all(minor(answer.en) != right for answer in one.answers[1:])


@pytest.mark.parametrize(("kind", "capped"), [("late_fee", False), ("late_fee_cap", True)])
def test_the_late_fee_grows_by_the_day_up_to_its_cap(kind: str, capped: bool):
    for one in cases(kind):
        bill = minor(one.tells.en.split(" that was due")[0])
        days = int(one.answers[0].en.split("for ")[1].split()[0])
        share = min(LATE_FEE.daily_rate * days, LATE_FEE.cap)
        assert minor(one.answers[0].en.split(", for")[0]) == half_up(bill * share)
        assert (share == LATE_FEE.cap) is capped


def test_a_space_held_for_a_part_of_the_month_is_charged_for_that_part():
    for one in cases("parking"):
        begins = date.fromisoformat(one.tells.en.split("since ")[1][:10])
        price = Decimal(FEES["parking"][2]) * 100
        part = half_up(price * (31 - begins.day + 1) / 31)
        assert minor(one.answers[0].en.replace(" together", "")) == price + part


def test_a_share_is_by_floor_area():
    for one in cases("electricity"):
        used = Decimal(one.tells.en.split("counted ")[1].split()[0])
        words = one.tells.en.split(" has ")[1].split()
        own, every = Decimal(words[0]), Decimal(words[4])
        cost = half_up(used * Decimal(FEES["electricity"][2]) * 100)
        assert abs(minor(one.answers[0].en.replace(" for the flat", "")) - cost * own / every) <= 1


def test_where_the_right_one_stands_is_not_told_by_its_place():
    places = set()
    for seed in SEEDS:
        case = made_up(TODAY, Random(0))[0]
        shown = mixed(case, Random(seed))
        assert shown.answers[shown.right]["en"] == case.answers[0].en
        assert shown.rules[shown.right_rule]["zh"] == case.rules[0].zh
        places.add((shown.right, shown.right_rule))
    assert len(places) > 8
