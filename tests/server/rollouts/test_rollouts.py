"""Releases go from ring to ring, stop by themselves when too many fail, and every decision has a name."""

from datetime import timedelta

import pytest

from contract.releases import ALL, CANARY, RINGS, TENTH
from server.alerts.models import Alert
from server.fleet.models import Condition, Kiosk
from server.hours.models import PlannedOutage
from server.remote_acts.models import GroupMember, KioskGroup
from server.remote_acts.wishes import NotPossible
from server.rollouts import deciding
from server.rollouts.models import Rollout, State, UpdateTry
from server.rollouts.rings import ring_of
from server.rollouts.watching import heard, look, wanted
from server.staff.audit import ReasonMissing
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.fleet.heartbeats import heartbeat
from tests.server.remote_acts.machines import machine
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def village(db):
    return create_village()


@pytest.fixture
def kiosks(village):
    """Forty of them, K10 and K11 are canaries."""
    made = [machine(village, f"K{number}") for number in range(10, 50)]
    Kiosk.objects.update(heard_at=NOW, software="0.1.0", condition=Condition.WELL)
    group = KioskGroup.objects.create(community=village, name="canaries")
    for kiosk in made[:2]:
        GroupMember.objects.create(community=village, group=group, kiosk=kiosk)
    return made


@pytest.fixture
def wang(village):
    return create_person("wang", (village, Role.TECHNICIAN))


@pytest.fixture
def rollout(kiosks, wang, village):
    deciding.begin(wang, [village], "0.2.0", "canaries", "a new release", NOW)
    return Rollout.objects.get()


def told(kiosk, state, code="", *, at=NOW, attempt=1, version="0.2.0"):
    """A heartbeat with the updater's word, as the API passes it on."""
    row = Kiosk.objects.get(pk=kiosk.pk)
    update = {"version": version, "attempt": attempt, "state": state, "code": code}
    beat = heartbeat(at, update=update)
    software = version if state in ("trying", "done") else "0.1.0"
    Kiosk.objects.filter(pk=row.pk).update(heard_at=at, software=software)
    heard(row, beat, None, at)


def meant():
    return set(Kiosk.objects.exclude(wanted_version="").values_list("code", flat=True))


def further(wang, times=1):
    for _ in range(times):
        deciding.further(wang, Rollout.objects.all(), "it works", NOW)


def test_it_goes_from_ring_to_ring(rollout, wang):
    assert meant() == {"K10", "K11"}
    further(wang)
    tenth = meant()
    assert {"K10", "K11"} < tenth
    assert 3 <= len(tenth) <= 12
    further(wang)
    assert len(meant()) == 40
    with pytest.raises(NotPossible):
        further(wang)


def test_a_kiosk_is_told_its_own_ring(rollout, wang, kiosks):
    further(wang, 2)
    rings = {wanted(kiosk).ring for kiosk in Kiosk.objects.all()}
    assert rings == set(RINGS)
    first = wanted(Kiosk.objects.get(code="K10"))
    assert (first.version, first.attempt, first.ring) == ("0.2.0", 1, CANARY)


def test_one_in_ten_is_one_in_ten():
    import uuid

    keys = [uuid.UUID(int=number * 7919) for number in range(4000)]
    share = sum(ring_of(key, set()) == TENTH for key in keys) / len(keys)
    assert 0.08 < share < 0.13
    assert ring_of(keys[0], {keys[0]}) == CANARY
    assert {ring_of(key, set()) for key in keys} == {TENTH, ALL}


def test_one_canary_that_went_back_stops_it(rollout, kiosks, village):
    told(kiosks[0], "trying")
    told(kiosks[0], "gone_back", "failed_starts")
    rollout.refresh_from_db()
    assert rollout.state == State.STOPPED
    assert rollout.figures == {"failed": 1, "tried": 1}
    assert meant() == set()
    alert = Alert.objects.get(kind="rollout_stopped")
    assert (alert.community, alert.details["failed"]) == (village, 1)
    act = Act.objects.get(act="rollout_stopped")
    assert act.person_name == "LobbyPay"
    assert act.reason
    told(kiosks[1], "gone_back", "screen")
    assert Alert.objects.filter(kind="rollout_stopped").count() == 1


