"""What a process holds: threads, descriptors, memory. Read from /proc, which costs it nothing."""

import os
import statistics
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(frozen=True)
class Held:
    at_s: float
    threads: int
    descriptors: int
    rss_kib: int


def held(pid: int, at_s: float) -> Held:
    """Raises OSError when the process is gone."""
    folder = Path(f"/proc/{pid}")
    resident = int((folder / "statm").read_text().split()[1]) * PAGE_KIB
    threads = len(list((folder / "task").iterdir()))
    return Held(at_s, threads, len(list((folder / "fd").iterdir())), resident)


class Meter:
    """Measures every ``every_s`` seconds on a thread of its own."""

    def __init__(self, pid: int, every_s: float) -> None:
        self._pid, self._every_s = pid, every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meter", daemon=True)
        self.samples: list[Held] = []
        self.gone = False

    def start(self) -> None:
        self._began = time.monotonic()
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self.samples.append(held(self._pid, time.monotonic() - self._began))
            except OSError:
                self.gone = True
                return

    def quarter(self, number: int, what: str) -> float:
        """The median of one quarter of the run, 0 to 3."""
        size = max(1, len(self.samples) // 4)
        part = self.samples[number * size : (number + 1) * size]
        return statistics.median(getattr(sample, what) for sample in part) if part else 0.0
