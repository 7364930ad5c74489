"""Alerts of the fleet's faults: one for each cause, held back, damped, ended."""

from datetime import datetime, timedelta

import pytest

from server.alerts import damping
from server.alerts.models import Alert
from server.fleet import fault_alerts
from server.fleet.heartbeats import record_heartbeat
from server.fleet.models import Kiosk
from tests.server.fleet.heartbeats import PAPER_LOW, UNREACHABLE, device, heartbeat, kiosk
from tests.server.village import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def beats(at: datetime, *machines: Kiosk, devices=(), **fields) -> None:
    for machine in machines:
        record_heartbeat(machine, heartbeat(at, *devices, **fields), now=at)


def open_ones() -> list[tuple[str, str]]:
    rows = Alert.objects.filter(resolved_at=None, part_of=None, cured_at=None)
    return sorted(rows.values_list("kind", "subject"))


BROKEN = (device("card_terminal", UNREACHABLE),)


def test_a_fault_is_an_alert_with_the_devices_words_and_remedy():
    beats(NOW, kiosk("K1"), devices=BROKEN)
    fault_alerts.look(NOW)
    fault_alerts.look(NOW)
    alert = Alert.objects.get()
    assert (alert.kind, alert.subject) == ("device_error", "K1/card_terminal/unreachable")
    assert alert.text.zh == "刷卡机连不上"
    assert alert.text.en == "The card terminal cannot be reached"
    assert alert.details["remedy"]["zh"] == "检查电源和连接线"


def test_long_numbers_that_a_kiosk_says_go_no_further():
    said = UNREACHABLE | {"staff": {"zh": "号码 13800001111", "en": "number 13800001111"}}
    beats(NOW, kiosk("K1"), devices=(device("card_terminal", said),))
    fault_alerts.look(NOW)
    text = Alert.objects.get().text
    assert "1380" not in text.zh + text.en


def test_what_comes_and_goes_within_minutes_is_one_alert():
    machine, at = kiosk("K1"), NOW
    for turn in range(4):
        beats(at, machine, devices=BROKEN)
        fault_alerts.look(at)
        beats(at + MINUTE, machine)
        fault_alerts.look(at + MINUTE)
        at = NOW + (turn + 1) * 2 * MINUTE
    alert = Alert.objects.get()
    assert (alert.times, alert.resolved_at) == (4, None)
    cured = at - MINUTE
    beats(at + 13 * MINUTE, machine)
    fault_alerts.look(cured + damping.QUIET_OFTEN - timedelta(seconds=1))
    alert.refresh_from_db()
    assert alert.resolved_at is None, "it came so often that it must be over for longer"
    fault_alerts.look(cured + damping.QUIET_OFTEN)
    alert.refresh_from_db()
    assert alert.resolved_at == cured


def test_a_cure_that_lasts_ends_it_and_the_next_time_is_another_alert():
    machine = kiosk("K1")
    beats(NOW, machine, devices=BROKEN)
    fault_alerts.look(NOW)
    beats(NOW + MINUTE, machine)
    fault_alerts.look(NOW + MINUTE)
    beats(NOW + 6 * MINUTE, machine)
    fault_alerts.look(NOW + 6 * MINUTE)
    assert Alert.objects.get().resolved_at == NOW + MINUTE
    beats(NOW + 7 * MINUTE, machine, devices=BROKEN)
    fault_alerts.look(NOW + 7 * MINUTE)
    assert Alert.objects.count() == 2


def test_a_kiosk_that_is_not_heard_holds_its_devices_back():
    machine, other = kiosk("K1"), kiosk("K2")
    beats(NOW, machine, other, devices=BROKEN)
    fault_alerts.look(NOW)
    later = NOW + 2 * MINUTE
    beats(later, other, kiosk("K3"))
    fault_alerts.look(later)
    assert open_ones() == [("kiosk_silent", "K1")]
    held = Alert.objects.get(kind="device_error", kiosk_code="K1")
    assert held.part_of.kind == "kiosk_silent" and held.cured_at is None
    beats(later + MINUTE, machine, devices=BROKEN)
    fault_alerts.look(later + MINUTE)
    held.refresh_from_db()
    assert held.part_of is None and open_ones() == [("device_error", held.subject)]


