"""The serial scanner on a real pty, with the simulated scanner at its other end."""

import time

import pytest

from device_drivers.errors import NotReachable
from device_drivers.scanners.serial_line import create
from device_drivers.settings import BadSetting
from device_drivers.status import Level
from simulators.serial_scanner.device import SerialScanner
from tests.device_drivers.waiting import wait_until


@pytest.fixture
def bench(tmp_path):
    """A simulated scanner and a driver on it, for a profile; closed after the test."""
    drivers = []

    def make(profile="continuous", **settings):
        device = SerialScanner(tmp_path / "ttyScanner", profile)
        driver = create({"port": str(device.link), "profile": profile, **settings})
        drivers.append(driver)
        driver.open()
        return device, driver

    yield make
    for driver in drivers:
        driver.close()


def test_a_scanned_code_arrives_once(bench):
    device, driver = bench()
    scans = []
    driver.arm(scans.append)
    assert wait_until(lambda: device.scan("https://pay.example/b/ABC") and scans)
    device.scan("https://pay.example/b/ABC")
    device.scan("OTHER")
    assert wait_until(lambda: len(scans) == 2)
    assert [s.text for s in scans] == ["https://pay.example/b/ABC", "OTHER"]
    assert scans[0].reader == "serial"


def test_nothing_arrives_while_disarmed_nor_afterwards_what_came_meanwhile(bench):
    device, driver = bench()
    scans = []
    driver.arm(scans.append)
    driver.disarm()
    device.scan("WHILE-DISARMED")
    time.sleep(0.4)
    driver.arm(scans.append)
    time.sleep(0.4)
    device.scan("ARMED")
    assert wait_until(lambda: scans)
    assert [s.text for s in scans] == ["ARMED"]


@pytest.mark.parametrize("profile", ["honeywell", "newland", "zebra"])
def test_the_trigger_is_pulled_while_armed_and_again_after_a_read(bench, profile):
    device, driver = bench(profile)
    assert not device.scan("BEFORE-THE-TRIGGER")
    scans = []
    driver.arm(scans.append)
    assert wait_until(lambda: device.triggered)
    assert device.scan("FIRST")
    assert wait_until(lambda: scans and device.triggered)
    assert device.scan("SECOND")
    assert wait_until(lambda: len(scans) == 2)
    assert [s.text for s in scans] == ["FIRST", "SECOND"]
    driver.disarm()
    assert wait_until(lambda: not device.triggered)


def test_a_burst_of_codes_with_prefix_and_suffix_arrives_in_order_and_noise_between_does_not(bench):
    device, driver = bench(prefix="02", suffix="03")
    scans = []
    ready = []
    driver.arm(lambda scan: (ready if scan.text == "READY" else scans).append(scan.text))
    assert wait_until(lambda: device.send_raw(b"\x02READY\x03\r") or ready)
    device.send_raw(b"\x02ONE\x03\r\nno prefix\r\xff\xfe\x02TWO\x03\r\x00\x01\r\x02THREE\x03\r")
    assert wait_until(lambda: len(scans) == 3)
    assert scans == ["ONE", "TWO", "THREE"]


def test_garbage_between_codes_is_dropped(bench):
    device, driver = bench()
    device.fault("garbage")
    scans = []
    driver.arm(scans.append)
    time.sleep(0.3)
    device.scan("CLEAN-1")
    device.scan("CLEAN-2")
    assert wait_until(lambda: len(scans) == 2)
    assert [s.text for s in scans] == ["CLEAN-1", "CLEAN-2"]


def test_an_unplugged_scanner_is_reported_and_comes_back_triggered(bench):
    device, driver = bench("honeywell")
    scans = []
    driver.arm(scans.append)
    assert wait_until(lambda: device.triggered)
    device.unplug()
    assert wait_until(lambda: driver.status().level is Level.ERROR)
    assert [c.code for c in driver.status().conditions] == ["scanner.not_reachable"]
    device.plug_in()
    assert wait_until(lambda: driver.status().level is Level.OK and device.triggered)
    device.scan("AFTER-REPLUG")
    assert wait_until(lambda: scans)
    assert scans[-1].text == "AFTER-REPLUG"


def test_a_receiver_that_fails_does_not_stop_the_scanner(bench):
    device, driver = bench()
    scans = []

    def receive(scan):
        scans.append(scan)
        raise RuntimeError("the receiver is broken")

    driver.arm(receive)
    time.sleep(0.3)
    device.scan("ONE")
    device.scan("TWO")
    assert wait_until(lambda: len(scans) == 2)


def test_a_pty_is_a_simulated_scanner(bench):
    _, driver = bench()
    assert driver.status().simulated
    assert driver.preview() is None


def test_no_port_is_not_reachable(tmp_path):
    with pytest.raises(NotReachable):
        create({"port": str(tmp_path / "nothing")}).open()


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({}, "port"),
        ({"port": "/dev/x", "profile": "acme"}, "profile"),
        ({"port": "/dev/x", "baud": "fast"}, "baud"),
        ({"port": "/dev/x", "trigger_on": "16 5"}, "trigger_on"),
        ({"port": "/dev/x", "speed": 1}, "speed"),
    ],
)
def test_bad_settings_name_their_key(settings, key):
    with pytest.raises(BadSetting) as caught:
        create(settings)
    assert caught.value.key == key
