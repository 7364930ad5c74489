"""Parking spaces and vehicles are charged to whoever has them, for their own days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from server.billing.fees import FeeItem, Tariff
from server.billing.period_facts import PeriodBook
from server.billing.rules.calculation import calculate
from server.billing.rules.facts import KeptFacts
from server.billing.rules.item import Proration, Rounding
from server.estate.models import Building, Community, FormerHolding, ParkingSpace, Unit, Vehicle
from tests.server.billing.rule_facts import charges, item, said, tariff, total, unit

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)
days = st.dates(FIRST - timedelta(10), LAST + timedelta(10))


def held(*kept: KeptFacts, code: str = "a"):
    return unit(code, parking_spaces=kept)


def charged(of, *units) -> dict:
    return charges(of, *units, period="2026-12")


def test_a_space_is_charged_from_its_first_day():
    of = item(tariff("per_space", 310))
    [line] = charged(of, held(KeptFacts("B1", begins=date(2026, 12, 16))))["a"]
    assert line.amount_minor == 16000 and line.note.zh == "车位 B1，12月16日–31日"
    assert "计费天数（按日折算） 16 / 31 天" in said(line)
    assert charged(of, held(KeptFacts("B1", ends=date(2026, 11, 30)))) == {}


def test_whole_months_are_paid_by_who_has_it_on_the_first():
    of = item(tariff("per_space", 310), proration=Proration.WHOLE)
    old = held(KeptFacts("B1", ends=date(2026, 12, 10)), code="old")
    new = held(KeptFacts("B1", begins=date(2026, 12, 11)), code="new")
    assert {code: total({code: lines}) for code, lines in charged(of, old, new).items()} == {
        "old": 31000
    }


def test_only_spaces_and_vehicles_of_the_kind_that_is_charged():
    spaces = (KeptFacts("B1", "owned"), KeptFacts("B2", "let"))
    of = item(tariff("per_space", 60), of_kept=frozenset({"owned"}))
    assert [line.note.zh for line in charged(of, held(*spaces))["a"]] == ["车位 B1"]
    of = item(tariff("per_vehicle", 20), of_kept=frozenset({"e_bike"}))
    keeps = unit("a", vehicles=(KeptFacts("浙A1", "car"), KeptFacts("浙A2", "e_bike")))
    [line] = charged(of, keeps)["a"]
    assert line.note.en == "Vehicle 浙A2" and line.amount_minor == 2000


@given(
    days,
    st.decimals(min_value="0.01", max_value=1000, places=2),
    st.sampled_from([Proration.DAYS, Proration.HALVES]),
)
def test_what_two_units_pay_for_one_space_is_what_one_would(day, rate, proration):
    """But for the rounding of each bill."""
    of = item(tariff("per_space", rate), proration=proration)
    old = held(KeptFacts("B1", ends=day - timedelta(1)), code="old")
    new = held(KeptFacts("B1", begins=day), code="new")
    found, whole = total(charged(of, old, new)), total(charged(of, held(KeptFacts("B1"))))
    assert abs(found - whole) <= 1


@given(days, st.decimals(min_value="0.01", max_value=1000, places=2), st.sampled_from(Rounding))
def test_one_space_held_in_two_ways_is_rounded_once(day, rate, rounding):
    of = item(tariff("per_space", rate), rounding=rounding)
    let = KeptFacts("B1", "let", ends=day - timedelta(1))
    owned = KeptFacts("B1", "owned", begins=day)
    assert total(charged(of, held(let, owned))) == total(charged(of, held(KeptFacts("B1"))))


@pytest.fixture
def place():
    community = Community.objects.create(code="ours", name_zh="甲", name_en="A")
    building = Building.objects.create(community=community, code="1", name_zh="1栋", name_en="B1")
    units = [
        Unit.objects.create(
            community=community,
            building=building,
            room=str(room),
            code=f"1-1-{room}",
            label_zh="室",
            label_en="Room",
            area_m2=Decimal(80),
        )
        for room in (101, 102)
    ]
    for code, rule, rate in (("parking", "per_space", 310), ("cars", "per_vehicle", 31)):
        of = FeeItem.objects.create(community=community, code=code, name_zh=code, name_en=code)
        Tariff.objects.create(
            community=community, fee_item=of, rule=rule, rate=rate, valid_from=date(2026, 1, 1)
        )
    return community, units


def amounts(community: Community, units: list[Unit], period: str = "2026-12") -> dict:
    book = PeriodBook(community, period)
    found = calculate(book.facts(units), book.items_for(units))
    return {
        code: [(of, line.amount_minor) for of, line in lines.lines] for code, lines in found.items()
    }


@pytest.mark.django_db
def test_a_space_that_passes_to_another_unit_is_charged_to_both(place):
    community, (old, new) = place
    space = ParkingSpace.objects.create(community=community, code="B1", unit=old)
    space.unit, space.since = new, date(2026, 12, 11)
    space.save()
    kept = FormerHolding.objects.get()
    assert (kept.unit, kept.since, kept.until) == (old, None, date(2026, 12, 10))
    assert amounts(community, [old, new]) == {
        "1-1-101": [("parking", 10000)],
        "1-1-102": [("parking", 21000)],
    }
    assert amounts(community, [old, new], "2026-11")["1-1-101"] == [("parking", 31000)]
    assert amounts(community, [old, new], "2027-01")["1-1-101"] == []


@pytest.mark.django_db
def test_a_space_that_is_given_back_is_charged_until_then(place):
    community, (old, _new) = place
    space = ParkingSpace.objects.create(
        community=community, code="B1", unit=old, until=date(2026, 12, 10)
    )
    assert amounts(community, [old])["1-1-101"] == [("parking", 10000)]
    ParkingSpace.objects.filter(pk=space.pk).update(
        unit=None, since=date(2026, 12, 21), until=None
    )  # free from then on
    assert FormerHolding.objects.get().until == date(2026, 12, 10)
    assert amounts(community, [old])["1-1-101"] == [("parking", 10000)]


@pytest.mark.django_db
def test_a_correction_leaves_no_history(place):
    community, (old, new) = place
    space = ParkingSpace.objects.create(
        community=community, code="B1", unit=old, since=date(2026, 12, 1)
    )
    space.unit = new
    space.save()
    assert not FormerHolding.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        ParkingSpace.objects.filter(pk=space.pk).update(until=date(2026, 11, 1))


@pytest.mark.django_db
def test_a_vehicle_is_charged_to_who_keeps_it(place):
    community, (old, new) = place
    Vehicle.objects.create(community=community, unit=old, plate="浙A1", until=date(2026, 12, 10))
    Vehicle.objects.create(community=community, unit=new, plate="浙A1", since=date(2026, 12, 11))
    found = amounts(community, [old, new])
    assert found == {"1-1-101": [("cars", 1000)], "1-1-102": [("cars", 2100)]}