def test_a_few_of_many_do_not_stop_it_and_more_than_a_tenth_do(rollout, wang, kiosks):
    further(wang, 2)
    for kiosk in kiosks[:20]:
        told(kiosk, "done")
    told(kiosks[20], "gone_back", "devices")
    told(kiosks[21], "gone_back", "devices")
    rollout.refresh_from_db()
    assert rollout.state == State.RUNNING, "2 of 22"
    told(kiosks[22], "gone_back", "devices")
    rollout.refresh_from_db()
    assert rollout.state == State.STOPPED, "3 of 23"
    assert meant() == {kiosk.code for kiosk in kiosks[:20]}, "who runs it keeps it"


@pytest.mark.parametrize(
    ("fields", "ill"),
    [
        ({"condition": Condition.NO_MONEY}, "no_money"),
        ({"condition": Condition.STILL}, "still"),
        ({"condition": Condition.FAULT}, "fault"),
        ({"condition": Condition.ATTENTION}, ""),
        ({"heard_at": NOW}, "silent"),
        ({"heard_at": NOW, "active": False}, ""),
    ],
)
def test_who_becomes_ill_after_the_change_counts(rollout, kiosks, fields, ill):
    told(kiosks[0], "trying")
    told(kiosks[0], "done")
    later = NOW + timedelta(minutes=30)
    changed = {"heard_at": later, "condition_since": NOW + timedelta(minutes=1), **fields}
    Kiosk.objects.filter(pk=kiosks[0].pk).update(**changed)
    look(later)
    assert UpdateTry.objects.get().ill == ill
    rollout.refresh_from_db()
    assert (rollout.state == State.STOPPED) is bool(ill)


def test_silence_while_an_outage_lasts_that_was_planned_stops_nothing(rollout, kiosks, village):
    told(kiosks[0], "done")
    later = NOW + timedelta(hours=1)
    hours = {"begins": NOW, "ends": later + timedelta(hours=1), "told_from": NOW}
    outage = PlannedOutage.objects.create(
        community=village, words_zh="停电", words_en="No power", **hours
    )
    look(later)
    rollout.refresh_from_db()
    assert rollout.state == State.RUNNING
    outage.delete()
    look(later)
    rollout.refresh_from_db()
    assert rollout.state == State.STOPPED


def test_what_was_wrong_before_is_not_the_releases_fault(rollout, kiosks):
    told(kiosks[0], "trying")
    before = NOW - timedelta(hours=1)
    later = NOW + timedelta(minutes=30)
    wrong = {"condition": Condition.FAULT, "condition_since": before, "heard_at": later}
    Kiosk.objects.filter(pk=kiosks[0].pk).update(**wrong)
    look(later)
    rollout.refresh_from_db()
    assert rollout.state == State.RUNNING


def test_waiting_and_refusing_is_no_failure(rollout, kiosks):
    told(kiosks[0], "refused", "no_space")
    told(kiosks[1], "waits", "payment_open")
    look(NOW)
    rollout.refresh_from_db()
    assert rollout.state == State.RUNNING


def test_a_release_that_is_bad_in_one_community_stops_in_all(rollout, kiosks, wang):
    other = create_village("other")
    boss = create_person("boss", (other, Role.ADMINISTRATOR))
    deciding.begin(boss, [other], "0.2.0", "", "as the others", NOW)
    told(kiosks[0], "gone_back", "screen")
    assert set(Rollout.objects.values_list("state", flat=True)) == {State.STOPPED}
    assert Alert.objects.filter(kind="rollout_stopped").count() == 2


