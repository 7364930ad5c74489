"""What is charged by meters: a unit's own, and those of an entrance, a building, the community."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from server.billing.meters import Meter, MeterReading
from server.billing.models import FeeItem, Tariff
from server.billing.rules.facts import MeterFacts, PeriodFacts, UnitFacts
from server.billing.rules.fixed import Fixed
from server.billing.rules.metered import CounterWentBack
from server.billing.rules.per_meter import PerMeter
from server.billing.rules.shared import Shared
from server.estate.models import Community
from tests.server.village import bill_of, create_village, issue

D = Decimal
READ = (date(2026, 9, 30), date(2026, 10, 31))
UNITS = tuple(
    UnitFacts(code, (building, entrance), "", "", D(100))
    for code, building, entrance in (("a", "1", "1"), ("b", "1", "2"), ("c", "2", "1"))
)


def meter(before: str, now: str, place: tuple[str, ...] = (), **more) -> MeterFacts:
    return MeterFacts("W1", place, D(before), READ[0], D(now), READ[1], **more)


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
        meter("10", "9"),
        meter("10", "50", replaced=(D(9), D(0))),
        meter("1", "2", replaced=(D(9), D(3))),
    ],
)
def test_a_counter_that_went_back_is_not_charged(wrong: MeterFacts):
    for rule, of_rule in ((PerMeter(), own(wrong)), (Shared(), wrong)):
        with pytest.raises(CounterWentBack, match="W1"):
            rule.charges(D(1), PeriodFacts("2026-10", UNITS, (of_rule,)))


def own(facts: MeterFacts, unit: str = "a") -> MeterFacts:
    return replace(facts, unit=unit)


def test_a_units_own_meter_is_charged_to_it_alone():
    water = own(meter("10", "22.5", utility="water"))
    charges = PerMeter().charges(D("4.15"), PeriodFacts("2026-10", UNITS, (water,)))
    [charge] = charges.pop("a")
    assert charges == {}
    assert (charge.amount_minor, charge.quantity, charge.quantity_unit.en) == (5_188, "12.50", "m³")
    assert [row.value.zh for row in charge.explanation] == ["10 吨", "22.5 吨", "￥51.88"]
    assert Shared().charges(D(1), PeriodFacts("2026-10", UNITS, (water,))) == {}


@pytest.mark.parametrize(
    ("place", "sharers"), [((), {"a", "b", "c"}), (("1",), {"a", "b"}), (("1", "2"), {"b"})]
)
def test_a_meter_is_shared_by_those_of_its_place(place: tuple[str, ...], sharers: set[str]):
    charges = Shared().charges(D(1), PeriodFacts("2026-10", UNITS, (meter("0", "10", place),)))
    assert set(charges) == sharers
    assert sum(c.amount_minor for cs in charges.values() for c in cs) == 1_000


def test_a_fixed_fee_is_the_same_for_all():
    charges = Fixed().charges(D("12.5"), PeriodFacts("2026-10", UNITS))
    assert {unit: [c.amount_minor for c in cs] for unit, cs in charges.items()} == {
        "a": [1_250],
        "b": [1_250],
        "c": [1_250],
    }


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
