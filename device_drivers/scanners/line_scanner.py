"""What scanners whose codes come as lines have in common: one thread that owns the device until it is
closed, and finds it again when it was gone."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from device_drivers.deadlines import Deadlines
from device_drivers.scanners.delivery import Delivery
from device_drivers.scanners.interface import Scan
from device_drivers.scanners.sightings import Sightings


class LineScanner(ABC):
    """See ``interface.Scanner``, without ``status``. A driver says how it begins and what its thread
    does; that ends soon after ``_closing`` is set. Callers only leave wishes in ``_delivery``."""

    def __init__(self, thread: str, closing_s: float) -> None:
        """``thread``: its name; ``closing_s``: how long it takes to end at most."""
        self._named, self._closing_s = thread, closing_s
        self._delivery = Delivery(Sightings(times=1))
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def deadlines(self) -> Deadlines:
        return Deadlines(open_s=2.0, probe_s=0.0, close_s=self._closing_s)

    def open(self) -> None:
        """Raises NotReachable, or Refused, when the device cannot be opened."""
        if self._thread is not None:
            return
        self._begin()
        self._closing.clear()
        self._thread = threading.Thread(target=self._run, name=self._named, daemon=True)
        self._thread.start()

    def arm(self, on_scan: Callable[[Scan], None]) -> None:
        self._delivery.arm(on_scan)

    def disarm(self) -> None:
        self._delivery.disarm()

    def preview(self) -> tuple[int, int, bytes] | None:
        return None

    def close(self) -> None:
        self._delivery.disarm()
        self._closing.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(self._closing_s)
        self._thread = None

    @abstractmethod
    def _begin(self) -> None:
        """Opens the device, or raises a DeviceError."""

    @abstractmethod
    def _run(self) -> None:
        """Owns the device until ``_closing`` is set."""
