"""The touch screen in the kernel's list: there, gone, and back without a restart."""

from pathlib import Path

from device_drivers.status import Level
from kiosk.health.touch import LISTED, MISSING, TouchWatch, touch_screens

KEYBOARD = """I: Bus=0003 Vendor=046d Product=c31c Version=0110
N: Name="Logitech USB Keyboard"
P: Phys=usb-0000:00:14.0-1/input0
B: PROP=0
B: EV=120013
B: KEY=1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe
B: MSC=10
B: LED=7

"""
MOUSE = """I: Bus=0003 Vendor=046d Product=c077 Version=0111
N: Name="Logitech USB Optical Mouse"
B: PROP=0
B: EV=17
B: KEY=70000 0 0 0 0
B: REL=1943

"""
TOUCHPAD = """I: Bus=0018 Vendor=06cb Product=7a13 Version=0100
N: Name="SYNA7DAB:00 06CB:7A13 Touchpad"
B: PROP=5
B: EV=1b
B: KEY=e520 10000 0 0 0 0
B: ABS=2e0800000000003

"""
TOUCH_SCREEN = """I: Bus=0003 Vendor=222a Product=0001 Version=0110
N: Name="ILITEK ILITEK-TP"
P: Phys=usb-0000:00:14.0-9/input0
B: PROP=2
B: EV=1b
B: KEY=400 0 0 0 0 0
B: ABS=3273800000000003
B: MSC=20

"""


def test_only_touch_screens_are_touch_screens() -> None:
    assert touch_screens(KEYBOARD + MOUSE + TOUCHPAD) == []
    assert touch_screens(KEYBOARD + TOUCH_SCREEN + MOUSE) == ["ILITEK ILITEK-TP"]
    assert touch_screens("B: PROP=zz\n\n: = \n\nN\n") == []


def test_the_kernel_s_own_list_can_be_read() -> None:
    text = LISTED.read_text() if LISTED.exists() else ""
    assert all(isinstance(name, str) for name in touch_screens(text))


def test_it_vanishes_and_comes_back(tmp_path: Path) -> None:
    listed = tmp_path / "devices"
    listed.write_text(KEYBOARD + TOUCH_SCREEN)
    watch = TouchWatch(required=False, listed=listed)
    assert (watch.probe().level, watch.probe().model) == (Level.OK, "ILITEK ILITEK-TP")
    listed.write_text(KEYBOARD)
    assert [c.code for c in watch.probe().conditions] == [MISSING]
    listed.write_text(KEYBOARD + TOUCH_SCREEN)
    assert watch.probe().level is Level.OK


def test_one_that_must_be_there_is_missed_from_the_start(tmp_path: Path) -> None:
    listed = tmp_path / "devices"
    listed.write_text(MOUSE)
    assert TouchWatch(required=False, listed=listed).probe().level is Level.OK
    assert [c.code for c in TouchWatch(required=True, listed=listed).probe().conditions] == [
        MISSING
    ]
    assert TouchWatch("ilitek", required=True, listed=listed).probe().model == "ilitek"


def test_another_touch_screen_is_not_the_named_one(tmp_path: Path) -> None:
    listed = tmp_path / "devices"
    listed.write_text(TOUCH_SCREEN)
    assert TouchWatch("ilitek", required=True, listed=listed).probe().level is Level.OK
    assert [c.code for c in TouchWatch("elo", required=True, listed=listed).probe().conditions] == [
        MISSING
    ]
