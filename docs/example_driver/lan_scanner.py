"""A scanner on the local network that sends each code as a line over TCP. Never trusts what comes."""

import threading
import time

from lan_scanner_bench import bench as bench  # what it is tried on

from device_drivers.deadlines import Deadlines
from device_drivers.errors import NotReachable
from device_drivers.scanners.delivery import Delivery
from device_drivers.scanners.scanner_conditions import NOT_REACHABLE
from device_drivers.scanners.serial_framing import CodeLines, LineShape
from device_drivers.scanners.sightings import Sightings
from device_drivers.settings import Table
from device_drivers.status import DeviceStatus
from device_drivers.transport import Tcp

CONNECT_S, LOOK_S, RETRY_S = 2.0, 0.05, 0.5


def create(settings):
    """The driver for its table of the configuration. Raises BadSetting; touches no device."""
    table = Table(settings)
    link = Tcp(table.text("host"), table.whole("port", 9000, 1, 65535), CONNECT_S)
    table.finish()
    return LanScanner(link)


class LanScanner:
    """See ``interface.Scanner``. One thread owns the connection; callers only leave wishes for it."""

    deadlines = Deadlines(open_s=CONNECT_S + 1, probe_s=0, close_s=CONNECT_S + 1)

    def __init__(self, link):
        self._link, self._there = link, False
        self._delivery = Delivery(Sightings(times=1))
        self._closing, self._thread = threading.Event(), None
        self.arm, self.disarm = self._delivery.arm, self._delivery.disarm

    def open(self):
        if self._thread is None:
            self._link.open()
            self._there = True
            self._closing.clear()
            self._thread = threading.Thread(target=self._run, name="lan-scan", daemon=True)
            self._thread.start()

    def preview(self):
        return None

    def status(self):
        return DeviceStatus("lan_scanner", conditions=() if self._there else (NOT_REACHABLE,))

    def close(self):
        self.disarm()
        self._closing.set()
        if self._thread is not None:
            self._thread.join(self.deadlines.close_s)
        self._thread = None

    def _run(self):
        lines = CodeLines(LineShape())
        while not self._closing.is_set():
            try:
                if not self._there:
                    self._link.open()
                    self._there = True
                data = self._link.receive(LOOK_S)
            except NotReachable:
                self._there = False
                self._closing.wait(RETRY_S)
                continue
            if self._delivery.newly_armed():
                lines.clear()  # what was read before anybody asked is nobody's
                continue
            now = time.monotonic()
            found = lines.feed(data, now) if data else lines.idle(now)
            if self._delivery.armed:
                self._delivery.hand_over_lines(found, "lan_scanner", now)
        self._there = False
        self._link.close()
