"""The newest heartbeat is kept, by one statement; a nonce is good once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from contract.journal_hash import GENESIS
from contract.stop_reason import StopReason
from server.alerts.models import Alert
from server.fleet import clone_detection
from server.fleet.heartbeats import record_heartbeat, use_nonce
from server.fleet.models import Kiosk
from tests.server.fleet.heartbeats import device, heartbeat, kiosk
from tests.server.village import NOW

pytestmark = pytest.mark.django_db


def test_the_newest_heartbeat_is_on_the_kiosk():
    machine = kiosk()
    for second in (0, 30):
        at = NOW + timedelta(seconds=second)
        record_heartbeat(machine, heartbeat(at, uptime_s=second), now=at)
    known = Kiosk.objects.get()
    assert known.heard_at == NOW + timedelta(seconds=30)
    assert known.heartbeat and known.heartbeat["uptime_s"] == 30


def presence(beat, last=0, starts=1, boot="a" * 32, digest=GENESIS, number=0):
    return {
        "boot": boot,
        "starts": starts,
        "beat": beat,
        "journal_last": last,
        "journal_hash": digest,
        "number": number,
    }


def test_a_heartbeat_with_nothing_new_is_one_statement(django_assert_num_queries):
    machine = kiosk()
    well = heartbeat(NOW, device("kiosk"), device("printer"), presence=presence(1))
    record_heartbeat(machine, well, now=NOW)
    again = Kiosk.objects.get()
    with django_assert_num_queries(1):
        beat = heartbeat(NOW, device("kiosk"), device("printer"), presence=presence(2))
        assert record_heartbeat(again, beat, now=NOW) is None
    assert Kiosk.objects.get().beat == 2


def test_what_another_message_changed_meanwhile_is_judged_anew():
    """The row was read before; two messages of one kiosk must not pass each other unseen."""
    stale = kiosk()
    Kiosk.objects.update(boot="b" * 32, starts=1, beat=9, number=812)
    twin = heartbeat(NOW, presence=presence(1, number=3))
    assert record_heartbeat(stale, twin, now=NOW) is StopReason.TWIN
    known = Kiosk.objects.get()
    assert (known.stopped, known.number, known.heard_at) == ("twin", 812, NOW)
    assert (stale.stopped, stale.number) == ("twin", 812)
    assert Alert.objects.get(kind="kiosk_stopped").kiosk_code == "K03"


def test_a_heartbeat_under_the_old_key_leaves_the_newly_enrolled_as_it_is():
    old = kiosk()
    Kiosk.objects.update(public_key="n" * 43)
    assert record_heartbeat(old, heartbeat(NOW, presence=presence(4)), now=NOW) is None
    known = Kiosk.objects.get()
    assert (known.heard_at, known.beat, known.heartbeat) == (None, 0, None)


def test_what_the_kiosk_cannot_record_is_told_and_its_end_too():
    machine = kiosk()
    wrong = {"level": "error", "code": "journal.cannot_record"}
    record_heartbeat(machine, heartbeat(NOW, device("kiosk", wrong)), now=NOW)
    alert = Alert.objects.get(kind="journal_unwritable")
    later = NOW + timedelta(seconds=30)
    record_heartbeat(Kiosk.objects.get(), heartbeat(later, device("kiosk")), now=later)
    alert.refresh_from_db()
    assert alert.resolved_at == later


def test_an_end_that_was_cut_short_is_made_up_for(monkeypatch):
    """The server dies between the alert and the row: the next heartbeat finds the row as it was."""
    machine = kiosk()
    wrong = {"level": "error", "code": "journal.cannot_record"}
    record_heartbeat(machine, heartbeat(NOW, device("kiosk", wrong)), now=NOW)

    def killed(*_, **__):
        raise SystemExit

    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr(clone_detection, "resolve", killed)
        record_heartbeat(Kiosk.objects.get(), heartbeat(NOW, device("kiosk")), now=NOW)
    record_heartbeat(Kiosk.objects.get(), heartbeat(NOW, device("kiosk")), now=NOW)
    assert not Alert.objects.filter(kind="journal_unwritable", resolved_at=None)


def test_a_nonce_is_new_once_for_each_key():
    assert use_nonce("k1", "n" * 16, now=NOW)
    assert not use_nonce("k1", "n" * 16, now=NOW)
    assert use_nonce("k2", "n" * 16, now=NOW)


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


def test_how_many_were_turned_away_before_the_fault_stays_while_it_lasts():
    machine = kiosk("K1")
    for minute, (offers, count) in enumerate(
        [(["card"], 7), (["card"], 9), ([], 10), ([], 14), (["card"], 15)]
    ):
        at = NOW + timedelta(minutes=minute)
        record_heartbeat(machine, heartbeat(at, offers=offers, turned_away=count), now=at)
        if not offers:
            assert machine.turned_away_before == 9, "the one of the last half minute is one of them"
    assert machine.turned_away_before == 14


def test_a_kiosk_that_counts_anew_is_not_less_than_nothing():
    machine = kiosk("K1")
    for count in (500, 2, 5):
        record_heartbeat(machine, heartbeat(NOW, offers=[], turned_away=count), now=NOW)
    assert machine.turned_away_before == 2
    record_heartbeat(machine, heartbeat(NOW, offers=[]), now=NOW)
    assert machine.turned_away_before is None


def test_how_long_the_paper_lasts_is_known_without_reading_what_was_said():
    machine = kiosk("K1")
    paper = {"used_mm": 100, "receipts_left": 12, "days_left": 1.5}
    record_heartbeat(machine, heartbeat(NOW, paper=paper), now=NOW)
    assert Kiosk.objects.get(code="K1").paper_days == 1.5
    record_heartbeat(machine, heartbeat(NOW), now=NOW)
    assert Kiosk.objects.get(code="K1").paper_days is None
