"""Of many workers one does what is to be done, and the next one when it no longer does."""

from contextlib import suppress
from datetime import timedelta

import pytest

from server.alerts.models import Alert
from server.fleet.heartbeats import record_heartbeat
from server.fleet.models import Kiosk
from server.on_call import turns
from server.on_call.models import Turn
from server.on_call.sweep import TURNS, watch_faults
from server.on_call.turns import standing_still, take
from tests.server.fleet.heartbeats import UNREACHABLE, device, heartbeat, kiosk
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_a_turn_is_one_workers_until_it_is_over():
    assert take("faults", NOW, 4)
    assert not take("faults", NOW, 4)
    assert not take("faults", NOW + 3.9 * SECOND, 4)
    assert take("faults", NOW + 4 * SECOND, 4)
    assert take("other", NOW, 4)
    assert Turn.objects.count() == 2


def test_a_turn_taken_by_a_clock_that_was_ahead_holds_nobody_back():
    assert take("faults", NOW + timedelta(hours=5), 4)
    assert take("faults", NOW, 4)
    assert not take("faults", NOW + SECOND, 4)
    assert take("faults", NOW + 60 * SECOND, 4)
    assert not take("faults", NOW, 4), "a minute between two clocks is nothing out of order"


def fleet(*codes: str) -> list[Kiosk]:
    """One in each of so many communities."""
    return [
        Kiosk.objects.create(
            community=create_village(f"village-{code}"), code=code, public_key="k" * 43
        )
        for code in codes
    ]


def heard(at, *machines: Kiosk) -> None:
    Kiosk.objects.filter(pk__in=[one.pk for one in machines]).update(heard_at=at)


def silent() -> list[str]:
    rows = Alert.objects.filter(kind__in=["kiosk_silent", "site_silent"], cured_at=None)
    return sorted(rows.values_list("subject", flat=True))


def looks(since: int, until: int) -> None:
    for seconds in range(since, until, 20):
        watch_faults(NOW + seconds * SECOND)


def test_the_servers_own_stop_is_blamed_on_no_kiosk():
    first, second = fleet("K1", "K2")
    heard(NOW, first, second)
    looks(0, 60)
    looks(3600, 3710)  # it stood still for an hour
    assert silent() == []
    heard(NOW + 3700 * SECOND, first)
    looks(3710, 3760)
    assert silent() == ["K2"], "who is not heard two minutes after that is silent indeed"


def test_while_no_kiosk_of_several_communities_is_heard_it_is_the_servers_own_line():
    first, second = fleet("K1", "K2")
    looks(0, 10)
    heard(NOW + 130 * SECOND, first, second)
    looks(125, 400)
    assert silent() == []
    heard(NOW + 400 * SECOND, second)
    looks(400, 460)
    heard(NOW + 460 * SECOND, second)
    looks(460, 540)
    assert silent() == ["K1"]


def test_a_silence_of_all_is_told_after_ten_minutes_and_of_one_community_at_once():
    fleet("K1", "K2")
    heard(NOW, *Kiosk.objects.all())
    looks(0, 690)
    assert silent() == []
    looks(690, 830)
    assert silent() == ["K1", "K2"]


def test_of_one_community_a_silence_of_all_is_its_own():
    machine = kiosk("K1")
    heard(NOW + 125 * SECOND, machine)
    looks(0, 230)
    assert silent() == ["K1"]


def test_a_fault_at_a_kiosk_that_is_not_heard_is_kept_meanwhile():
    first, second = fleet("K1", "K2")
    record_heartbeat(first, heartbeat(NOW, device("card_terminal", UNREACHABLE)), now=NOW)
    looks(0, 10)
    heard(NOW + 3600 * SECOND, second)
    looks(3600, 3620)
    assert Alert.objects.get(kind="device_error").cured_at is None and silent() == []


def test_what_ends_well_nowhere_for_minutes_is_named(monkeypatch):
    def fails(_now):
        raise OSError

    for turn in TURNS.values():
        turn(NOW)
    assert standing_still(NOW + 299 * SECOND) == ""
    monkeypatch.setattr("server.on_call.sending.look", fails)
    for turn in TURNS.values():
        with suppress(OSError):
            turn(NOW + 200 * SECOND)
    assert standing_still(NOW + 400 * SECOND).startswith("alert-messages: ")
    assert set(turns.WATCHED) == set(TURNS) - {"outside"}


def test_every_turn_may_come_again_and_does_nothing_where_there_is_nothing():
    for _time in range(2):
        for turn in TURNS.values():
            turn(NOW)
