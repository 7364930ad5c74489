"""The kiosk gives way to its updater when nobody is there and no payment is open, for a while only."""

import json
from datetime import UTC, datetime

import pytest

from contract.heartbeat import HeartbeatAnswer
from contract.releases import WantedRelease
from kiosk.acts.update_desk import HOLD_S, REST_S, Looks, UpdateDesk
from kiosk.core.events import ActEnded, DevicesSeen
from kiosk.health.updater import UpdaterFile
from kiosk.settings import load
from tests.kiosk.core.story import Story, devices
from updater.gate import Listener, missing, read_word
from updater.memory import Trial


class Engine:
    """The session of a story, without threads."""

    def __init__(self, story):
        self.story = story

    @property
    def session(self):
        return self.story.session

    def post(self, event):
        self.story.plays(event)

    def commit(self, event, timeout_s):
        self.story.plays(event)
        return True


class Lobby:
    """A kiosk with its updater's wish in ``asks``."""

    def __init__(self, folder, story=None):
        self.story = story or Story.at_attract()
        self.seconds, self.asks, self.open, self.drawn, self.well = 0.0, "", 0, 1, True
        looks = Looks(
            "0.2.0",
            lambda: self.open,
            lambda: self.drawn,
            lambda: self.well,
            lambda: False,
            lambda: self.asks,
        )
        self.folder = folder
        self.desk = UpdateDesk(folder, Engine(self.story), looks, lambda: self.seconds)

    def look(self):
        self.desk.look()
        return read_word(self.folder / "update.json")

    @property
    def granted(self):
        return self.story.session.lobby.afar.act


def answer(wanted=None):
    now = datetime(2026, 11, 24, tzinfo=UTC)
    return HeartbeatAnswer(server_time=now, config_version="1", wanted=wanted)


def test_it_gives_way_while_nobody_is_there(tmp_path):
    lobby = Lobby(tmp_path)
    assert lobby.look().given_way == ""
    lobby.asks = "0.2.0:1"
    assert lobby.look().given_way == "0.2.0:1"
    assert lobby.granted, "nobody new is served meanwhile"
    lobby.asks = ""
    assert lobby.look().given_way == ""
    assert not lobby.granted


def test_whoever_is_served_is_served_to_the_end(tmp_path):
    lobby = Lobby(tmp_path, Story.at_bills())
    lobby.asks = "0.2.0:1"
    assert lobby.look().given_way == ""
    assert not lobby.granted


def test_a_payment_that_is_open_or_in_doubt_is_waited_for_but_not_on_the_way_back(tmp_path):
    lobby = Lobby(tmp_path)
    lobby.open, lobby.asks = 1, "0.2.0:1"
    word = lobby.look()
    assert (word.given_way, word.open) == ("", 1)
    lobby.asks = "back:0.2.0:1"
    assert lobby.look().given_way == "back:0.2.0:1"


def test_an_updater_that_does_not_come_holds_nobody_up(tmp_path):
    lobby = Lobby(tmp_path)
    lobby.asks = "0.2.0:1"
    lobby.look()
    lobby.seconds += HOLD_S
    assert lobby.look().given_way == ""
    assert not lobby.granted
    lobby.seconds += REST_S
    assert lobby.look().given_way == "0.2.0:1"


def test_it_does_not_take_what_another_act_was_granted(tmp_path):
    lobby = Lobby(tmp_path)
    lobby.asks = "0.2.0:1"
    lobby.look()
    other = Lobby(tmp_path, lobby.story)
    other.asks = "0.3.0:1"
    assert other.look().given_way == ""
    lobby.story.plays(ActEnded("update:0.2.0:1"))
    assert other.look().given_way == "0.3.0:1"


@pytest.mark.parametrize("what", ["", "screen", "journal", "devices", "server"])
def test_the_updater_reads_what_the_kiosk_means(tmp_path, what):
    lobby = Lobby(tmp_path)
    if what != "server":
        lobby.desk.heard(answer())
    if what == "screen":
        lobby.drawn = 61
    if what == "journal":
        lobby.well = False
    if what == "devices":
        lobby.story.plays(DevicesSeen(devices(printer="error")))
    listener, trial = Listener(), Trial("0.2.0", 1, "0.1.0")
    assert not listener.fresh(lobby.look(), 0.0), "it may be a word of long ago"
    word = lobby.look()
    assert listener.fresh(word, 5.0)
    assert missing(word, True, trial) == what
    assert not listener.fresh(word, 40.0)


def test_what_is_wanted_is_known_after_a_restart_too(tmp_path):
    lobby = Lobby(tmp_path)
    lobby.desk.heard(answer(WantedRelease(version="0.3.0", attempt=2, ring="canary")))
    lobby.look()
    word = Lobby(tmp_path).look()
    assert (word.wanted, word.attempt, word.ring) == ("0.3.0", 2, "canary")
    assert not word.server
    lobby.desk.heard(answer())
    assert lobby.look().wanted == ""


def test_the_updaters_word_goes_with_heartbeats(tmp_path):
    state = tmp_path / "state.json"
    updater = UpdaterFile(state)
    assert (updater.report(), updater.asks()) == (None, "")
    doing = {"version": "0.2.0", "attempt": 1, "state": "waits", "code": "payment_open"}
    state.write_text(json.dumps({"doing": doing, "asks": "0.2.0:1", "more": 1}))
    report = updater.report()
    assert report is not None
    assert (report.version, report.state, report.code) == ("0.2.0", "waits", "payment_open")
    assert updater.asks() == "0.2.0:1"
    for spoiled in ("", "[1]", '{"doing": {"version": "x y"}, "asks": 5}'):
        state.write_text(spoiled)
        assert (updater.report(), updater.asks()) == (None, "")
    assert UpdaterFile(None).report() is None


def test_the_table_of_the_configuration(tmp_path):
    config = tmp_path / "kiosk.toml"
    config.write_text('data_dir = "d"\n[server]\nurl = "https://x"\n[updates]\nstate = "/s.json"\n')
    updates = load(config).updates
    assert updates is not None
    assert str(updates.state) == "/s.json"
