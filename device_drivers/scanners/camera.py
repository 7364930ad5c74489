"""The camera scanner: pictures on one thread, codes found by a process of their own.

Whatever a camera is shown, the kiosk goes on: this file never decodes a picture itself.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import segno
import structlog

from device_drivers.deadlines import Deadlines
from device_drivers.errors import DeviceError, NotReachable, ProtocolError
from device_drivers.scanners import camera_conditions
from device_drivers.scanners.capture import Capture
from device_drivers.scanners.delivery import Delivery
from device_drivers.scanners.frame_sources import CameraWishes, open_source
from device_drivers.scanners.interface import Scan
from device_drivers.scanners.reader_process import (
    START_DEADLINE_S,
    ReaderProcess,
    ReaderResting,
)
from device_drivers.scanners.reader_protocol import KINDS, READER_NAMES, Effort
from device_drivers.scanners.sightings import Sightings
from device_drivers.settings import BadSetting, Table
from device_drivers.status import DeviceStatus

log = structlog.get_logger(__name__)

PREVIEW_WIDTH_MAX = 640
TRY_EVERY = 12  # one frame in so many without a code is enhanced before it is looked at
MOTION_SIZE = (48, 27)
MOTION_STEP = 4  # dots
MOTION_MIN = 5.0  # mean of the eighth of the picture that changed most, in grey levels
MOTION_LASTS_S = 3.0
STILL_INTERVAL_S = 1.0  # a lobby in which nothing moves is looked at so often
CLOSING_S = 8.0  # the scan thread, a camera that hangs, the reader process
SELF_TEST_TEXT, SELF_TEST_S = "LOBBYPAY SELF-TEST", 5.0
FAILING_COUNT = 3  # reader restarts within FAILING_WITHIN_S that staff should know about
FAILING_WITHIN_S = 60.0


@dataclass(frozen=True)
class CameraSettings:
    """``source``: device index, device path, video file, or folder of pictures."""

    source: int | str
    wishes: CameraWishes = CameraWishes()
    kinds: tuple[str, ...] = ("QRCODE",)
    readers: tuple[str, ...] = READER_NAMES
    frame_deadline_s: float = 1.0
    open_deadline_s: float = 10.0


def create(settings: Mapping[str, Any]) -> "CameraScanner":
    """The driver for its table of the configuration. Raises BadSetting; touches no device."""
    table = Table(settings)
    source = table.anything("source")
    if isinstance(source, bool) or not isinstance(source, int | str) or source == "":
        raise BadSetting(
            "source", source, "a device number, a device path, a video file or a folder of pictures"
        )
    result = CameraSettings(
        source=source,
        wishes=CameraWishes(
            width=table.whole("width", 1280, 160, 4096),
            height=table.whole("height", 720, 120, 4096),
            fps=table.number("fps", 15.0, 1, 60),
            exposure=table.whole_or_none("exposure", 1, 10_000),
            focus=table.whole_or_none("focus", 0, 1_023),
            gain=table.whole_or_none("gain", 0, 1_023),
            brightness=table.whole_or_none("brightness", -255, 255),
        ),
        kinds=table.choices("kinds", KINDS, ("QRCODE",)),
        readers=table.choices("readers", READER_NAMES, READER_NAMES),
        frame_deadline_s=table.number("frame_deadline_s", 1.0, 0.05, 10),
        open_deadline_s=table.number("open_deadline_s", 10.0, 0.5, 60),
    )
    table.finish()
    return CameraScanner(result)


class CameraScanner:
    """See ``interface.Scanner``. Armed, it looks for codes; disarmed, it only keeps the picture."""

    def __init__(self, settings: CameraSettings) -> None:
        self._settings = settings
        self._capture: Capture | None = None
        self._hanging: Capture | None = None  # stopped, but the system's driver does not come back
        self._reader: ReaderProcess | None = None
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._armed = threading.Event()
        self._delivery = Delivery(Sightings())
        self._preview: tuple[int, tuple[int, int, bytes]] | None = None
        self._failures: deque[float] = deque(maxlen=FAILING_COUNT)

    @property
    def deadlines(self) -> Deadlines:
        s = self._settings
        closing_s = s.frame_deadline_s + CLOSING_S
        return Deadlines(
            open_s=START_DEADLINE_S + s.open_deadline_s + closing_s,
            probe_s=0.0,
            close_s=closing_s,
            command_s=START_DEADLINE_S + SELF_TEST_S + CLOSING_S,  # the self-test
        )

    def open(self) -> None:
        """Raises NotReachable if no picture comes in time or the reader process cannot start."""
        if self._capture is not None:
            return
        s = self._settings
        if self._hanging is not None and self._hanging.running:
            raise NotReachable(
                f"camera {s.source}: the system's driver hangs", "camera.not_reachable"
            )
        capture = Capture(lambda: open_source(s.source, s.wishes))
        reader = ReaderProcess(s.kinds, s.readers, s.frame_deadline_s)
        capture.start()
        try:
            reader.start()
            if capture.newer_than(0, s.open_deadline_s) is None:
                raise NotReachable(
                    f"camera {s.source}: {capture.problem or 'no picture'}", "camera.not_reachable"
                )
        except DeviceError:
            self._leave(capture)
            reader.close()
            raise
        self._capture, self._reader = capture, reader
        self._closing.clear()
        self._thread = threading.Thread(target=self._look, name="camera-scan", daemon=True)
        self._thread.start()

    def arm(self, on_scan: Callable[[Scan], None]) -> None:
        """Hands codes over from now on; those in sight before count as new."""
        self._delivery.arm(on_scan)
        self._armed.set()

    def disarm(self) -> None:
        """Stops looking for codes. One that is being handed over just now may still arrive."""
        self._armed.clear()
        self._delivery.disarm()

    def preview(self) -> tuple[int, int, bytes] | None:
        frame = self._capture.newest() if self._capture else None
        if frame is None:
            return None
        if self._preview is None or self._preview[0] != frame.sequence:
            self._preview = (frame.sequence, _rgb_preview(frame.picture))
        return self._preview[1]

    def status(self) -> DeviceStatus:
        capture = self._capture
        conditions = []
        if capture is None or not capture.showing:
            conditions.append(camera_conditions.NOT_REACHABLE)
        else:
            conditions += [camera_conditions.OF_PICTURE[name] for name in capture.faults]
        if capture is not None and capture.refused:
            conditions.append(camera_conditions.setting_refused(capture.refused))
        failures = tuple(self._failures)
        if len(failures) == FAILING_COUNT and time.monotonic() - failures[0] < FAILING_WITHIN_S:
            conditions.append(camera_conditions.READER_FAILING)
        return DeviceStatus(
            driver="camera",
            model=capture.model if capture else "",
            simulated=capture.simulated if capture else False,
            conditions=tuple(conditions),
        )

    @property
    def reader_pid(self) -> int | None:
        """The reader process, for those who watch it; it changes when it is replaced."""
        return self._reader.pid if self._reader else None

    def self_test(self) -> DeviceStatus:
        """A reader process of its own reads a drawn code; the picture is judged all the time anyway.

        Raises ProtocolError if no reader finds it, and what ``ReaderProcess`` raises.
        """
        reader = ReaderProcess(("QRCODE",), self._settings.readers, SELF_TEST_S)
        try:
            reader.start()
            found = reader.read(_drawn(SELF_TEST_TEXT))
        finally:
            reader.close()
        if SELF_TEST_TEXT not in {scan.text for scan in found}:
            raise ProtocolError(
                "no reader reads a drawn code", camera_conditions.READER_FAILING.code
            )
        return self.status()

    def close(self) -> None:
        self._closing.set()
        self._armed.set()  # wakes the thread
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(self._settings.frame_deadline_s + 2)
        if self._capture is not None:
            self._leave(self._capture)
        if self._reader is not None:
            self._reader.close()
        self._armed.clear()
        self._delivery.disarm()
        self._capture = self._reader = self._thread = self._preview = None

    def _leave(self, capture: Capture) -> None:
        """While it hangs no other is begun: each would hang, too."""
        capture.stop()
        self._hanging = capture if capture.running else None

    def _look(self) -> None:
        """Runs on the scan thread until the scanner is closed."""
        capture, reader = self._capture, self._reader
        assert capture is not None and reader is not None
        sequence, looks, misses = 0, 0, 0
        motion = MotionGate()
        while not self._closing.is_set():
            self._armed.wait()
            frame = capture.newer_than(sequence, 0.5)
            if self._closing.is_set() or frame is None or not self._armed.is_set():
                continue
            sequence = frame.sequence
            if not motion.worth_a_look(frame.picture, frame.taken_at):
                continue
            grey = cv2.cvtColor(frame.picture, cv2.COLOR_BGR2GRAY)
            looks += 1
            found = self._ask(reader, grey, effort_for(looks, misses))
            misses = 0 if found else misses + 1
            if found:
                capture.read_well()
                motion.stay_awake(frame.taken_at)
            self._delivery.newly_armed()
            self._delivery.hand_over(found, frame.taken_at)

    def _ask(self, reader: ReaderProcess, grey: np.ndarray, effort: Effort) -> tuple[Scan, ...]:
        try:
            return reader.read(grey, effort)
        except ReaderResting:
            self._closing.wait(0.1)
        except DeviceError as problem:
            self._failures.append(time.monotonic())
            log.warning("camera.reader_failed", code=problem.code, detail=problem.detail)
        return ()


def effort_for(looks: int, misses: int) -> Effort:
    """Every other frame is only glanced at, so that an empty lobby costs little.

    A code that was found is confirmed by such a glance; the looks between find a second one.
    """
    if misses % TRY_EVERY == TRY_EVERY - 1:
        return Effort.TRY
    return Effort.GLANCE if looks % 2 else Effort.LOOK


class MotionGate:
    """Lets every frame pass while something moves and shortly after, and else only a few."""

    def __init__(self) -> None:
        self._last: np.ndarray | None = None
        self._moved_at = float("-inf")
        self._looked_at = float("-inf")

    def stay_awake(self, now: float) -> None:
        """A code is in sight: the next frames matter, whether anything moves or not."""
        self._moved_at = now

    def worth_a_look(self, picture: np.ndarray, now: float) -> bool:
        """``picture``: grey or BGR. Of colours the green one is looked at, of dots every fourth: this is
        done to every frame of an empty lobby."""
        green = picture[::MOTION_STEP, ::MOTION_STEP, 1] if picture.ndim == 3 else None
        dots = picture[::MOTION_STEP, ::MOTION_STEP] if green is None else green
        small = cv2.resize(np.ascontiguousarray(dots), MOTION_SIZE, interpolation=cv2.INTER_AREA)
        if self._last is not None:
            change = np.sort(cv2.absdiff(small, self._last).ravel())
            if float(change[-change.size // 8 :].mean()) > MOTION_MIN:
                self._moved_at = now
        else:
            self._moved_at = now
        self._last = small
        if now - self._moved_at > MOTION_LASTS_S and now - self._looked_at < STILL_INTERVAL_S:
            return False
        self._looked_at = now
        return True


def _drawn(text: str) -> np.ndarray:
    """A sharp code on a white page, grey."""
    modules = np.array([*segno.make_qr(text, error="m").matrix_iter(8, 4)], np.uint8)
    return np.ascontiguousarray(255 * (1 - modules), dtype=np.uint8)


def _rgb_preview(picture: np.ndarray) -> tuple[int, int, bytes]:
    height, width = picture.shape[:2]
    if width > PREVIEW_WIDTH_MAX:
        height = round(height * PREVIEW_WIDTH_MAX / width)
        width = PREVIEW_WIDTH_MAX
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return width, height, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).tobytes()
