"""Watches over the devices and tells systemd that the kiosk lives. It never touches a payment.

Each device has a supervisor thread of its own: opened with backoff, probed while idle, and reported
when anything changes. A device that hangs holds up nobody but its own supervisor.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from contract.messages import ConditionReport, DeviceReport
from device_drivers.errors import DeviceError
from device_drivers.status import Condition, DeviceStatus, Level
from kiosk.central.client import backoff_s

log = structlog.get_logger("health")

PROBE_S = 5.0


@dataclass(frozen=True)
class Watched:
    """A device under supervision. ``open`` and ``probe`` raise DeviceError; ``resting`` tells when
    probing would not disturb anybody."""

    role: str
    driver: str
    open: Callable[[], None]
    probe: Callable[[], DeviceStatus]
    close: Callable[[], None]
    resting: Callable[[], bool] = lambda: True


def report(role: str, status: DeviceStatus) -> DeviceReport:
    """A device's state in the contract's words."""
    return DeviceReport(
        role=role,
        driver=status.driver,
        model=status.model,
        simulated=status.simulated,
        level=status.level.value,
        conditions=[
            ConditionReport(level=c.level.value, code=c.code, staff=c.staff, remedy=c.remedy)
            for c in status.conditions
        ],
    )


def _out_of_reach(driver: str, error: DeviceError) -> DeviceStatus:
    condition = Condition(
        Level.ERROR,
        error.code,
        {"zh": f"设备连接不上:{driver}", "en": f"The device cannot be reached: {driver}"},
        {"zh": "检查电源和连接线", "en": "Check its power and cable"},
    )
    return DeviceStatus(driver, conditions=(condition,))


class Supervisors:
    """``on_change`` gets every device's report whenever one of them changed."""

    def __init__(
        self, devices: list[Watched], on_change: Callable[[tuple[DeviceReport, ...]], None]
    ) -> None:
        self._devices, self._on_change = devices, on_change
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._reports: dict[str, DeviceReport] = {}
        self._threads = [
            threading.Thread(target=self._watch, args=(d,), name=f"watch_{d.role}", daemon=True)
            for d in devices
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for device in self._devices:
            device.close()
        for thread in self._threads:
            thread.join(timeout=3)

    @property
    def reports(self) -> tuple[DeviceReport, ...]:
        with self._lock:
            return tuple(self._reports[d.role] for d in self._devices if d.role in self._reports)

    def _watch(self, device: Watched) -> None:
        is_open, attempt = False, 0
        while not self._stop.is_set():
            pause = PROBE_S
            try:
                if not is_open:
                    device.open()
                    is_open, attempt = True, 0
                if device.resting():
                    self._seen(device.role, device.probe())
            except DeviceError as error:
                is_open, attempt = False, attempt + 1
                pause = backoff_s(attempt, first=1.0, most=30.0)
                self._seen(device.role, _out_of_reach(device.driver, error))
            except Exception as error:
                log.exception("supervisor_failed", role=device.role)
                is_open, pause = False, 30.0
                failure = DeviceError(str(error), code="device.driver_failed")
                self._seen(device.role, _out_of_reach(device.driver, failure))
            self._stop.wait(pause)

    def _seen(self, role: str, status: DeviceStatus) -> None:
        seen = report(role, status)
        with self._lock:
            if self._reports.get(role) == seen:
                return
            self._reports[role] = seen
        codes = [c.code for c in seen.conditions]
        log.info("device", role=role, level=seen.level, conditions=codes)
        self._on_change(self.reports)


class Watchdog:
    """Tells systemd that the kiosk lives (sd_notify), from the interface's own clock, and only while
    every thread that matters shows signs of life: a ping from a side thread would prove nothing."""

    def __init__(self, alive: Callable[[], bool]) -> None:
        self._alive = alive
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        interval_us = int(os.environ.get("WATCHDOG_USEC", "0") or 0)
        self._every_s = interval_us / 2_000_000 if interval_us else 10.0
        self._due = 0.0

    def ready(self) -> None:
        self._notify("READY=1")

    def on_frame(self, monotonic: float) -> None:
        if monotonic < self._due:
            return
        self._due = monotonic + self._every_s
        if self._alive():
            self._notify("WATCHDOG=1")
        else:
            log.error("not_alive")

    def _notify(self, message: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
                notifier.sendto(message.encode(), address)
        except OSError as error:
            log.warning("notify_failed", error=str(error))


def uptime_s(started: float) -> int:
    """Whole seconds since ``started`` (monotonic)."""
    return int(time.monotonic() - started)
