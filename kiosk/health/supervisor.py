"""Watches over the devices. It never touches a payment.

Each device has a supervisor thread of its own: opened with backoff, probed while idle, tested at start
and hourly, and reported when anything changes. One that hangs holds up only its own supervisor.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from contract.heartbeat import DeviceReport
from device_drivers.errors import DeviceError
from device_drivers.status import DeviceStatus
from kiosk.central.client import backoff_s
from kiosk.health import device_reports
from kiosk.health.flapping import FlapCounter, Pace

log = structlog.get_logger("health")


@dataclass(frozen=True)
class Watched:
    """A device under supervision. ``open``, ``probe`` and ``self_test`` raise DeviceError; ``resting``
    tells when a test would not disturb anybody."""

    role: str
    driver: str
    open: Callable[[], None]
    probe: Callable[[], DeviceStatus]
    close: Callable[[], None]
    self_test: Callable[[], DeviceStatus] | None = None
    resting: Callable[[], bool] = lambda: True


@dataclass
class _Watch:
    """What a supervisor remembers of its device."""

    device: Watched
    flaps: FlapCounter
    is_open: bool = False
    attempt: int = 0
    test_due: float | None = None  # None: its first state is told before it is tested
    untested: tuple[str, ...] = field(default=())  # why the last test failed, until the next


class Supervisors:
    """``on_change`` gets every device's report whenever one of them changed."""

    def __init__(
        self,
        devices: list[Watched],
        on_change: Callable[[tuple[DeviceReport, ...]], None],
        pace: Pace = Pace(),  # noqa: B008
    ) -> None:
        self._devices, self._on_change, self._pace = devices, on_change, pace
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
        watch = _Watch(device, FlapCounter(self._pace))
        while not self._stop.is_set():
            status, pause_s = self._look(watch)
            now = time.monotonic()
            if watch.flaps.lost_too_often(device_reports.is_lost(status), now):
                log.warning("device_quarantined", role=device.role)
                status, pause_s = device_reports.quarantined(status), self._pace.quarantine_s
                watch.is_open = False
            self._seen(device.role, status)
            self._stop.wait(pause_s)

    def _look(self, watch: _Watch) -> tuple[DeviceStatus, float]:
        """The device's state, and how many seconds to wait before the next look."""
        device = watch.device
        try:
            if not watch.is_open:
                device.open()
                watch.is_open, watch.attempt = True, 0
            return self._ask(watch), self._pace.probe_s
        except DeviceError as error:
            status = device_reports.out_of_reach(device.driver, error)
        except Exception as error:
            log.exception("supervisor_failed", role=device.role)
            status = device_reports.driver_failed(device.driver, error)
        watch.is_open, watch.attempt = False, watch.attempt + 1
        pace = self._pace
        return status, backoff_s(
            watch.attempt, first=pace.backoff_first_s, most=pace.backoff_most_s
        )

    def _ask(self, watch: _Watch) -> DeviceStatus:
        device, now = watch.device, time.monotonic()
        due, watch.test_due = watch.test_due, watch.test_due or now
        if device.self_test is None or due is None or now < due or not device.resting():
            return device_reports.untested(device.probe(), watch.untested)
        watch.test_due = now + self._pace.self_test_s
        try:
            status = device.self_test()
        except DeviceError as error:
            log.warning("self_test_failed", role=device.role, code=error.code, detail=error.detail)
            watch.untested = (error.code,)
            watch.test_due = now + self._pace.quarantine_s
            return device_reports.untested(device.probe(), watch.untested)
        watch.untested = ()
        return status

    def _seen(self, role: str, status: DeviceStatus) -> None:
        seen = device_reports.report(role, status)
        with self._lock:
            if self._reports.get(role) == seen:
                return
            self._reports[role] = seen
        codes = [c.code for c in seen.conditions]
        log.info("device", role=role, level=seen.level, conditions=codes)
        self._on_change(self.reports)
