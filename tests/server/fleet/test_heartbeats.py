"""Heartbeats are kept and pruned; a nonce is good once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from server.fleet.heartbeats import (
    HISTORY_KEPT,
    NONCES_KEPT,
    PRUNE_EVERY,
    record_heartbeat,
    use_nonce,
)
from server.fleet.models import HeartbeatRecord, Kiosk, UsedNonce
from tests.server.fleet.heartbeats import heartbeat, kiosk
from tests.server.village import NOW

pytestmark = pytest.mark.django_db


def test_the_newest_heartbeat_is_on_the_kiosk_and_all_are_in_the_history():
    machine = kiosk()
    for second in (0, 30):
        at = NOW + timedelta(seconds=second)
        record_heartbeat(machine, heartbeat(at, uptime_s=second), now=at)
    known = Kiosk.objects.get()
    assert known.heard_at == NOW + timedelta(seconds=30)
    assert known.heartbeat and known.heartbeat["uptime_s"] == 30
    assert HeartbeatRecord.objects.count() == 2


def test_old_heartbeats_leave():
    machine = kiosk()
    record_heartbeat(machine, heartbeat(NOW), now=NOW)
    later = NOW + HISTORY_KEPT + timedelta(seconds=1)
    for _ in range(PRUNE_EVERY):
        record_heartbeat(machine, heartbeat(later), now=later)
    assert HeartbeatRecord.objects.filter(received_at=NOW).count() == 0


def test_a_nonce_is_new_once_for_each_key():
    assert use_nonce("k1", "n" * 16, now=NOW)
    assert not use_nonce("k1", "n" * 16, now=NOW)
    assert use_nonce("k2", "n" * 16, now=NOW)


def test_old_nonces_leave():
    use_nonce("k1", "first-nonce-here", now=NOW)
    later = NOW + NONCES_KEPT + timedelta(seconds=1)
    for number in range(PRUNE_EVERY):
        use_nonce("k1", f"nonce-number-{number:04d}", now=later)
    assert not UsedNonce.objects.filter(seen_at=NOW).exists()


@pytest.mark.django_db(transaction=True)
def test_of_the_same_request_sent_at_once_one_is_believed():
    barrier, believed = threading.Barrier(4), []

    def send() -> None:
        barrier.wait(30)
        believed.append(use_nonce("k1", "the-same-nonce-x", now=NOW))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(believed) == [False, False, False, True]


def test_a_device_whose_name_holds_a_nul_silences_no_kiosk():
    """PostgreSQL takes none in JSON; a scanner's name comes from its descriptor as it is."""
    machine = kiosk()
    beat = heartbeat(NOW, software="0.1\x00")
    record_heartbeat(machine, beat, now=NOW)
    known = Kiosk.objects.get()
    assert known.heartbeat and known.heartbeat["software"] == "0.1\N{SYMBOL FOR NULL}"
