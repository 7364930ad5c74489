"""Which notices hang where: for everybody, at the kiosks of a building, for the units they are for."""

from datetime import timedelta

import pytest

from contract.business_day import day_begins
from contract.messages import Text, UnitLookup
from server.api.kiosk_config import config_of, version_of
from server.api.lookups import look_up
from server.estate.models import Building, Community, Unit
from server.notices.models import Notice, NoticePlace
from server.notices.publication import audience, for_unit, for_units_alone
from tests.server.fleet.heartbeats import kiosk
from tests.server.village import NOW, TODAY

pytestmark = pytest.mark.django_db


def hung(community: Community, title: str, *buildings: Building, kinds=(), **more) -> Notice:
    days = {"show_from": TODAY, "show_until": TODAY}
    notice = Notice.objects.create(
        community=community,
        title=Text(zh=title, en=title),
        body=Text(zh="x", en="x"),
        kinds=list(kinds),
        **{**days, **more},
    )
    for building in buildings:
        NoticePlace.objects.create(community=community, notice=notice, building=building)
    return notice


@pytest.fixture
def machine():
    return kiosk()


@pytest.fixture
def houses(machine) -> tuple[Building, Building]:
    community = machine.community
    first = community.buildings.get()
    second = Building.objects.create(community=community, code="2", name_zh="二", name_en="Two")
    return first, second


def titles(machine) -> set[str]:
    return {notice.title.zh for notice in config_of(machine, NOW).notices}


def test_a_kiosk_shows_what_is_for_all_and_for_its_own_building(machine, houses):
    first, second = houses
    hung(machine.community, "all")
    hung(machine.community, "first", first)
    hung(machine.community, "second", second)
    hung(machine.community, "both", first, second)
    hung(machine.community, "shops", kinds=["shop"])
    assert titles(machine) == {"all"}, "it stands nowhere in particular"
    machine.building = second
    assert titles(machine) == {"all", "second", "both"}


def test_a_kiosk_that_is_moved_asks_for_its_configuration_anew(machine, houses):
    hung(machine.community, "second", houses[1])
    before = version_of(machine, NOW)
    machine.building = houses[1]
    assert version_of(machine, NOW) != before
    assert version_of(machine, NOW) == config_of(machine, NOW).version


def test_another_audience_is_another_version(machine, houses):
    machine.building = houses[0]
    notice = hung(machine.community, "first", houses[0])
    before = version_of(machine, NOW)
    notice.kinds = ["shop"]
    notice.save()
    assert version_of(machine, NOW) != before and titles(machine) == set()


def test_a_unit_reads_what_is_for_its_building_and_its_kind(machine, houses):
    first, second = houses
    home = machine.community.units.get(code="1-1-101")
    shop = machine.community.units.get(code="1-1-102")
    shop.kind = Unit.Kind.SHOP
    hung(machine.community, "all")
    hung(machine.community, "second", second)
    hung(machine.community, "shops here", first, kinds=["shop", "office"])
    hung(machine.community, "shops there", second, kinds=["shop"])
    assert [notice.title.zh for notice in for_unit(home, TODAY)] == ["all"]
    assert [notice.title.zh for notice in for_unit(shop, TODAY)] == ["shops here", "all"]


def test_what_was_taken_down_or_is_over_hangs_nowhere(machine):
    community, yesterday = machine.community, TODAY - timedelta(days=1)
    hung(community, "down", taken_down_at=NOW)
    hung(community, "over", show_from=yesterday, show_until=yesterday)
    hung(community, "later", show_from=TODAY + timedelta(days=1), show_until=TODAY + timedelta(9))
    assert titles(machine) == set() and for_unit(community.units.first(), TODAY) == []


def test_what_is_for_whom_is_said_in_words(machine, houses):
    said = audience(hung(machine.community, "x", *houses, kinds=["parking", "shop"]))
    assert said == f"{houses[0].name_zh}、二：商铺、车位"
    assert audience(hung(machine.community, "y")) == "所有住户"


def test_many_notices_are_read_in_two_questions(machine, houses, django_assert_num_queries):
    for number in range(12):
        hung(machine.community, f"n{number}", houses[number % 2])
    unit = machine.community.units.select_related("building").first()
    with django_assert_num_queries(3):
        assert len(for_unit(unit, TODAY)) == 6


def test_a_kiosk_is_told_with_a_unit_what_it_does_not_show_to_everybody(machine, houses):
    first, second = houses
    community, unit = machine.community, machine.community.units.get(code="1-1-101")
    hung(community, "all")
    hung(community, "homes", kinds=["home"])
    hung(community, "shops", kinds=["shop"])
    hung(community, "first", first)
    hung(community, "second", second)

    def told() -> set[str]:
        look = UnitLookup(unit="1-1-101")
        return {one.title.zh for one in look_up(machine, look, TODAY, NOW).notices}

    assert told() == {"homes", "first"}, "it stands nowhere in particular"
    machine.building = unit.building
    assert told() == {"homes"}


def test_the_copy_of_open_bills_names_them_and_brings_each_once(machine, houses):
    first, second = houses
    community = machine.community
    home, shop = (community.units.get(code=f"1-1-10{n}") for n in (1, 2))
    shop.kind = Unit.Kind.SHOP
    hung(community, "all")
    hung(community, "homes", kinds=["home"])
    hung(community, "first", first)
    hung(community, "second", second, kinds=["shop"])

    def told(building: int | None) -> dict[str, set[str]]:
        ids, brought = for_units_alone([home, shop], community, TODAY, building)
        names = {one.id: one.title.zh for one in brought}
        assert len(names) == len(brought)
        assert {id for each in ids.values() for id in each} == set(names)
        ends = {one.over_at for one in brought}
        assert ends == {day_begins(TODAY + timedelta(days=1), community.time_zone)}
        return {code: {names[id] for id in each} for code, each in ids.items()}

    assert told(None) == {"1-1-101": {"homes", "first"}, "1-1-102": {"first"}}
    assert told(first.pk) == {"1-1-101": {"homes"}, "1-1-102": set()}


def test_the_address_of_what_is_not_for_all_cannot_be_guessed(machine, houses):
    community, (first, _) = machine.community, houses
    everybodys, shops = hung(community, "all"), hung(community, "shops", kinds=["shop"])
    here = hung(community, "here", first)
    assert everybodys.key == str(everybodys.pk) and Notice.by_key(everybodys.key) == everybodys
    for one in (shops, here):
        assert one.key.startswith(f"{one.pk}-") and Notice.by_key(one.key) == one
        assert Notice.by_key(str(one.pk)) is None
        other = here if one is shops else shops
        assert Notice.by_key(f"{one.pk}-{other.key.partition('-')[2]}") is None
    for wrong in ("", "0", "x", f"{shops.pk}-", f"{shops.key}0", "9" * 30, f"{shops.pk}\0"):
        assert Notice.by_key(wrong) is None
    Notice.objects.filter(pk=shops.pk).update(kinds=[])
    assert Notice.by_key(shops.key) == Notice.by_key(str(shops.pk)) == shops, "it is for all now"
