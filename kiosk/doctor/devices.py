"""Tries each configured device through its own driver, each within its deadlines: none can hang this."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from device_drivers.deadlines import Deadlines
from device_drivers.errors import DeviceError
from device_drivers.status import DeviceStatus, Level, SelfTesting
from kiosk.doctor import conditions
from kiosk.doctor.finding import Finding, of_status, wrong
from kiosk.runtime.devices import Devices

MARGIN_S = 5.0
MOMENT_S = 1.5
SCANNER_LOOK_S = 3.0  # a camera says what is wrong with its picture after two seconds of it


class Device(Protocol):
    @property
    def deadlines(self) -> Deadlines: ...

    def open(self) -> None: ...

    def status(self) -> DeviceStatus: ...

    def close(self) -> None: ...


def present(devices: Devices) -> dict[str, Device]:
    """Role -> driver, for those that the configuration names."""
    made = {
        "scanner": devices.scanner,
        "card_terminal": devices.terminal,
        "printer": devices.printer,
        "sensors": devices.sensors,
    }
    return {role: device for role, device in made.items() if device is not None}


def try_devices(devices: Devices) -> list[Finding]:
    """Opens, tests and closes each; they are tried side by side."""
    found: dict[str, list[Finding]] = {}

    def one(role: str, device: Device) -> None:
        found[role] = try_device(role, device)

    threads = [
        threading.Thread(target=one, args=pair, daemon=True) for pair in present(devices).items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [finding for role in present(devices) for finding in found[role]]


def try_device(role: str, device: Device) -> list[Finding]:
    d = device.deadlines
    limit_s = d.open_s + max(d.probe_s, d.command_s) + SCANNER_LOOK_S + d.close_s + MARGIN_S
    return within(limit_s, role, lambda: _tried(role, device))


def within(limit_s: float, subject: str, call: Callable[[], list[Finding]]) -> list[Finding]:
    """What the call finds, or that it hangs; then its thread is left behind."""
    answer: list[list[Finding]] = []
    thread = threading.Thread(target=lambda: answer.append(call()), daemon=True)
    thread.start()
    thread.join(limit_s)
    return answer[0] if answer else [wrong(subject, conditions.HANGS, f"{limit_s:.0f} s")]


def _tried(role: str, device: Device) -> list[Finding]:
    try:
        device.open()
        status = _look(role, device)
    except DeviceError as error:
        told = f"{error.code}: {error.detail}"
        status = device.status()
        if status.level is not Level.ERROR:
            return [wrong(role, conditions.FAILED, told)]
        return of_status(role, status, told)
    except Exception as error:
        return [wrong(role, conditions.FAILED, f"{type(error).__name__}: {error}")]
    finally:
        device.close()
    return of_status(role, status)


def _look(role: str, device: Device) -> DeviceStatus:
    if isinstance(device, SelfTesting):
        return device.self_test()
    probe = getattr(device, "probe", None)
    if probe is not None:
        return _asked(probe)
    _watch(device)
    return device.status()


def _asked(probe: Callable[[], DeviceStatus]) -> DeviceStatus:
    """A terminal may be busy for a moment after it was connected: what passes is no finding."""
    status = probe()
    end = time.monotonic() + MOMENT_S
    while status.level is Level.WARNING and time.monotonic() < end:
        time.sleep(0.3)
        status = probe()
    return status


def _watch(device: Device) -> None:
    """A scanner is asked for nothing: its picture or its line has to stand for a moment."""
    end = time.monotonic() + SCANNER_LOOK_S
    while time.monotonic() < end and device.status().level is not Level.ERROR:
        time.sleep(0.1)
