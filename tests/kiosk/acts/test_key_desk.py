"""The kiosk replaces its key by itself when it is time, and disturbs nobody by it."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from contract.remote_acts import ActKind
from kiosk.acts import assembly
from kiosk.acts.doing import HOLDS, Doer
from kiosk.acts.key_desk import ACT, REST_S, KeyDesk
from kiosk.central.client import ServerAway
from kiosk.core.events import ActEnded, ActWanted
from kiosk.core.model import Action
from tests.kiosk.acts.test_on_the_spot import act
from tests.kiosk.core.story import Story


class Told:
    key_old = True


class Lobby:
    """The session's own rules behind the desk."""

    def __init__(self):
        self.story, self.posted, self.open, self.now = Story.at_attract(), [], 0, 0.0
        self.changes, self.ends = [], True
        self.desk = KeyDesk(self, lambda: self.open, self.change, lambda: self.now)
        self.desk._stop.wait = lambda seconds: self.desk._stop.set()

    @property
    def session(self):
        return self.story.session

    def post(self, event):
        self.posted.append(event)
        self.story = self.story.plays(event)

    def commit(self, event, timeout_s):
        self.post(event)
        return True

    def change(self):
        assert self.session.lobby.afar.act == ACT, "nobody new is served meanwhile"
        self.changes.append(self.now)
        if isinstance(self.ends, Exception):
            raise self.ends
        return self.ends

    def looks(self):
        self.desk.look()
        return len(self.changes)


@pytest.fixture
def lobby():
    return Lobby()


def test_it_does_so_only_when_told_that_it_is_time(lobby):
    assert lobby.looks() == 0
    lobby.desk.heard(Told())
    assert lobby.looks() == 1
    assert lobby.posted == [ActWanted(ACT, holds=True)], "held until this process has ended"


def test_it_waits_for_open_payments_and_for_whoever_is_served(lobby):
    lobby.desk.heard(Told())
    lobby.open = 1
    assert lobby.looks() == 0
    lobby.open = 0
    lobby.story = lobby.story.taps(Action.KEYPAD)
    assert lobby.looks() == 0
    assert lobby.posted[-1] == ActEnded(ACT)
    lobby.story = lobby.story.taps(Action.END)
    assert lobby.looks() == 1


@pytest.mark.parametrize("wrong", [ServerAway("gone"), OSError("full"), False])
def test_what_fails_gives_the_screen_back_and_is_tried_later(lobby, wrong):
    lobby.desk.heard(Told())
    lobby.ends = wrong
    assert lobby.looks() == 1
    assert lobby.posted[-1] == ActEnded(ACT)
    assert lobby.looks() == 1
    lobby.now = REST_S
    assert lobby.looks() == 2


def test_what_staff_asked_for_has_ended_when_the_next_start_has_that_key():
    asked = act(ActKind.NEW_KEY)
    assert ActKind.NEW_KEY in HOLDS
    done = Doer(lambda: None, key_act=asked.act_id).after_start(asked, "boot")
    assert (done.state, done.code) == ("done", "")
    failed = Doer(lambda: None).after_start(asked, "boot")
    assert (failed.state, failed.code) == ("failed", "interrupted")


@pytest.mark.parametrize(
    ("state", "replaced"), [("trying", False), ("done", True), ("gone_back", True), (None, True)]
)
def test_a_release_that_may_be_taken_back_replaces_no_key(tmp_path, monkeypatch, state, replaced):
    """The one before it may know nothing of it, and would not open the journal."""
    file, made = tmp_path / "state.json", []
    if state is not None:
        file.write_text(json.dumps({"doing": {"version": "2.0.0", "attempt": 1, "state": state}}))
    monkeypatch.setattr(assembly, "replace_key", lambda *given: made.append(given))
    settings = SimpleNamespace(
        data_dir=tmp_path,
        updates=SimpleNamespace(state=file),
        machine=SimpleNamespace(reboot=[]),
        printer=None,
    )
    client = SimpleNamespace(change_key=None)
    parts = SimpleNamespace(
        settings=settings, config=Path("kiosk.toml"), me=None, client=client, engine=None
    )
    window = assembly.Window(close=lambda: None)
    monkeypatch.setattr(window, "leave", lambda: True)
    result = assembly._ways(parts, window, None)[ActKind.NEW_KEY](act(ActKind.NEW_KEY))
    assert (result is None) is replaced
    assert result is None or result.code == "on_trial"
    recovery = SimpleNamespace(open_cases=0)
    assert assembly.key_desk(parts, window, recovery)._change() is replaced
    assert len(made) == (2 if replaced else 0)
