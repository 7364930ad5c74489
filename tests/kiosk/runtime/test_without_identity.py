"""A kiosk without an identity shows how it is paired, and begins by itself when it is."""

import threading
import time
from dataclasses import replace

import pytest

from contract.enrolment import EnrolAnswer, PairingAnswer
from kiosk.central import identity
from kiosk.central.client import CentralClient, ServerAway
from kiosk.central.pairing import FILE
from kiosk.core.events import StopSeen, Tapped
from kiosk.core.model import Action, Screen
from kiosk.runtime import without_identity
from kiosk.runtime.without_identity import Unpaired
from kiosk.ui.screens.pairing import present
from tests.device_drivers.waiting import wait_until

WAITS = PairingAnswer(state="waits", code="AB2345", url="https://x/1", expires_in_s=600)
RENEWED = WAITS.model_copy(update={"code": "CD6789", "url": "https://x/2"})
ME = EnrolAnswer(kiosk_id="id-3", kiosk_code="K03", community="lakeside", act_key="a" * 43)
PAIRED = PairingAnswer(state="paired", identity=ME)


class Machine:
    """An unpaired kiosk whose server says ``answer``, an answer or an error, until that is another."""

    def __init__(self, folder, monkeypatch):
        self.answer, self.asked, self.changes = ServerAway("no line"), 0, 0
        self.mended = threading.Event()
        self.frames = []
        monkeypatch.setattr(CentralClient, "pair", lambda client, asked: self.answers())
        monkeypatch.setattr(without_identity, "SHOWN_AGAIN_S", 0.01)
        monkeypatch.setattr("kiosk.central.pairing.ASK_S", 0.02)
        self.kiosk = Unpaired("https://pay.example.com", folder, self.frames.append)

    def answers(self):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def start(self):
        self.kiosk.start(self.mended.set, self.change)

    def change(self):
        self.changes += 1

    @property
    def view(self):
        return present(self.kiosk.session())

    def shows(self, code):
        return wait_until(lambda: self.view.code == code, 5)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    made = Machine(tmp_path, monkeypatch)
    yield made
    made.kiosk.stop()


def test_it_shows_the_code_renews_it_and_begins_when_somebody_paired_it(machine, tmp_path):
    assert machine.kiosk.session().visit.screen is Screen.PAIRING
    assert "正在取配对码" in machine.view.title
    machine.answer = WAITS
    machine.start()
    assert machine.shows("AB2 345")
    assert machine.view.url == "https://x/1"
    assert machine.view.time_left in ("10:00", "9:59")
    machine.answer = RENEWED
    assert machine.shows("CD6 789")
    assert not (tmp_path / "identity.json").exists()
    machine.answer = PAIRED
    assert machine.mended.wait(5)
    assert machine.kiosk.mended
    assert identity.load(tmp_path).kiosk_code == "K03"
    assert not (tmp_path / FILE).exists()


def test_without_the_server_it_says_so_and_where_it_asks(machine):
    machine.start()
    assert wait_until(lambda: machine.view.title == "连不上服务器", 5)
    assert "https://pay.example.com" in machine.view.server
    assert machine.view.url == ""
    machine.answer = WAITS
    assert machine.shows("AB2 345")
    machine.answer = ServerAway("gone again")
    assert machine.shows("")
    assert machine.view.title == "连不上服务器"


def test_the_time_that_is_left_goes_down_on_the_screen(machine):
    machine.answer = WAITS
    machine.start()
    assert machine.shows("AB2 345")
    before, changes = machine.view, machine.changes
    assert wait_until(lambda: machine.changes > changes + 3, 5)
    later = machine.kiosk.session()
    assert present(later).share < before.share
    assert present(replace(later, now=time.monotonic() + 700)).time_left == "0:00"


def test_an_identity_given_by_a_command_counts_too(machine, tmp_path):
    machine.answer = WAITS
    machine.start()
    assert machine.shows("AB2 345")
    key = without_identity.Pairing("https://x", tmp_path / "b", [], print, bool)._key
    identity.save(tmp_path, identity.Identity("id-4", "K04", "hillside", key))
    assert machine.mended.wait(5)
    assert identity.load(tmp_path).kiosk_code == "K04"


def test_a_disk_that_takes_nothing_is_tried_again(machine, tmp_path, monkeypatch):
    monkeypatch.setattr(without_identity, "TRY_AGAIN_S", 0.01)
    full, kept = [OSError("full"), OSError("full")], without_identity.keep

    def keep(*what):
        if full:
            raise full.pop()
        kept(*what)

    monkeypatch.setattr(without_identity, "keep", keep)
    machine.answer = PAIRED
    machine.start()
    assert machine.mended.wait(5)
    assert machine.asked == 3
    assert identity.load(tmp_path).kiosk_code == "K03"


def test_only_how_it_is_shown_can_be_changed_at_it(machine):
    machine.kiosk.post(Tapped(Action.LANGUAGE))
    assert machine.view.title == "Asking for a code, one moment please"
    machine.kiosk.post(Tapped(Action.ELDER))
    assert machine.kiosk.session().visit.access.elder
    before = machine.kiosk.session()
    for event in (
        *(Tapped(one) for one in (Action.KEYPAD, Action.STAFF, Action.HELP)),
        StopSeen(""),
    ):
        machine.kiosk.post(event)
    assert replace(machine.kiosk.session(), now=before.now, wall=before.wall) == before
    machine.kiosk.on_frame(1.5)
    assert machine.frames == [1.5]
