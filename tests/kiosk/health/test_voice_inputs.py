"""Keypad and jack are read for the voice, and staff hear when one of them is gone and back again."""

import pytest

from device_drivers.status import Level
from kiosk.health.supervisor import Supervisors
from kiosk.health.voice_inputs import HEADSET_JACK, KEYPAD, VoiceInputs
from kiosk.settings import Voice
from lobbypay.device.wedge_typist import WedgeOnPty, press
from tests.device_drivers.waiting import wait_until
from tests.kiosk.health.test_supervisor import QUICK

UP = 103


@pytest.fixture
def plugs(tmp_path):
    return WedgeOnPty(tmp_path / "keypad"), WedgeOnPty(tmp_path / "jack")


def test_a_keypad_that_is_pulled_out_is_reported_and_one_that_is_back_is_well(plugs, tmp_path):
    keypad, _ = plugs
    settings = Voice(headset="out", keypad=keypad.link, headset_jack=tmp_path / "jack")
    inputs, pressed, reports = VoiceInputs(settings), [], []
    assert [inputs.status(role).level for role in inputs.roles] == [Level.OK] * 2
    supervisors = Supervisors(inputs.watched(), reports.append, QUICK)
    inputs.start(pressed.append, lambda plugged: None)
    supervisors.start()

    def told(role: str) -> list[str]:
        found = [r for r in supervisors.reports if r.role == role]
        return [c.code for c in found[0].conditions] if found else ["not yet"]

    assert wait_until(lambda: told(KEYPAD) == told(HEADSET_JACK) == [])
    keypad.send(press(UP))
    assert wait_until(lambda: pressed == ["up"])
    keypad.unplug()
    assert wait_until(lambda: told(KEYPAD) == ["voice.no_keypad"])
    assert told(HEADSET_JACK) == []
    keypad.plug_in()
    assert wait_until(lambda: told(KEYPAD) == [])
    supervisors.stop()
    inputs.close()
    assert all(report.simulated for report in reports[-1])


def test_a_jack_that_was_never_there_is_a_warning_in_both_languages(tmp_path):
    inputs = VoiceInputs(Voice(headset="out", headset_jack=tmp_path / "none"))
    inputs.start(lambda key: None, lambda plugged: None)
    status = inputs.status(HEADSET_JACK)
    inputs.close()
    assert (status.level, [c.code for c in status.conditions]) == (Level.WARNING, ["voice.no_jack"])
    assert set(status.conditions[0].remedy) == {"zh", "en"}


def test_what_is_not_set_up_is_not_watched(tmp_path):
    assert VoiceInputs(None).watched() == []
    without_sound = Voice(headset="", headset_jack=tmp_path / "jack")
    assert VoiceInputs(without_sound).roles == ()
    inputs = VoiceInputs(None)
    inputs.start(lambda key: None, lambda plugged: None)
    inputs.close()
