"""Two machines with one identity, and one started from an old disk, give themselves away."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.enrolment import JournalSalvage
from contract.stop_reason import Presence, StopReason
from server.alerts.models import Alert
from server.fleet import clone_detection
from server.fleet.enrolment import create_pairing_code, enrol
from server.fleet.models import Kiosk
from server.fleet.reenrolment import after_damage
from tests.server.fleet.heartbeats import device, heartbeat
from tests.server.village import NOW, create_village

A, B = "a" * 32, "b" * 32
HASH, OTHER_HASH = "1" * 64, "2" * 64


def told(boot=A, starts=5, beat=1, last=10, digest=HASH, number=0) -> Presence:
    return Presence(
        boot=boot, starts=starts, beat=beat, journal_last=last, journal_hash=digest, number=number
    )


def known(**fields) -> Kiosk:
    base = {"boot": A, "starts": 5, "beat": 3, "journal_sequence": 10, "journal_hash": HASH}
    return Kiosk(**(base | fields))


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        (told(beat=4), None),
        (told(beat=4, last=13, digest=OTHER_HASH), None),  # the server lags behind
        (told(boot=B, starts=6), None),  # an honest restart
        (told(boot=B, starts=5), StopReason.TWIN),
        (told(beat=4, last=9), StopReason.BEHIND),
        (told(boot=B, starts=6, last=9), StopReason.BEHIND),
        (told(beat=4, digest=OTHER_HASH), StopReason.FORKED),
        (told(beat=3, last=9), None),  # late on its way
        (told(boot=B, starts=4, last=9), None),  # of an earlier start, late
    ],
)
def test_what_is_heard_is_judged(heard, reason):
    assert clone_detection.judge(known(), heard) is reason


def test_an_earlier_start_that_goes_on_speaking_is_a_second_machine():
    kiosk = known()
    old = [clone_detection.judge(kiosk, told(boot=B, starts=4, beat=n)) for n in (7, 7, 8, 8, 9)]
    assert old == [None, None, None, None, StopReason.TWIN]


@given(st.permutations([(s, b) for s in (1, 2) for b in (1, 2)] * 2))
def test_an_honest_kiosks_messages_may_arrive_doubled_and_in_any_order(order):
    """Each tells of one journal entry more, which the server takes when it hears of it first."""
    kiosk = known(boot="", starts=0, beat=0, journal_sequence=0)
    for starts, beat in order:
        last = 2 * starts + beat
        assert clone_detection.judge(kiosk, told({1: A, 2: B}[starts], starts, beat, last)) is None
        kiosk.journal_sequence = max(kiosk.journal_sequence, last)


@pytest.fixture
def kiosk(db):
    row = Kiosk.objects.create(
        community=create_village(), code="K03", location_zh="大堂", location_en="Lobby"
    )
    return enrol(create_pairing_code(row, now=NOW), "k" * 43, now=NOW)


def test_a_stopped_kiosk_stays_stopped_and_staff_are_told_once(kiosk):
    assert clone_detection.hear(kiosk, told(), NOW) is None
    for _ in range(3):
        assert clone_detection.hear(kiosk, told(boot=B), NOW) is StopReason.TWIN
    assert clone_detection.hear(kiosk, told(beat=9), NOW) is StopReason.TWIN
    assert clone_detection.hear(kiosk, None, NOW) is StopReason.TWIN
    alert = Alert.objects.get(kind="kiosk_stopped")
    assert (alert.kiosk_code, alert.details["reason"]) == ("K03", "twin")
    assert Kiosk.objects.get().stopped_at == NOW


def test_a_new_pairing_code_releases_it(kiosk):
    clone_detection.hear(kiosk, told(), NOW)
    clone_detection.hear(kiosk, told(boot=B), NOW)
    later = NOW + timedelta(hours=1)
    again = enrol(create_pairing_code(kiosk, now=later), "n" * 43, now=later)
    assert (again.stopped, again.starts) == ("", 0)
    assert Alert.objects.get(kind="kiosk_stopped").resolved_at == later
    assert clone_detection.hear(again, told(boot=B, starts=1), later) is None


def test_a_message_under_the_old_key_does_not_touch_the_newly_enrolled(kiosk):
    old = Kiosk.objects.get()
    enrol(create_pairing_code(kiosk, now=NOW), "n" * 43, now=NOW)
    assert clone_detection.hear(old, told(starts=9), NOW) is None
    assert Kiosk.objects.get().starts == 0


def test_the_highest_number_is_remembered(kiosk):
    clone_detection.hear(kiosk, told(number=812), NOW)
    clone_detection.hear(kiosk, told(beat=2, number=811), NOW)
    assert Kiosk.objects.get().number == 812


def test_what_it_told_of_must_not_be_gone_either():
    assert (
        clone_detection.judge(known(told_sequence=12), told(beat=4, last=11)) is StopReason.BEHIND
    )
    assert clone_detection.judge(known(told_sequence=12), told(boot=B, starts=6, last=12)) is None


@pytest.mark.parametrize(
    ("heard_to", "received", "last", "whole_from", "stopped"),
    [
        (59, 59, 59, 1, None),
        (59, 59, 0, 0, None),  # nothing is readable, and nothing is missing
        (59, 30, 59, 25, None),  # what is missing here is all there
        (59, 30, 59, 31, None),
        (59, 30, 59, 32, StopReason.DAMAGED),  # a hole
        (59, 30, 58, 1, StopReason.DAMAGED),  # the end is gone
        (0, 30, 0, 0, None),
    ],
)
def test_a_damaged_journal_goes_on_only_where_nothing_is_lost(
    kiosk, heard_to, received, last, whole_from, stopped
):
    Kiosk.objects.update(told_sequence=heard_to, journal_sequence=received, journal_hash=HASH)
    salvaged = JournalSalvage(last=last, whole_from=whole_from)
    position = after_damage(Kiosk.objects.get(), salvaged, NOW)
    assert (position.sequence, position.hash, position.stopped) == (received, HASH, stopped)
    assert Alert.objects.filter(kind="journal_damaged", resolved_at=None).count() == 1
    again = after_damage(Kiosk.objects.get(), salvaged, NOW)  # the answer was lost on its way
    assert again == position


def test_a_kiosk_that_does_not_tell_whether_it_can_record_ends_no_alert(kiosk):
    wrong = {"level": "error", "code": "journal.cannot_record"}
    clone_detection.watch_journal(kiosk, heartbeat(NOW, device("kiosk", wrong)), NOW)
    assert clone_detection.ended_by(kiosk, heartbeat(NOW)) == [], "of a version that does not"
    alert = Alert.objects.get(kind="journal_unwritable")
    assert alert.resolved_at is None
    clone_detection.end(
        kiosk, clone_detection.ended_by(kiosk, heartbeat(NOW, device("kiosk"))), NOW
    )
    alert.refresh_from_db()
    assert alert.resolved_at == NOW
