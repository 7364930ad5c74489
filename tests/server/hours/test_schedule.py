"""A community's hours as its kiosks are told them, and alerts while an outage lasts that was planned."""

from datetime import datetime, time, timedelta

import pytest

from contract.opening_hours import ALWAYS, opens_at, standing
from server.alerts.models import Alert
from server.api.kiosk_config import config_of, version_of
from server.fleet import fault_alerts
from server.fleet.heartbeats import record_heartbeat
from server.fleet.models import Kiosk
from server.fleet.states import State, classified
from server.hours.models import NightRules, OpenDays, OpenHours, PlannedOutage
from server.hours.schedule import BACK_WITHIN, schedule_of
from tests.server.fleet.heartbeats import UNREACHABLE, device, heartbeat, kiosk
from tests.server.village import NOW, TODAY

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def machines() -> tuple[Kiosk, Kiosk]:
    return kiosk("K1"), kiosk("K2")


def outage(community, begins: datetime, ends: datetime, **more) -> PlannedOutage:
    values = {"told_from": begins - HOUR, "words_zh": "停电", "words_en": "No power", **more}
    return PlannedOutage.objects.create(community=community, begins=begins, ends=ends, **values)


def open_ones() -> list[tuple[str, str]]:
    rows = Alert.objects.filter(resolved_at=None, part_of=None, cured_at=None)
    return sorted(rows.values_list("kind", "subject"))


def test_without_rows_a_kiosk_is_always_open():
    assert config_of(kiosk(), NOW).opening == ALWAYS


def test_a_kiosk_has_its_own_hours_or_those_of_its_community():
    one, other = machines()
    community = one.community
    office = {"weekdays": "12345", "starts": time(8, 30), "ends": time(18)}
    OpenHours.objects.create(community=community, **office)
    night = {"starts": time(22), "ends": time(6)}
    NightRules.objects.create(community=community, cards=False, max_minor=50_000, **night)
    OpenHours.objects.create(
        community=community,
        kiosk_code="K2",
        weekdays="1234567",
        starts=time(0),
        ends=time(0),
    )
    here, there = config_of(one, NOW).opening, config_of(other, NOW).opening
    assert [row.weekdays for row in here.week] == ["12345"]
    assert [row.weekdays for row in there.week] == ["1234567"]
    assert here.night == there.night and here.night.max_minor == 50_000
    assert schedule_of(community, NOW).kiosks() == ["K2"]


def test_what_is_ended_or_long_over_is_told_no_more():
    one, _other = machines()
    community = one.community
    OpenHours.objects.create(
        community=community, weekdays="1", starts=time(8), ends=time(9), ended_at=NOW
    )
    OpenDays.objects.create(
        community=community,
        first_day=TODAY - timedelta(days=9),
        last_day=TODAY - timedelta(days=2),
    )
    outage(community, NOW - 50 * HOUR, NOW - 26 * HOUR)
    assert config_of(one, NOW).opening == ALWAYS


def test_a_change_is_another_version_of_the_configuration_at_once():
    one, other = machines()
    seen = [(version_of(one, NOW), version_of(other, NOW))]
    row = OpenHours.objects.create(
        community=one.community, kiosk_code="K1", weekdays="1", starts=time(8), ends=time(9)
    )
    seen.append((version_of(one, NOW), version_of(other, NOW)))
    row.ended_at = NOW
    row.save()
    seen.append((version_of(one, NOW), version_of(other, NOW)))
    assert seen[0] == seen[2] != seen[1]
    assert config_of(one, NOW).version == version_of(one, NOW)


def test_both_sides_see_the_same_next_opening():
    one, _other = machines()
    OpenHours.objects.create(
        community=one.community, weekdays="1234567", starts=time(8, 30), ends=time(11)
    )
    opening = config_of(one, NOW).opening
    assert not standing(opening, NOW, one.community.time_zone).open  # it is noon there
    at = opens_at(opening, NOW, one.community.time_zone)
    assert at == NOW + timedelta(hours=20, minutes=30)


def test_a_closed_kiosk_is_no_alert_but_a_broken_device_there_is():
    one = kiosk("K1")
    record_heartbeat(one, heartbeat(NOW, state="idle", offers=[], closed="hours"), now=NOW)
    fault_alerts.look(NOW)
    assert open_ones() == []
    known = classified(Kiosk.objects.filter(pk=one.pk), NOW).get()
    assert known.standing == State.CLOSED
    broken = (device("printer", UNREACHABLE),)
    record_heartbeat(one, heartbeat(NOW, *broken, offers=[], closed="hours"), now=NOW)
    fault_alerts.look(NOW)
    assert [kind for kind, _subject in open_ones()] == ["device_error"]


def test_a_closed_kiosk_that_is_not_well_says_so():
    one, _other = machines()
    record_heartbeat(one, heartbeat(NOW, state="out_of_order", offers=[]), now=NOW)
    assert classified(Kiosk.objects.filter(pk=one.pk), NOW).get().standing == State.NO_MONEY


def test_silence_in_an_outage_that_was_planned_is_an_alert_only_when_it_goes_on():
    for machine in machines():
        record_heartbeat(machine, heartbeat(NOW), now=NOW)
    community = Kiosk.objects.first().community
    end = NOW + 2 * HOUR
    outage(community, NOW + MINUTE, end)
    for at in (NOW + HOUR, end, end + BACK_WITHIN - MINUTE):
        fault_alerts.look(at)
        assert open_ones() == []
    fault_alerts.look(end + BACK_WITHIN)
    assert [kind for kind, _subject in open_ones()] == ["site_silent"]


def test_what_was_wrong_before_an_outage_stays_an_alert():
    one, other = machines()
    for machine in (one, other):
        record_heartbeat(machine, heartbeat(NOW, device("printer", UNREACHABLE)), now=NOW)
    fault_alerts.look(NOW)
    before = open_ones()
    assert before
    outage(one.community, NOW + MINUTE, NOW + 2 * HOUR)
    fault_alerts.look(NOW + HOUR)
    assert open_ones() == before


def test_an_outage_that_does_not_come_holds_nothing_back():
    one, other = machines()
    for machine in (one, other):
        record_heartbeat(machine, heartbeat(NOW), now=NOW)
    outage(one.community, NOW + MINUTE, NOW + 2 * HOUR, ended_at=NOW)
    fault_alerts.look(NOW + HOUR)
    assert [kind for kind, _subject in open_ones()] == ["site_silent"]
