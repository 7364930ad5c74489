"""The wall: what matters, by turns, without takings unless asked, and signed in for good."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from server.estate.models import Community
from server.fleet.heartbeats import record_heartbeat
from server.fleet.models import Kiosk
from server.fleet.wall import AT_ONCE, wall
from server.staff.models import Role
from tests.server.fleet.days import paid
from tests.server.fleet.heartbeats import PAPER_LOW, UNREACHABLE, device, heartbeat, kiosk
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db


def shown(turn=0):
    return wall(NOW, Community.objects.all(), [], turn)


def test_all_well_is_said_and_nothing_else():
    record_heartbeat(kiosk("K1"), heartbeat(NOW, device("printer")), now=NOW)
    found = shown()
    assert (found.kiosks, found.needing, found.troubles, found.turns) == (1, 0, [], 1)
    record = kiosk("K2")
    now = timezone.now()
    for machine in Kiosk.objects.all():
        record_heartbeat(machine, heartbeat(now, device("printer")), now=now)
    assert record.code and "所有终端正常" in (
        signed_in(create_staff("boss")).get("/staff/fleet/wall/").content.decode()
    )


def test_each_trouble_comes_to_its_turn_the_worst_first():
    for number in range(AT_ONCE + 1):
        machine = kiosk(f"K{number}")
        record_heartbeat(machine, heartbeat(NOW, device("printer", PAPER_LOW)), now=NOW)
    card = kiosk("CARD")
    devices = (device("printer", PAPER_LOW), device("card_terminal", UNREACHABLE))
    record_heartbeat(card, heartbeat(NOW, *devices), now=NOW)
    first, second, third = shown(0), shown(1), shown(2)
    assert (first.needing, first.turns) == (AT_ONCE + 2, 2)
    assert first.troubles[0].code == "CARD" and first.troubles[0].what.en.startswith("The card")
    codes = [t.code for t in (*first.troubles, *second.troubles)]
    assert len(set(codes)) == AT_ONCE + 2
    assert [t.code for t in third.troubles] == [t.code for t in first.troubles]


def test_takings_are_shown_only_where_asked_for_and_allowed():
    machine = kiosk("K1")
    paid(machine, 1, at=timezone.now())
    boss = signed_in(create_staff("boss"))
    assert "￥" not in boss.get("/staff/fleet/wall/").content.decode()
    assert "￥5.00" in boss.get("/staff/fleet/wall/live/?money=1").content.decode()
    technician = signed_in(create_person("tech", (machine.community, Role.TECHNICIAN)))
    assert "￥" not in technician.get("/staff/fleet/wall/?money=1").content.decode()


def test_it_shows_the_persons_communities_only():
    kiosk("K1")
    other = create_village("other")
    Kiosk.objects.create(
        community=other, code="X1", location_zh="北角门", location_en="Gate", public_key="k" * 43
    )
    village = Community.objects.get(code="village")
    person = signed_in(create_person("tech", (village, Role.TECHNICIAN)))
    for query in ("", "?community=other", "?turn=²"):
        assert "北角门" not in person.get(f"/staff/fleet/wall/live/{query}").content.decode()


def test_a_screen_that_asks_on_stays_signed_in_and_one_that_is_signed_out_is_told():
    boss = signed_in(create_staff("boss"))
    soon = timezone.now() + timedelta(days=1)
    session = boss.session
    session.set_expiry(soon)
    session.save()
    Session.objects.update(expire_date=soon)
    boss.get("/staff/fleet/wall/live/")
    assert boss.session.get_expiry_age() >= 0
    boss.logout()
    answer = boss.get("/staff/fleet/wall/live/", headers={"HX-Request": "true"})
    assert (answer.status_code, "HX-Redirect" in answer) == (204, True)


def test_questions_do_not_grow_with_the_fleet(django_assert_max_num_queries):
    boss, asked = signed_in(create_staff("boss")), 0
    for count in (10, 100):
        for number in range(Kiosk.objects.count(), count):
            machine = kiosk(f"K{number:03d}")
            record_heartbeat(machine, heartbeat(NOW, device("printer", PAPER_LOW)), now=NOW)
        with django_assert_max_num_queries(asked or 15) as captured:
            boss.get("/staff/fleet/wall/live/?money=1")
        asked = asked or len(captured)
