"""A journal that stands still while its kiosk is heard is told to staff, whatever the reason."""

from datetime import timedelta

import pytest

from server.alerts.models import Alert
from server.fleet.heartbeats import record_heartbeat
from server.fleet.models import Kiosk
from server.payments.journal import intake
from tests.server.api.callers import error
from tests.server.api.conftest import kiosk as caller
from tests.server.api.conftest import world
from tests.server.api.test_trouble import beat, journal_entry
from tests.server.fleet.heartbeats import heartbeat, kiosk
from tests.server.village import NOW

__all__ = ["caller", "world"]  # fixtures
KIND = "journal_stands_still"


def told(minutes, last, here=0):
    """A heartbeat so many minutes later: entries up to ``last`` there, up to ``here`` received."""
    Kiosk.objects.update(journal_sequence=here)
    at = NOW + timedelta(minutes=minutes)
    machine = Kiosk.objects.get()
    record_heartbeat(machine, heartbeat(at, journal_last=last), now=at)


def alerts():
    return Alert.objects.filter(kind=KIND, resolved_at=None)


@pytest.mark.django_db
def test_staff_hear_when_nothing_arrives_for_long_and_that_it_is_over():
    kiosk()
    told(0, last=7)
    told(9, last=8)
    assert not alerts()
    told(10, last=9)
    assert alerts().get().details == {
        "journal_received": 0,
        "journal_last": 9,
        "since": NOW.isoformat(),
    }
    told(11, last=9, here=9)
    assert not alerts()
    told(12, last=10, here=9)
    told(21, last=10, here=9)
    assert not alerts(), "it begins anew"


@pytest.mark.django_db
def test_a_kiosk_with_nothing_to_tell_is_left_alone():
    kiosk()
    for minutes in (0, 30, 60):
        told(minutes, last=5, here=5)
    assert not Alert.objects.exists()


def test_a_long_backlog_that_moves_stands_not_still(world, caller):
    Kiosk.objects.update(journal_waits_since=NOW - timedelta(days=9))
    assert caller.post("/journal", {"entries": [journal_entry(caller)]}).status_code == 200
    caller.post("/heartbeats", {**beat(), "journal_last": 900})
    assert not alerts()


def test_a_journal_that_the_server_cannot_take_is_told(world, caller, monkeypatch):
    def fails(*_, **__):
        raise MemoryError("a fault that nobody thought of")

    monkeypatch.setattr(intake.store, "write", fails)
    assert error(caller.post("/journal", {"entries": [journal_entry(caller)]})) == (503, "internal")
    assert caller.post("/heartbeats", beat()).status_code == 200
    Kiosk.objects.update(journal_waits_since=NOW - timedelta(days=9))
    caller.post("/heartbeats", beat())
    assert alerts().get().kiosk_code == "K03"
    monkeypatch.undo()
    assert caller.post("/journal", {"entries": [journal_entry(caller)]}).status_code == 200
    assert not alerts()
