"""The tactile keypad and the headset's jack: events through a pty, as the kernel writes them."""

import fcntl

import pytest

from device_drivers.errors import NotReachable
from device_drivers.input_devices import headset_jack, node
from device_drivers.input_devices.headset_jack import HeadsetJack, plugged_now
from device_drivers.input_devices.keypad import SAME_KEY_S, Key, Keypad, Presses, keys_of
from device_drivers.settings import BadSetting
from lobbypay.device.wedge_typist import WedgeOnPty, event, press
from tests.device_drivers.waiting import wait_until

UP, DOWN, LEFT, RIGHT, ENTER = 103, 108, 105, 106, 28
SWITCH, HEADPHONE, MICROPHONE = 5, 2, 4


@pytest.fixture
def device(tmp_path):
    return WedgeOnPty(tmp_path / "keypad")


def test_five_keys_arrive_in_their_order(device):
    pressed = []
    keypad = Keypad(str(device.link), pressed.append)
    keypad.start()
    for code in (UP, DOWN, LEFT, RIGHT, ENTER):
        device.send(press(code))
    assert wait_until(lambda: len(pressed) == 5)
    keypad.close()
    assert pressed == [Key.UP, Key.DOWN, Key.BACK, Key.REPEAT, Key.OK]


def test_a_keypad_that_was_pulled_out_works_when_it_is_back(device):
    pressed = []
    keypad = Keypad(str(device.link), pressed.append)
    keypad.start()
    device.send(press(UP))
    assert wait_until(lambda: pressed)
    device.unplug()
    device.plug_in()
    assert wait_until(lambda: device.send(press(DOWN)) or Key.DOWN in pressed)
    keypad.close()


def test_a_key_that_is_held_or_trembles_counts_once():
    presses, held = Presses(), event(1, DOWN, 2)
    assert presses.feed(press(DOWN) + held * 20, 10.0) == [Key.DOWN]
    assert presses.feed(press(DOWN), 10.0 + SAME_KEY_S / 2) == []
    assert presses.feed(press(UP), 10.0 + SAME_KEY_S / 2) == [Key.UP]
    assert presses.feed(press(UP), 11.0) == [Key.UP]


def test_events_may_arrive_in_pieces_and_other_keys_say_nothing():
    presses, data = Presses(), press(30) + press(ENTER)
    found = [key for byte in data for key in presses.feed(bytes((byte,)), 1.0)]
    assert found == [Key.OK]


def test_a_site_names_its_own_codes():
    assert keys_of({"repeat": 66})[66] is Key.REPEAT
    assert keys_of({"repeat": 66})[UP] is Key.UP
    with pytest.raises(BadSetting, match="up, down, back, repeat, ok"):
        keys_of({"left": 1})


def test_the_jack_tells_what_is_plugged_in_and_only_of_the_headphone(device):
    told = []
    jack = HeadsetJack(str(device.link), told.append)
    jack.start()
    device.send(event(SWITCH, MICROPHONE, 1) + event(SWITCH, HEADPHONE, 1) + event(0, 0, 0))
    assert wait_until(lambda: told == [True])
    device.send(event(SWITCH, HEADPHONE, 1) + event(SWITCH, HEADPHONE, 0) + event(0, 0, 0))
    assert wait_until(lambda: told == [True, False])
    jack.close()


def test_a_jack_that_is_gone_counts_as_empty(device):
    told = []
    jack = HeadsetJack(str(device.link), told.append)
    jack.start()
    device.send(event(SWITCH, HEADPHONE, 1))
    assert wait_until(lambda: told == [True])
    device.unplug()
    assert wait_until(lambda: told == [True, False])
    jack.close()


@pytest.mark.parametrize(("state", "plugged"), [(b"\4", True), (b"\0", False), (b"\x12", False)])
def test_how_it_is_at_the_start_is_asked_of_the_kernel(monkeypatch, state, plugged):
    def asked(fd, request, buffer):
        assert request == headset_jack.EVIOCGSW_8
        buffer[: len(state)] = state

    monkeypatch.setattr(fcntl, "ioctl", asked)
    assert plugged_now(0) is plugged


def test_what_is_no_input_device_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(NotReachable, match="no input device"):
        node.open_node(str(path), grabbed=True)
