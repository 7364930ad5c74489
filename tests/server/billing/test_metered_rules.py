"""What is charged by meters: a unit's own, and those of an entrance, a building, the community."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from server.billing.meters import Meter, MeterReading
from server.billing.models import FeeItem, Tariff
from server.billing.rules.facts import MeterFacts, UnreadMeter
from server.billing.rules.item import Pool, Step
from server.estate.models import Community
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
from tests.server.village import bill_of, create_village, issue

D = Decimal
UNITS = (unit("a", place=("1", "1")), unit("b", place=("1", "2")), unit("c", place=("2", "1")))


@pytest.mark.parametrize(
    ("facts", "used"),
    [
        (meter("10", "35.5"), "25.5"),
        (meter("99990", "12", begins_again_at=D(100_000)), "22"),
        (meter("100", "7", replaced=(D(110), D(2))), "15"),
        (meter("10", "12", multiplier=D(40)), "80"),
    ],
)
def test_what_was_used(facts: MeterFacts, used: str):
    assert facts.used == D(used)


@pytest.mark.parametrize(
    "wrong",
    [
        meter("10", "9", ()),
        meter("10", "50", (), replaced=(D(9), D(0))),
        meter("1", "2", (), replaced=(D(9), D(3))),
    ],
)
def test_a_counter_that_went_back_blocks_those_it_concerns(wrong: MeterFacts):
    own = item(tariff("per_meter"), meters={"a": (replace(wrong, unit="a"),)})
    shared = item(tariff("shared"), pools=(pool(wrong, UNITS),))
    for of, blocked in ((own, {"a"}), (shared, {"a", "b", "c"})):
        outcome = outcome_of(of, *UNITS)
        assert outcome.charges == {} and set(outcome.blocked) == blocked
        assert outcome.blocked["a"][0].code == "meter_went_back"
        assert "E302" in outcome.blocked["a"][0].reason.en


@pytest.mark.parametrize("why", ["reading", "reading_before", "review"])
def test_a_meter_that_is_not_read_blocks_those_it_concerns(why: str):
    own = UnreadMeter("W1", (), "a", why, "2026-10")
    entrance = UnreadMeter("E1", ("1", "2"), "", why, "2026-10")
    for of, code, name in (
        (item(tariff("per_meter"), meters={"a": (own,)}), "a", "W1"),
        (item(tariff("shared"), pools=(Pool("E1", ("1", "2"), {}, unread=entrance),)), "b", "E1"),
    ):
        outcome = outcome_of(of, *UNITS)
        assert set(outcome.blocked) == {code} and outcome.charges == {}
        assert name in outcome.blocked[code][0].reason.en
        assert "2026-10" in outcome.blocked[code][0].reason.zh


def test_a_units_own_meter_is_charged_to_it_alone():
    water = meter("10", "22.5", (), utility="water", unit="a")
    found = charges(item(tariff("per_meter", "4.15"), meters={"a": (water,)}), *UNITS)
    [charge] = found.pop("a")
    assert found == {}
    assert (charge.amount_minor, charge.quantity, charge.quantity_unit.en) == (5_188, "12.50", "m³")
    assert [row.value.zh for row in charge.explanation] == ["10 吨", "22.5 吨", "￥51.88"]


STEPS = (Step(D(180), D("0.538")), Step(D(350), D("0.588")), Step(None, D("0.838")))


@pytest.mark.parametrize(
    ("used", "lines"),
    [
        ("0", [("0.00", 0)]),
        ("100", [("100.00", 5_380)]),
        ("180", [("180.00", 9_684)]),
        ("400", [("180.00", 9_684), ("170.00", 9_996), ("50.00", 4_190)]),
    ],
)
def test_steps_over_a_month(used: str, lines: list):
    power = item(tariff("per_meter", 0, steps=STEPS), meters={"a": (meter("0", used, unit="a"),)})
    found = charges(power, *UNITS)["a"]
    assert [(charge.quantity, charge.amount_minor) for charge in found] == lines


def test_steps_over_a_year_go_on_where_the_year_stands():
    read = meter("2000", "2400", unit="a", used_this_year=D(300))
    power = item(tariff("per_meter", 0, steps=STEPS, steps_over_year=True), meters={"a": (read,)})
    found = charges(power, *UNITS)["a"]
    assert [(c.quantity, c.rate, c.amount_minor) for c in found] == [
        ("50.00", "0.588", 2_940),
        ("350.00", "0.838", 29_330),
    ]
    assert "本年此前用量 300 度" in said(found[0])
    assert found[1].note.en == "Meter E302, step 3"


@pytest.mark.parametrize(
    ("place", "sharers"), [((), {"a", "b", "c"}), (("1",), {"a", "b"}), (("1", "2"), {"b"})]
)
def test_a_meter_is_shared_by_those_of_its_place(place: tuple[str, ...], sharers: set[str]):
    shared = item(tariff("shared", 1), pools=(pool(meter("0", "10", place), UNITS),))
    found = charges(shared, *UNITS)
    assert set(found) == sharers
    assert total(found) == 1_000


def water_of(village: Community) -> Meter:
    item = FeeItem.objects.create(
        community=village, code="water", name_zh="水费", name_en="Water", position=9
    )
    Tariff.objects.create(
        community=village,
        fee_item=item,
        rule="per_meter",
        rate=D("4.15"),
        valid_from=date(2026, 1, 1),
    )
    return Meter.objects.create(
        community=village,
        fee_item=item,
        scope="unit",
        unit=village.units.get(code="1-1-102"),
        code="W102",
        utility="water",
        digits=5,
        first_counter=D(3),
        installed_on=date(2026, 9, 1),
    )


@pytest.mark.django_db
def test_the_first_bill_counts_from_where_the_meter_began():
    village = create_village()
    meter = water_of(village)
    MeterReading.objects.create(
        community=village, meter=meter, period="2026-10", counter=D(13), read_on=date(2026, 9, 30)
    )
    issue(village)
    [line] = bill_of(village, "1-1-102").lines.filter(fee_item__code="water")
    assert (line.amount_minor, line.quantity, line.note_en) == (4_150, "10.00", "Meter W102")


@pytest.mark.django_db
def test_a_meter_stands_where_its_scope_says():
    village = create_village()
    meter = water_of(village)
    for wrong in ({"scope": "building"}, {"unit": None}, {"entrance": "1"}, {"multiplier": D(0)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Meter.objects.filter(pk=meter.pk).update(**wrong)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"counter": D(5)}, "读数小于 2026-10 的 13"),
        ({"counter": D(5), "old_final": D(14)}, "换表要同时填写"),
        ({"counter": D(5), "old_final": D(12), "new_first": D(0)}, "读数小于"),
    ],
)
def test_a_reading_that_went_back_is_refused_in_words(more: dict, named: str):
    village = create_village()
    meter = water_of(village)
    common = {"community": village, "meter": meter, "read_on": date(2026, 11, 1)}
    MeterReading.objects.create(**common, period="2026-10", counter=D(13))
    with pytest.raises(ValidationError, match=named):
        MeterReading(**common, period="2026-11", **more).full_clean()
    for right in (
        {"counter": D(5), "rolled_over": True},
        {"counter": D(5), "old_final": D(14), "new_first": D(0)},
    ):
        MeterReading(**common, period="2026-11", **right).full_clean()
