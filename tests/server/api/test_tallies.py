"""What a kiosk counted arrives once, whatever is lost, repeated, late or absurd."""

from datetime import timedelta

from django.utils import timezone

from contract.business_day import business_day
from server.estate.models import Community
from server.fleet.models import Kiosk, KioskAbout, KioskDay
from tests.server.api.callers import Caller

SOURCE = "0123456789abcdef"


def today(back=0):
    zone = Community.objects.get(kiosks__code="K03").time_zone
    return (business_day(timezone.now(), zone) - timedelta(days=back)).isoformat()


def told(day, source=SOURCE, hour=9, about=None, **counts):
    day = {"day": day, "hours": [{"hour": hour, "counts": counts}]}
    return {"source": source, "days": [day], "about": about}


def kept():
    return [row.hours for row in KioskDay.objects.order_by("pk")]


def test_a_day_told_again_and_further_is_one_day(world, kiosk):
    day = today()
    for visits in (3, 3, 5):
        answer = kiosk.post("/tallies", told(day, visits=visits))
        assert (answer.status_code, answer.json()) == (200, {"days": [day]})
    assert kept() == [{"9": {"visits": 5}}]
    kiosk.post("/tallies", told(day, visits=4))  # overtaken on its way
    assert kept() == [{"9": {"visits": 5}}]


def test_another_disk_of_the_same_kiosk_is_added_not_taken_for_the_first(world, kiosk):
    kiosk.post("/tallies", told(today(), visits=5))
    kiosk.post("/tallies", told(today(), source="f" * 16, visits=1))
    assert kept() == [{"9": {"visits": 5}}, {"9": {"visits": 1}}]


def test_days_of_a_wrong_clock_are_done_with_and_not_kept(world, kiosk):
    for day in ("1970-01-01", "2099-01-01"):
        assert kiosk.post("/tallies", told(day, visits=5)).json() == {"days": [day]}
    assert kept() == []


def test_nothing_but_names_and_numbers_is_taken(world, kiosk):
    for bad in ({"13855501234": 1}, {"visits": -1}, {"turned_away.3-2-1201": 1}, {"visits": "x"}):
        assert kiosk.post("/tallies", told(today(), **bad)).status_code == 422
    assert kept() == []


def test_what_runs_there_is_kept_apart_from_the_kiosk(world, kiosk):
    line = {"name": "server.url", "value": "https://pay", "given": True}
    about = {"versions": {"lobbypay": "1"}, "settings": [line]}
    kiosk.post("/tallies", told(today(), about=about, visits=1))
    kiosk.post("/tallies", told(today(), visits=2))
    assert KioskAbout.objects.get().told == about


def test_a_stranger_is_not_listened_to_and_one_that_is_switched_off_is(world, kiosk):
    stranger = Caller(kiosk.key_id)
    assert stranger.post("/tallies", told(today(), visits=1)).status_code == 401
    Kiosk.objects.filter(pk=kiosk.key_id).update(active=False)
    assert kiosk.post("/tallies", told(today(), visits=1)).status_code == 200
    assert kept() == [{"9": {"visits": 1}}]


def test_a_kiosk_that_tells_none_of_it_is_heard_as_ever(world, kiosk):
    old = {
        "at": timezone.now().isoformat(),
        "software": "0.0.9",
        "uptime_s": 1,
        "state": "idle",
        "offers": ["card"],
        "devices": [],
        "journal_last": 0,
        "journal_acknowledged": 0,
        "open_payments": 0,
        "config_version": "",
    }
    assert kiosk.post("/heartbeats", old).status_code == 200
    machine = Kiosk.objects.get(pk=kiosk.key_id)
    assert (machine.condition, machine.turned_away_before) == ("well", None)
