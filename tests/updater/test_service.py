"""A release is fetched, taken when the kiosk gives way, and kept or taken back; whatever breaks off."""

import shutil
from pathlib import Path

import pytest

from tests.updater.world import LONG_AGO, PowerLost, Repository, archive
from updater.memory import why_bad
from updater.switching import STARTS_MAX


def test_a_release_is_fetched_tried_and_kept(machine):
    machine.want("0.2.0")
    machine.pass_time(60)
    assert machine.runs == "0.2.0"
    assert machine.known.doing.state == "trying"
    machine.pass_time(400)
    assert machine.known.trial is None
    assert machine.known.doing.state == "done"
    assert machine.slots.previous() == "0.1.0"
    assert machine.known.current == "0.2.0"


def test_nothing_is_done_while_nothing_is_wanted(machine, web):
    machine.pass_time(600)
    assert machine.runs == "0.1.0"
    assert web.asked == []


@pytest.mark.parametrize(("word", "code"), [({"open": 1}, "payment_open"), ({}, "somebody_there")])
def test_it_waits_for_a_resident_and_for_an_open_payment(machine, word, code):
    machine.word |= word
    machine.gives_way = code == "payment_open"
    machine.want("0.2.0")
    machine.pass_time(600)
    assert machine.runs == "0.1.0"
    assert (machine.known.doing.state, machine.known.doing.code) == ("waits", code)
    machine.word["open"], machine.gives_way = 0, True
    machine.pass_time(30)
    assert machine.runs == "0.2.0"


def test_a_kiosk_that_says_nothing_is_left_alone(machine):
    machine.want("0.2.0")
    machine.turn()
    machine.running = False
    for _ in range(20):
        machine.turn()
    assert machine.runs == "0.1.0"
    assert machine.known.doing.code == "kiosk_silent"


STEPS = ["remembered", "stopped", "previous", "current", "trying", "started"]


@pytest.mark.parametrize("step", STEPS)
def test_the_power_is_lost_after_any_step_of_the_change(machine, step):
    machine.want("0.2.0")
    machine.dies_at = step
    with pytest.raises(PowerLost):
        machine.pass_time(200)
    machine.boot()
    if not machine.running:
        machine.start_kiosk()
    assert machine.runs in ("0.1.0", "0.2.0")
    machine.pass_time(800)
    assert (machine.runs, machine.known.trial) == ("0.2.0", None)
    assert machine.known.doing.state == "done"


@pytest.mark.parametrize("step", STEPS)
def test_the_kiosk_is_started_before_the_updater_after_a_power_cut(machine, step):
    machine.want("0.2.0")
    machine.dies_at = step
    with pytest.raises(PowerLost):
        machine.pass_time(200)
    machine.start_kiosk()
    machine.boot()
    machine.pass_time(800)
    assert (machine.runs, machine.known.doing.state) == ("0.2.0", "done")


BACK = ["back_remembered", "back_stopped", "back_current", "back_ended", "back_started"]


@pytest.mark.parametrize("step", BACK)
def test_the_power_is_lost_after_any_step_of_the_way_back(machine, step):
    machine.want("0.2.0")
    machine.pass_time(60)
    machine.word["screen"] = False
    machine.dies_at = step
    with pytest.raises(PowerLost):
        machine.pass_time(2400)
    machine.boot()
    machine.word["screen"] = True
    if not machine.running:
        machine.start_kiosk()
    machine.pass_time(300)
    assert machine.runs == "0.1.0"
    assert machine.known.doing.state == "gone_back"
    assert why_bad(machine.known, "0.2.0", 1) == "screen"


def test_after_two_failed_starts_the_one_before_is_started(machine):
    machine.want("0.2.0")
    machine.pass_time(60)
    assert machine.runs == "0.2.0"
    for _ in range(STARTS_MAX - 1):
        machine.start_kiosk()
        assert machine.runs == "0.2.0"
    machine.start_kiosk()
    assert machine.runs == "0.1.0"
    assert machine.known.doing.code == "failed_starts"
    machine.pass_time(2000)
    assert machine.runs == "0.1.0", "a bad release is not tried again"
    machine.want("0.2.0", attempt=2)
    machine.pass_time(60)
    assert machine.runs == "0.2.0", "staff asked for another try"


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ({"screen": False}, "screen"),
        ({"journal": False}, "journal"),
        ({"server": False}, "server"),
        ({"wrong": ["printer"]}, "devices"),
        ({"wrong": None}, "devices"),
        ({"version": "0.1.0"}, "not_started"),
    ],
)
def test_what_is_not_well_goes_back(machine, word, code):
    machine.want("0.2.0")
    machine.pass_time(60)
    machine.word |= word
    machine.pass_time(1300)
    assert machine.runs == "0.1.0"
    assert (machine.known.doing.state, machine.known.doing.code) == ("gone_back", code)


