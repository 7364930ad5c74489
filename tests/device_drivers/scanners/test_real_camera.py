"""What is asked of a camera by its driver of the system, and what happens when it is pulled out.

OpenCV's VideoCapture is replaced by a camera with properties, pictures and a cable.
"""

import cv2
import numpy as np
import pytest

from device_drivers.errors import NotReachable
from device_drivers.scanners import camera, frame_sources, picture_health
from device_drivers.scanners.capture import Capture
from device_drivers.scanners.frame_sources import CameraWishes, DeviceSource
from tests.device_drivers.scanners.pictures import qr_picture
from tests.device_drivers.waiting import wait_until


class Hardware:
    """One camera; each VideoCapture on it is a handle that dies when the cable is pulled."""

    def __init__(self, node):
        self.node = node
        self.properties: dict[int, float] = {}
        self.unsupported: set[int] = set()
        self.sizes = [(1280, 720), (640, 480)]
        self.picture = cv2.cvtColor(qr_picture("REPLUGGED"), cv2.COLOR_GRAY2BGR)
        self.frozen = False
        self.opened = self.released = self.plugged = 0
        self.noise = np.random.default_rng(1)
        self.plug_in()

    def plug_in(self):
        self.plugged += 1
        self.node.write_bytes(b"")

    def unplug(self):
        self.plugged += 1
        self.node.unlink()

    def video_capture(self, device, api):
        assert api == cv2.CAP_V4L2
        return Handle(self)


class Handle:
    def __init__(self, hardware):
        self.hardware = hardware
        self.plug = hardware.plugged
        hardware.opened += 1
        self.wanted = {}

    def isOpened(self):
        return self.hardware.node.exists()

    def set(self, number, value):
        if number in self.hardware.unsupported:
            return False
        self.hardware.properties[number] = float(value)
        return True

    def get(self, number):
        have = self.hardware.properties
        width, height = cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT
        if number in (width, height) and (have.get(width), have.get(height)) not in (
            self.hardware.sizes
        ):
            return float(self.hardware.sizes[-1][number == height])
        return have.get(number, 0.0)

    def read(self):
        if self.plug != self.hardware.plugged:
            return False, None
        shake = 0 if self.hardware.frozen else int(self.hardware.noise.integers(0, 6))
        return True, self.hardware.picture + np.uint8(shake)

    def release(self):
        self.hardware.released += 1


@pytest.fixture
def hardware(tmp_path, monkeypatch):
    made = Hardware(tmp_path / "lobbypay-camera")
    monkeypatch.setattr(frame_sources.cv2, "VideoCapture", made.video_capture)
    return made


def test_left_alone_the_camera_uses_its_own_automatic(hardware):
    source = DeviceSource(str(hardware.node), CameraWishes())
    asked = hardware.properties
    assert asked[cv2.CAP_PROP_AUTO_EXPOSURE] == 3 and asked[cv2.CAP_PROP_AUTOFOCUS] == 1
    assert cv2.CAP_PROP_EXPOSURE not in asked and cv2.CAP_PROP_FOCUS not in asked
    assert (asked[cv2.CAP_PROP_FRAME_WIDTH], asked[cv2.CAP_PROP_FRAME_HEIGHT]) == (1280, 720)
    assert source.refused == () and source.model.endswith("1280x720")


def test_fixed_exposure_and_focus_switch_the_automatic_off(hardware):
    wishes = CameraWishes(640, 480, 30, exposure=80, focus=120, gain=4)
    assert DeviceSource(str(hardware.node), wishes).refused == ()
    asked = hardware.properties
    assert asked[cv2.CAP_PROP_AUTO_EXPOSURE] == 1 and asked[cv2.CAP_PROP_EXPOSURE] == 80
    assert asked[cv2.CAP_PROP_AUTOFOCUS] == 0 and asked[cv2.CAP_PROP_FOCUS] == 120
    assert asked[cv2.CAP_PROP_GAIN] == 4 and asked[cv2.CAP_PROP_FPS] == 30


def test_what_the_camera_does_not_take_is_named(hardware):
    hardware.unsupported = {cv2.CAP_PROP_FOCUS}
    source = DeviceSource(str(hardware.node), CameraWishes(1920, 1080, focus=10, exposure=5))
    assert source.refused == ("width, height", "focus")
    assert source.model.endswith("640x480")


@pytest.fixture
def driver(hardware, monkeypatch):
    """The whole driver on that camera; its settings come from a table as in the configuration."""
    monkeypatch.setattr(camera, "open_source", lambda source, wishes: DeviceSource(source, wishes))
    made = []

    def make(**settings):
        driver = camera.create(
            {
                "source": str(hardware.node),
                "frame_deadline_s": 10,
                "open_deadline_s": 20,
                **settings,
            }
        )
        made.append(driver)
        driver.open()
        return driver

    yield make
    for one in made:
        one.close()


def codes(driver) -> list[str]:
    return [condition.code for condition in driver.status().conditions]


def test_a_refused_setting_is_a_warning_that_names_it(hardware, driver):
    hardware.unsupported = {cv2.CAP_PROP_EXPOSURE}
    status = driver(exposure=50).status()
    (condition,) = status.conditions
    assert condition.code == "camera.setting_refused" and not status.simulated
    assert "exposure" in condition.staff["zh"] and "exposure" in condition.staff["en"]


def test_pulled_out_and_plugged_in_again_it_reads_on_with_its_settings(
    hardware, driver, monkeypatch
):
    monkeypatch.setattr("device_drivers.scanners.capture.STALE_AFTER_S", 0.5)
    scanner = driver(exposure=50)
    scans = []
    scanner.arm(lambda scan: scans.append(scan.text))
    assert wait_until(lambda: scans == ["REPLUGGED"])
    hardware.unplug()
    assert wait_until(lambda: codes(scanner) == ["camera.not_reachable"])
    hardware.properties.clear()
    hardware.plug_in()
    assert wait_until(lambda: codes(scanner) == [])
    assert hardware.properties[cv2.CAP_PROP_EXPOSURE] == 50
    scanner.arm(lambda scan: scans.append(scan.text))
    assert wait_until(lambda: len(scans) == 2)
    assert wait_until(lambda: hardware.released == hardware.opened - 1), "no handle is left behind"


def test_a_frozen_camera_is_reported_and_opened_anew(hardware, driver, monkeypatch):
    monkeypatch.setattr(picture_health, "FROZEN_AFTER_S", 0.6)
    scanner = driver()
    hardware.frozen = True
    assert wait_until(lambda: "camera.frozen" in codes(scanner) and hardware.opened > 1)
    hardware.frozen = False
    assert wait_until(lambda: codes(scanner) == [])


def test_a_camera_that_is_not_there_is_not_reachable(hardware):
    hardware.unplug()
    with pytest.raises(NotReachable):
        DeviceSource(str(hardware.node), CameraWishes())


def test_a_capture_keeps_only_the_newest_picture(hardware):
    capture = Capture(lambda: DeviceSource(str(hardware.node), CameraWishes()))
    capture.start()
    try:
        first = capture.newer_than(0, 20)
        assert first is not None
        later = capture.newer_than(first.sequence + 10, 20)
        assert later is not None and later.sequence > first.sequence + 10
        assert capture.newest().sequence >= later.sequence
    finally:
        capture.stop()
