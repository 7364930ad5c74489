"""The keyboard scanner: events through a pty, the grab at the kernel's door."""

import errno
import fcntl
import time

import pytest

from device_drivers.errors import NotReachable, Refused
from device_drivers.input_devices import node
from device_drivers.registry import factory
from device_drivers.scanners import keyboard_wedge
from device_drivers.scanners.interface import CODE_LENGTH_MAX
from device_drivers.settings import BadSetting
from device_drivers.status import Level
from lobbypay.device.wedge_typist import SYN_DROPPED, WedgeOnPty, event, typed
from tests.device_drivers.waiting import wait_until


@pytest.fixture
def bench(tmp_path):
    """A scanner on a pty, the driver on it, and what it has read; closed after the test."""
    device = WedgeOnPty(tmp_path / "lobbypay-scanner")
    driver = keyboard_wedge.create({"device": str(device.link), "idle_s": 1.0})
    driver.open()
    scans, ready = [], []
    driver.arm(lambda scan: (ready if scan.text == "READY" else scans).append(scan.text))
    # Arming discards what came before; a code that arrives shows that this is done.
    assert wait_until(lambda: device.scan("READY") or ready)
    yield device, driver, scans
    driver.close()


def test_the_driver_is_found_by_its_name():
    assert factory("scanners", "keyboard_wedge") is keyboard_wedge.create


def test_several_codes_in_a_burst_arrive_in_their_order(bench):
    device, _, scans = bench
    device.send(typed("https://pay.example/b/Ab_1-9\r134567890123456789\r3-2-1201\r"))
    assert wait_until(lambda: len(scans) == 3)
    assert scans == ["https://pay.example/b/Ab_1-9", "134567890123456789", "3-2-1201"]


def test_a_code_without_enter_ends_with_a_pause(bench):
    device, _, scans = bench
    device.scan("NO-ENTER", end="")
    assert wait_until(lambda: scans == ["NO-ENTER"])


def test_a_code_with_lost_events_is_noise_and_the_next_one_arrives(bench):
    device, _, scans = bench
    device.send(typed("13456") + SYN_DROPPED + event(0, 0, 0) + typed("89\r"))
    device.scan("WHOLE")
    assert wait_until(lambda: scans)
    assert scans == ["WHOLE"]


def test_a_code_that_never_ends_fills_no_memory_and_is_dropped_whole(bench):
    device, _, scans = bench
    for _ in range(8):
        device.scan("X" * CODE_LENGTH_MAX, end="")
    device.scan("TAIL")
    device.scan("NEXT")
    assert wait_until(lambda: scans)
    assert scans == ["NEXT"]


def test_nothing_arrives_while_disarmed_nor_afterwards_what_came_meanwhile(bench):
    device, driver, scans = bench
    driver.disarm()
    device.scan("WHILE-DISARMED")
    time.sleep(0.3)
    driver.arm(lambda scan: scans.append(scan.text))
    assert wait_until(lambda: device.scan("ARMED") or scans)
    assert "WHILE-DISARMED" not in scans


def test_it_vanishes_and_comes_back(bench):
    device, driver, scans = bench
    assert driver.status().level is Level.OK and driver.status().simulated
    device.unplug()
    assert wait_until(lambda: driver.status().level is Level.ERROR)
    (condition,) = driver.status().conditions
    assert condition.code == "scanner.not_reachable" and condition.remedy["zh"]
    device.plug_in()
    assert wait_until(lambda: driver.status().level is Level.OK)
    device.scan("AFTER-REPLUG")
    assert wait_until(lambda: scans == ["AFTER-REPLUG"])


def test_what_is_no_input_device_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "file", tmp_path / "missing", "/dev/null"):
        driver = keyboard_wedge.create({"device": str(path)})
        with pytest.raises(NotReachable) as refused:
            driver.open()
        assert refused.value.code == "scanner.not_reachable"
        assert driver.status().level is Level.ERROR


@pytest.fixture
def kernel(monkeypatch):
    """Takes the requests of fcntl.ioctl; an error can be set."""
    asked = []

    class Kernel:
        error: OSError | None = None
        requests = asked

        def ioctl(self, fd, request, argument):
            asked.append((request, argument if isinstance(argument, int) else len(argument)))
            if self.error is not None:
                raise self.error
            if not isinstance(argument, int):
                argument[:9] = b"USB Reade"
            return 0

    fake = Kernel()
    monkeypatch.setattr(fcntl, "ioctl", fake.ioctl)
    return fake


@pytest.fixture
def as_input(monkeypatch):
    """A pty passes for an input device: 136 is the kernel's number of ptys."""
    monkeypatch.setattr(node, "INPUT_MAJOR", 136)


def test_an_input_device_is_grabbed_before_anything_is_read(kernel, as_input, tmp_path):
    device = WedgeOnPty(tmp_path / "lobbypay-scanner")
    driver = keyboard_wedge.create({"device": str(device.link)})
    driver.open()
    # linux/input.h: EVIOCGRAB is _IOW('E', 0x90, int), EVIOCGNAME(128) is _IOC(READ, 'E', 6, 128)
    write, read, letter = 1, 2, ord("E")
    assert kernel.requests == [
        (write << 30 | 4 << 16 | letter << 8 | 0x90, 1),
        (read << 30 | 128 << 16 | letter << 8 | 0x06, 128),
    ]
    assert driver.status().model == "USB Reade" and not driver.status().simulated
    driver.close()


def test_a_device_that_another_program_holds_is_not_used(kernel, as_input, tmp_path):
    kernel.error = OSError(errno.EBUSY, "Device or resource busy")
    device = WedgeOnPty(tmp_path / "lobbypay-scanner")
    driver = keyboard_wedge.create({"device": str(device.link)})
    with pytest.raises(Refused) as refused:
        driver.open()
    assert refused.value.code == "scanner.not_grabbed"
    assert [c.code for c in driver.status().conditions] == ["scanner.not_grabbed"]


@pytest.mark.parametrize(
    "settings", [{}, {"device": 3}, {"device": "/dev/x", "idle_s": 9}, {"device": "/dev/x", "n": 1}]
)
def test_settings_that_cannot_be_used(settings):
    with pytest.raises(BadSetting):
        keyboard_wedge.create(settings)