def test_a_device_that_was_out_of_order_before_is_no_reason(machine):
    machine.word |= {"wrong": ["printer"], "server": False}
    machine.want("0.2.0")
    machine.pass_time(600)
    assert (machine.runs, machine.known.doing.state) == ("0.2.0", "done")


def test_a_way_back_waits_for_whoever_is_served_but_not_for_ever(machine):
    machine.want("0.2.0")
    machine.pass_time(60)
    machine.gives_way = False
    machine.word["wrong"] = ["printer"]
    machine.pass_time(1500)
    assert machine.runs == "0.2.0"
    machine.pass_time(400)
    assert machine.runs == "0.1.0"


def test_being_well_counts_without_a_break_only(machine):
    machine.want("0.2.0")
    machine.pass_time(60)
    for _ in range(4):
        machine.word["screen"] = True
        machine.pass_time(250)
        machine.word["screen"] = False
        machine.pass_time(30)
        assert machine.known.trial is not None or machine.runs == "0.1.0"
    machine.pass_time(600)
    assert machine.runs == "0.1.0"


def test_a_download_that_breaks_off_goes_on_where_it_ended(machine, repository, web):
    repository.add("0.3.0", size=900_000)
    machine.want("0.3.0")
    web.cut = 600_000
    machine.pass_time(60)
    assert (machine.known.doing.state, machine.known.doing.code) == ("refused", "not_reached")
    machine.boot()
    web.cut = None
    machine.pass_time(330)
    begun = [begin for path, begin in web.asked if path.endswith("0.3.0-x86_64-cp311.tar")]
    assert begun[0] == 0
    assert begun[-1] > 500_000
    assert machine.runs == "0.3.0"


def test_a_part_that_the_power_cut_spoiled_is_fetched_anew(machine, repository, web):
    name = repository.add("0.3.0", size=900_000)
    parts = machine.settings.state / "parts"
    parts.mkdir()
    (parts / f"{repository.file_of(name).name}.part").write_bytes(b"\0" * 5000)
    machine.want("0.3.0")
    machine.pass_time(30)
    assert machine.known.doing.code == "broken"
    machine.pass_time(400)
    assert machine.runs == "0.3.0"


def test_other_bytes_than_those_that_were_signed_are_refused(machine, repository):
    place = repository.file_of("lobbypay-0.2.0-x86_64-cp311.tar")
    spoiled = bytearray(place.read_bytes())
    spoiled[600] ^= 1
    place.write_bytes(spoiled)
    machine.want("0.2.0")
    machine.pass_time(60)
    assert (machine.known.doing.state, machine.known.doing.code) == ("refused", "broken")
    assert machine.runs == "0.1.0"


