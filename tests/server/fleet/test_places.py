"""Where kiosks stand: who needs somebody first, houses by their numbers, floors from above."""

import pytest

from server.estate.models import Building, Community
from server.fleet.heartbeats import record_heartbeat
from server.fleet.models import Kiosk
from server.fleet.places import A_PAGE, places
from server.staff.models import Role
from tests.server.fleet.heartbeats import device, heartbeat, kiosk
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db


def found(page=1):
    return places(Community.objects.order_by("code"), page, NOW)


def well(code, **fields):
    machine = kiosk(code, **fields)
    record_heartbeat(machine, heartbeat(NOW, device("printer")), now=NOW)
    return machine


def test_houses_stand_by_their_numbers_and_floors_as_one_sees_them():
    village = well("K1").community
    houses = {code: Building.objects.create(community=village, code=code) for code in ("10", "2")}
    for number, floor in enumerate(("1", "B1", "", "12", "2")):
        well(f"T{number}", building=houses["10"], floor=floor)
    well("S1", building=houses["2"])
    [place] = found().places
    shown = [(h.name.zh if h.name else None, [f.name for f in h.floors]) for h in place.houses]
    assert shown == [("2栋", [""]), ("10栋", ["12", "2", "1", "B1", ""]), (None, [""])]
    assert (place.kiosks, place.problems) == (7, 0)


def test_where_somebody_is_needed_comes_first():
    well("K1")
    other = create_village("zebra")
    Kiosk.objects.create(
        community=other, code="Z1", location_zh="门", location_en="Gate", public_key="k" * 43
    )
    assert [(p.community.code, p.problems) for p in found().places] == [
        ("zebra", 1),
        ("village", 0),
    ]


def test_questions_do_not_grow_and_pages_turn(django_assert_max_num_queries):
    asked = 0
    for count in (10, 100):
        for number in range(Kiosk.objects.count(), count):
            code = f"c{number}"
            community = Community.objects.create(code=code, name_zh="小区", name_en="Community")
            Kiosk.objects.create(
                community=community, code="K1", location_zh="门", location_en="Gate"
            )
        with django_assert_max_num_queries(asked or 6) as captured:
            pages = found().pages
        asked = asked or len(captured)
    assert pages == -(-100 // A_PAGE)
    assert len(found(99).places) == 100 % A_PAGE


def test_somebody_sees_their_own_communities_only():
    well("K1")
    other = create_village("other")
    Kiosk.objects.create(community=other, code="X1", location_zh="北角门", location_en="Gate")
    person = signed_in(
        create_person("tech", (Community.objects.get(code="village"), Role.TECHNICIAN))
    )
    for query in ("", "?community=other", "?page=²"):
        text = person.get(f"/staff/fleet/places/{query}").content.decode()
        assert "北角门" not in text
    assert "K1" in person.get("/staff/fleet/places/").content.decode()
    assert "北角门" in signed_in(create_staff("boss")).get("/staff/fleet/places/").content.decode()


def test_a_building_of_another_community_is_refused():
    machine = kiosk("K1")
    machine.building = create_village("other").buildings.get()
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        machine.full_clean()
