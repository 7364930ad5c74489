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
from device_drivers.scanners.picture_health import PictureHealth

log = structlog.get_logger(__name__)

REOPEN_FIRST_S = 0.5
REOPEN_MAX_S = 5.0
MISSES_MAX = 10  # empty reads in a row before the camera is taken for gone
MISS_PAUSE_S = 0.1
STALE_AFTER_S = 3.0
LOOK_EVERY_S = 0.5


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
        self._health = PictureHealth()
        self._started_at = time.monotonic()
        self.problem = ""  # why there is no picture, for the log
        self.model = ""
        self.simulated = False
        self.refused: tuple[str, ...] = ()  # settings that the camera does not take

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
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the picture; see PictureHealth."""
        return self._health.faults(time.monotonic())

    def read_well(self) -> None:
        """Tells that a code was read in one of the pictures."""
        self._health.read_well()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def stop(self, timeout_s: float = 2.0) -> None:
        """A camera driver of the system that hangs is left behind on its daemon thread: ``running``."""
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
            self.refused = source.refused
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
            self._take(picture, source.can_freeze)
            if "frozen" in self.faults:
                self.problem = "the camera gives one picture again and again"
                return False
        return showed

    def _take(self, picture: np.ndarray, can_freeze: bool) -> None:
        now = time.monotonic()
        with self._fresh:
            sequence = self._frame.sequence + 1 if self._frame else 1
            self._frame = Frame(sequence, picture, now)
            self._fresh.notify_all()
        if now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            self._health.see(picture, now, can_freeze=can_freeze)