def test_a_site_without_line_is_one_alert():
    first, second, third = kiosk("K1"), kiosk("K2"), kiosk("K3")
    beats(NOW, first)
    beats(NOW + MINUTE, second, third)
    fault_alerts.look(NOW + MINUTE + timedelta(seconds=40))
    assert open_ones() == [("kiosk_silent", "K1")]
    gone = NOW + 3 * MINUTE
    fault_alerts.look(gone)
    assert open_ones() == [("site_silent", "")]
    site = Alert.objects.get(kind="site_silent")
    assert site.details["kiosks"] == ["K1", "K2", "K3"]
    assert Alert.objects.get(kind="kiosk_silent").part_of == site
    back = gone + MINUTE
    beats(back, second, third)
    fault_alerts.look(back)
    assert open_ones() == [("kiosk_silent", "K1")]


def test_two_of_many_kiosks_are_no_site():
    machines = [kiosk(f"K{n}") for n in range(6)]
    beats(NOW, *machines[:2])
    beats(NOW + 2 * MINUTE, *machines[2:])
    fault_alerts.look(NOW + 2 * MINUTE)
    assert open_ones() == [("kiosk_silent", "K0"), ("kiosk_silent", "K1")]


def test_the_same_fault_at_many_kiosks_is_one_alert():
    machines = [kiosk(f"K{n}") for n in range(4)]
    beats(NOW, *machines[:1], devices=BROKEN)
    beats(NOW, *machines[1:])
    fault_alerts.look(NOW)
    beats(NOW, *machines[:3], devices=BROKEN)
    fault_alerts.look(NOW)
    assert open_ones() == [("fault_at_many", "card_terminal/unreachable")]
    alert = Alert.objects.get(kind="fault_at_many")
    assert alert.text.zh == "3 台终端：刷卡机连不上"
    assert Alert.objects.get(kind="device_error").part_of == alert


def test_where_nobody_can_pay_the_devices_are_its_reason():
    beats(NOW, kiosk("K1"), devices=BROKEN, offers=[])
    fault_alerts.look(NOW)
    assert open_ones() == [("kiosk_no_money", "K1")]
    assert Alert.objects.get().details["faults"][0]["en"].startswith("The card terminal")


def test_what_is_needed_soon_is_looked_at_less_often_and_kept_meanwhile():
    machine = kiosk("K1")
    beats(NOW, machine, devices=(device("printer", PAPER_LOW),))
    fault_alerts.look(NOW, warnings=False)
    assert open_ones() == []
    fault_alerts.look(NOW)
    fault_alerts.look(NOW, warnings=False)
    assert open_ones() == [("device_warning", "K1/printer/paper.near_end")]


def test_a_kiosk_that_is_switched_off_needs_nobody():
    machine = kiosk("K1")
    beats(NOW, machine, devices=BROKEN)
    fault_alerts.look(NOW)
    Kiosk.objects.update(active=False)
    for at in (NOW + MINUTE, NOW + 6 * MINUTE):
        fault_alerts.look(at)
    assert Alert.objects.get().resolved_at == NOW + MINUTE
    assert open_ones() == []


def test_a_screen_that_stands_still_is_an_alert_of_its_own_until_it_is_drawn_again():
    machine = kiosk("K1")
    beats(NOW, machine, drawn_s=61)
    fault_alerts.look(NOW)
    assert open_ones() == [("kiosk_screen_still", "K1")]
    later = NOW + 10 * MINUTE
    for at in (later, later + 10 * MINUTE):
        beats(at, machine, drawn_s=3)
        fault_alerts.look(at)
    assert open_ones() == []


def test_a_still_screen_of_a_kiosk_that_went_silent_is_explained_by_its_silence():
    machine = kiosk("K1")
    beats(NOW, machine, drawn_s=61)
    fault_alerts.look(NOW)
    fault_alerts.look(NOW + 5 * MINUTE)
    assert open_ones() == [("kiosk_silent", "K1")]