def test_it_goes_on_and_who_went_back_tries_again_when_asked(rollout, wang, kiosks):
    told(kiosks[0], "gone_back", "screen")
    later = NOW + timedelta(hours=1)
    deciding.go_on(wang, [rollout], "a cable was loose", later, again=True)
    rollout.refresh_from_db()
    assert (rollout.state, rollout.attempt) == (State.RUNNING, 2)
    assert wanted(Kiosk.objects.get(code="K10")).attempt == 2
    assert not Alert.objects.filter(kind="rollout_stopped", resolved_at=None).exists()
    look(later)
    rollout.refresh_from_db()
    assert rollout.state == State.RUNNING, "what failed before counts no more"
    told(kiosks[0], "gone_back", "screen", at=later, attempt=2)
    rollout.refresh_from_db()
    assert rollout.state == State.STOPPED


def test_staff_stop_it_with_a_reason_in_the_log(rollout, wang, village):
    with pytest.raises(ReasonMissing):
        deciding.stop(wang, [rollout], " ", NOW)
    deciding.stop(wang, [rollout], "holidays", NOW)
    assert meant() == set()
    act = Act.objects.get(act="rollout_stopped")
    assert (act.person_name, act.reason, act.community_id) == ("wang", "holidays", village.pk)
    assert act.before["state"] == "running"
    assert act.after["state"] == "stopped"
    assert not Alert.objects.filter(kind="rollout_stopped").exists(), "they know it themselves"


def test_nobody_decides_for_another_community_or_without_the_role(rollout, village):
    other = create_village("other")
    stranger = create_person("stranger", (other, Role.ADMINISTRATOR))
    collector = create_person("collector", (village, Role.COLLECTOR))
    for person in (stranger, collector):
        with pytest.raises(NotPossible):
            deciding.stop(person, [rollout], "because", NOW)
        with pytest.raises(NotPossible):
            deciding.begin(person, [village], "0.3.0", "", "because", NOW)
    rollout.refresh_from_db()
    assert rollout.state == State.RUNNING


def test_a_later_one_takes_the_place_of_what_was_under_way(rollout, wang, village):
    with pytest.raises(NotPossible):
        deciding.begin(wang, [village], "0.2.0", "canaries", "again", NOW)
    for wrong in ("", "two", "0.3.0; reboot", "1"):
        with pytest.raises(NotPossible):
            deciding.begin(wang, [village], wrong, "canaries", "again", NOW)
    deciding.begin(wang, [village], "0.3.0", "canaries", "better", NOW)
    rollout.refresh_from_db()
    assert rollout.state == State.ENDED
    assert {one.wanted_version for one in Kiosk.objects.filter(code__in=["K10", "K11"])} == {
        "0.3.0"
    }
    deciding.begin(wang, [village], "0.2.0", "canaries", "back to it", NOW)
    newest = Rollout.objects.get(version="0.2.0", state=State.RUNNING)
    assert newest.attempt == 2


def test_the_same_form_sent_twice_at_once_is_told_so(kiosks, wang, village, monkeypatch):
    """The second waits until the first has begun."""
    hold, given = deciding.hold_community, (wang, [village], "0.2.0", "canaries", "new", NOW)

    def waits(pk):
        monkeypatch.setattr(deciding, "hold_community", hold)
        deciding.begin(*given)
        return hold(pk)

    monkeypatch.setattr(deciding, "hold_community", waits)
    with pytest.raises(NotPossible):
        deciding.begin(*given)


def test_a_new_kiosk_is_told_within_a_minute(rollout, wang, village):
    further(wang, 2)
    machine(village, "K99")
    assert "K99" not in meant()
    look(NOW)
    assert "K99" in meant()


def test_the_same_word_again_changes_nothing(rollout, kiosks):
    told(kiosks[0], "waits", "payment_open")
    row = Kiosk.objects.get(pk=kiosks[0].pk)
    update = {"version": "0.2.0", "attempt": 1, "state": "waits", "code": "payment_open"}
    heard(row, heartbeat(NOW, update=update), update, NOW + timedelta(hours=1))
    assert UpdateTry.objects.get().state_at == NOW
    heard(row, heartbeat(NOW), update, NOW)
    heard(row, heartbeat(NOW, update={"state": "none"}), update, NOW)
    assert UpdateTry.objects.count() == 1
