"""A thread that always holds the newest camera picture and reopens a camera that went away.

It knows whether the picture is there and worth looking at; it never looks for codes.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import structlog

from device_drivers.errors import DeviceError
from device_drivers.scanners.frame_sources import FrameSource

log = structlog.get_logger(__name__)

REOPEN_FIRST_S = 0.5
REOPEN_MAX_S = 5.0
MISSES_MAX = 10  # empty reads in a row before the camera is taken for gone
MISS_PAUSE_S = 0.1
STALE_AFTER_S = 3.0
LOOK_EVERY_S = 0.5
DARK_AFTER_S = 2.0
DARK_MEAN_MAX = 22  # of 255
FLAT_DEVIATION_MAX = 3.0  # a hand, tape or a cap before the lens leaves next to no contrast
PROBE_SIZE = (64, 36)


@dataclass(frozen=True)
class Frame:
    sequence: int
    picture: np.ndarray  # rows, columns, BGR
    taken_at: float  # monotonic seconds


class Capture:
    """States: started -> showing <-> lost; any -> stopped."""

    def __init__(self, open_source: Callable[[], FrameSource]) -> None:
        self._open_source = open_source
        self._fresh = threading.Condition()
        self._stop = threading.Event()
        self._frame: Frame | None = None
        self._thread = threading.Thread(target=self._run, name="camera-capture", daemon=True)
        self._looked_at = 0.0
        self._dark_since: float | None = None
        self._started_at = time.monotonic()
        self.problem = ""  # why there is no picture, for the log
        self.model = ""
        self.simulated = False

    def start(self) -> None:
        self._started_at = time.monotonic()
        self._thread.start()

    def newest(self) -> Frame | None:
        return self._frame

    def newer_than(self, sequence: int, timeout_s: float) -> Frame | None:
        """The newest picture after ``sequence``; None if none came in time."""
        with self._fresh:
            self._fresh.wait_for(lambda: self._frame and self._frame.sequence > sequence, timeout_s)
            frame = self._frame
        return frame if frame is not None and frame.sequence > sequence else None

    @property
    def showing(self) -> bool:
        """Whether a picture came within the last seconds."""
        frame = self._frame
        return frame is not None and time.monotonic() - frame.taken_at < STALE_AFTER_S

    @property
    def dark(self) -> bool:
        """Whether the picture has been black, or without any contrast, for seconds."""
        since = self._dark_since
        return since is not None and time.monotonic() - since > DARK_AFTER_S

    def stop(self, timeout_s: float = 2.0) -> None:
        """A camera driver of the system that hangs is left behind on its daemon thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        pause_s = REOPEN_FIRST_S
        while not self._stop.is_set():
            try:
                source = self._open_source()
            except DeviceError as problem:
                self.problem = problem.detail
                self._stop.wait(pause_s)
                pause_s = min(pause_s * 2, REOPEN_MAX_S)
                continue
            self.model, self.simulated = source.model, source.simulated
            try:
                if self._show(source):
                    pause_s = REOPEN_FIRST_S
            finally:
                source.close()
            if not self._stop.is_set():
                log.warning("camera.lost", model=self.model, problem=self.problem)
            self._stop.wait(pause_s)
            pause_s = min(pause_s * 2, REOPEN_MAX_S)

    def _show(self, source: FrameSource) -> bool:
        """Reads until the camera is gone; true if there was any picture at all."""
        misses = 0
        showed = False
        while not self._stop.is_set() and misses < MISSES_MAX:
            try:
                picture = source.read()
            except cv2.error as problem:
                self.problem = str(problem)
                picture = None
            if picture is None:
                misses += 1
                self.problem = self.problem or "the camera gives no picture"
                self._stop.wait(MISS_PAUSE_S)
                continue
            misses = 0
            showed = True
            self.problem = ""
            self._take(picture)
        return showed

    def _take(self, picture: np.ndarray) -> None:
        now = time.monotonic()
        with self._fresh:
            sequence = self._frame.sequence + 1 if self._frame else 1
            self._frame = Frame(sequence, picture, now)
            self._fresh.notify_all()
        if now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            if not is_dark(picture):
                self._dark_since = None
            elif self._dark_since is None:
                self._dark_since = now


def is_dark(picture: np.ndarray) -> bool:
    """Whether a picture shows nothing: black, or one flat tone."""
    small = cv2.resize(picture, PROBE_SIZE, interpolation=cv2.INTER_AREA)
    mean, deviation = cv2.meanStdDev(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY))
    flat = float(deviation[0][0]) < FLAT_DEVIATION_MAX
    return flat or (float(mean[0][0]) < DARK_MEAN_MAX and float(deviation[0][0]) < 12)