def test_an_older_repository_is_refused(machine, repository, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(repository.folder, old)
    repository.add("0.3.0")
    machine.want("0.3.0")
    machine.pass_time(400)
    assert machine.runs == "0.3.0"
    for name in ("metadata", "targets"):
        shutil.rmtree(repository.folder / name)
        shutil.copytree(old / name, repository.folder / name)
    machine.want("0.4.0")
    machine.pass_time(400)
    assert (machine.known.doing.state, machine.known.doing.code) == ("refused", "not_trusted")


def test_a_release_that_is_older_than_what_runs_is_refused(machine, repository):
    repository.add("0.0.9")
    machine.want("0.0.9")
    machine.pass_time(60)
    assert (machine.known.doing.code, machine.runs) == ("older", "0.1.0")


def test_an_expired_repository_and_a_wrong_clock_are_told_apart(machine, tmp_path):
    expired = Repository(tmp_path / "expired", now=LONG_AGO)
    expired.add("0.2.0")
    settings = machine.settings
    stick = settings.sticks[0]
    shutil.copytree(expired.folder, stick)
    (settings.root).write_bytes(expired.first_root.read_bytes())
    machine.pass_time(20)
    assert machine.known.doing.code == "expired"
    shutil.rmtree(stick)
    machine.word["clock_off"] = True
    machine.want("0.2.0")
    shutil.rmtree(tmp_path / "repository")
    shutil.copytree(expired.folder, tmp_path / "repository")
    machine.pass_time(20)
    assert machine.known.doing.code == "clock"


def test_a_full_disk_is_told_and_nothing_is_changed(machine, monkeypatch):
    monkeypatch.setattr("updater.slots.Slots.has_room", lambda *_: False)
    machine.want("0.2.0")
    machine.pass_time(60)
    assert (machine.known.doing.state, machine.known.doing.code) == ("refused", "no_space")
    assert not machine.slots.is_whole("0.2.0")


def test_a_disk_that_fills_while_unpacking_leaves_no_half_release(machine, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("updater.slots._unpack", full)
    machine.want("0.2.0")
    machine.pass_time(60)
    assert machine.known.doing.code == "no_space"
    assert not (machine.settings.home / "releases" / "0.2.0").exists()


def test_a_release_goes_no_further_than_it_was_signed_for(machine, repository):
    repository.add("0.3.0", ring="canary")
    machine.want("0.3.0", ring="tenth")
    machine.pass_time(30)
    assert machine.known.doing.code == "not_for_ring"
    machine.want("0.3.0", attempt=2, ring="canary")
    machine.pass_time(60)
    assert machine.runs == "0.3.0"


def test_a_release_that_needs_a_newer_one_first_is_refused(machine, repository):
    repository.add("0.9.0", since="0.8.0")
    machine.want("0.9.0")
    machine.pass_time(30)
    assert machine.known.doing.code == "too_old"


def test_a_file_outside_its_folder_is_no_part_of_a_release(machine, repository, tmp_path):
    path = archive(tmp_path / "bad.tar", "0.3.0", member="../../../../evil.txt")
    about = {"version": "0.3.0", "ring": "all", "since": "0.0", "machine": "any"}
    repository.keeper.add(path, about, repository.targets, repository.online)
    machine.want("0.3.0")
    machine.pass_time(30)
    assert machine.known.doing.code == "broken"
    assert not list(tmp_path.rglob("evil.txt"))


def test_from_a_stick(machine, repository, web):
    web.close()
    shutil.copytree(repository.folder, machine.settings.sticks[0])
    machine.pass_time(60)
    assert machine.runs == "0.2.0"
    machine.pass_time(400)
    assert machine.known.doing.state == "done"


def test_a_stick_with_an_older_repository_is_refused(machine, repository):
    shutil.copytree(repository.folder, machine.settings.sticks[0])
    repository.add("0.3.0")
    machine.pass_time(400)
    assert machine.runs == "0.2.0"
    old = machine.folder / "old_stick"
    machine.settings.sticks[0].rename(old)
    machine.want("0.3.0")
    machine.pass_time(800)
    assert machine.runs == "0.3.0"
    old.rename(machine.settings.sticks[0])
    machine.pass_time(60)
    assert (machine.known.doing.state, machine.known.doing.code) == ("refused", "not_trusted")
    assert machine.runs == "0.3.0"


def test_a_stick_that_was_left_is_in_nobodys_way(machine, repository):
    shutil.copytree(repository.folder, machine.settings.sticks[0])
    machine.pass_time(400)
    assert machine.runs == "0.2.0"
    repository.add("0.3.0")
    machine.want("0.3.0")
    machine.gives_way = False
    machine.pass_time(60)
    assert (machine.known.doing.version, machine.known.doing.state) == ("0.3.0", "waits")
    del machine.word["wanted"]
    machine.pass_time(20)
    assert (machine.known.asks, machine.known.doing.state) == ("", "none"), "no more"
    machine.want("0.3.0")
    machine.gives_way = True
    machine.pass_time(800)
    assert machine.runs == "0.3.0"
    assert machine.known.doing.version == "0.3.0"


def test_nobody_else_can_hold_the_updaters_lock(machine):
    machine.pass_time(20)
    assert (machine.settings.state / "lock").stat().st_mode & 0o777 == 0o600


def test_what_is_no_plain_file_says_nothing_and_nothing_stays_open(machine):
    machine.settings.kiosk_word.mkdir()
    machine.running = False
    before = len(list(Path("/proc/self/fd").iterdir()))
    machine.pass_time(100)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert machine.known.doing.state == "none"


def test_canary_releases_are_not_taken_from_a_stick(machine, repository):
    repository.add("0.3.0", ring="canary")
    shutil.copytree(repository.folder, machine.settings.sticks[0])
    machine.pass_time(60)
    assert machine.runs == "0.2.0"


def test_old_releases_are_cleared_away_but_for_the_one_before(machine, repository):
    for version in ("0.3.0", "0.4.0"):
        repository.add(version)
    for version in ("0.2.0", "0.3.0", "0.4.0"):
        machine.want(version)
        machine.pass_time(800)
    found = {path.name for path in (machine.settings.home / "releases").iterdir()}
    assert found == {"0.3.0", "0.4.0"}
