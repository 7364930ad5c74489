"""Where camera pictures come from: a device, a video file, or a folder of pictures.

A source gives one colour picture (rows, columns, BGR) a call and never decides what is in it.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from device_drivers.errors import NotReachable
from device_drivers.scanners import picture_file

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
V4L2_EXPOSURE_MANUAL, V4L2_EXPOSURE_AUTO = 1, 3  # V4L2_EXPOSURE_MANUAL and _APERTURE_PRIORITY
SLOW_S_MAX = 60.0
VIDEO_SUFFIXES = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".mjpg", ".mjpeg")


@dataclass(frozen=True)
class CameraWishes:
    """What is asked of a real camera; None leaves it to the camera's own automatic.

    ``exposure`` in units of 100 microseconds and ``focus`` in steps of the camera, as V4L2 has them.
    """

    width: int = 1280
    height: int = 720
    fps: float = 15.0
    exposure: int | None = None
    focus: int | None = None
    gain: int | None = None
    brightness: int | None = None


class FrameSource(Protocol):
    model: str
    simulated: bool
    refused: tuple[str, ...]  # names of settings that the camera does not take

    @property
    def can_freeze(self) -> bool:
        """Whether it is a sensor, which never gives the same noise twice."""
        ...

    def read(self) -> np.ndarray | None:
        """The next picture, paced as the source is; None if there is none just now."""
        ...

    def close(self) -> None: ...


def open_source(source: int | str, wishes: CameraWishes) -> FrameSource:
    """Raises NotReachable when there is nothing to open there."""
    if isinstance(source, int):
        return DeviceSource(source, wishes)
    path = Path(source)
    if path.is_dir():
        return FolderSource(path, wishes.fps)
    if path.suffix.lower() in VIDEO_SUFFIXES:
        return VideoFileSource(path, wishes.fps)
    if path.is_char_device() or not path.exists():
        return DeviceSource(source, wishes)
    raise NotReachable(f"{source} is neither a camera, nor a video file, nor a folder of pictures")


class DeviceSource:
    """A real camera, by index or device path. ``read`` may hang as long as the system's driver."""

    simulated = False
    can_freeze = True

    def __init__(self, device: int | str, wishes: CameraWishes) -> None:
        node = Path(f"/dev/video{device}" if isinstance(device, int) else device)
        if not node.exists():
            raise NotReachable(f"there is no camera at {node}")
        self._capture = cv2.VideoCapture(device, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            self._capture.release()
            raise NotReachable(f"camera {device} cannot be opened")
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self.refused = tuple(self._ask_for(wishes))
        width, height = self._has(cv2.CAP_PROP_FRAME_WIDTH), self._has(cv2.CAP_PROP_FRAME_HEIGHT)
        self.model = f"camera {device}, {width:.0f}x{height:.0f}"

    def _ask_for(self, wishes: CameraWishes) -> Iterator[str]:
        """Sets what is wished; yields the names of what the camera does otherwise."""
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, wishes.width)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, wishes.height)
        self._capture.set(cv2.CAP_PROP_FPS, wishes.fps)
        got = self._has(cv2.CAP_PROP_FRAME_WIDTH), self._has(cv2.CAP_PROP_FRAME_HEIGHT)
        if got != (wishes.width, wishes.height):
            yield "width, height"
        # A camera may give fewer pictures in poor light; only far fewer than asked is worth a word.
        if 0 < self._has(cv2.CAP_PROP_FPS) < wishes.fps / 2:
            yield "fps"
        automatic = V4L2_EXPOSURE_AUTO if wishes.exposure is None else V4L2_EXPOSURE_MANUAL
        self._capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, automatic)
        self._capture.set(cv2.CAP_PROP_AUTOFOCUS, wishes.focus is None)
        for name, wanted, number in (
            ("exposure", wishes.exposure, cv2.CAP_PROP_EXPOSURE),
            ("focus", wishes.focus, cv2.CAP_PROP_FOCUS),
            ("gain", wishes.gain, cv2.CAP_PROP_GAIN),
            ("brightness", wishes.brightness, cv2.CAP_PROP_BRIGHTNESS),
        ):
            if wanted is not None and not self._capture.set(number, wanted):
                yield name

    def _has(self, number: int) -> float:
        return self._capture.get(number)

    def read(self) -> np.ndarray | None:
        good, picture = self._capture.read()
        return picture if good else None

    def close(self) -> None:
        self._capture.release()


class _Pace:
    """Keeps calls ``1 / fps`` seconds apart."""

    def __init__(self, fps: float) -> None:
        self._interval_s = 1 / fps
        self._due = time.monotonic()

    def wait(self) -> None:
        now = time.monotonic()
        if now < self._due:
            time.sleep(self._due - now)
        self._due = max(now, self._due) + self._interval_s


class VideoFileSource:
    """A video file played at ``fps``, again and again."""

    simulated = True
    can_freeze = False
    refused: tuple[str, ...] = ()

    def __init__(self, path: Path, fps: float) -> None:
        if not path.exists():
            raise NotReachable(f"there is no video file at {path}")
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            self._capture.release()
            raise NotReachable(f"{path} is no video file that can be read")
        self._pace = _Pace(fps)
        self.model = f"video file {path.name}"

    def read(self) -> np.ndarray | None:
        self._pace.wait()
        good, picture = self._capture.read()
        if not good:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            good, picture = self._capture.read()
        return picture if good else None

    def close(self) -> None:
        self._capture.release()


class FolderSource:
    """A folder's pictures by name, again and again; a changed folder is begun anew at once.

    A file ``.still`` in it says that what repeats itself is a fault, and ``.slow`` holds the seconds that
    each picture takes besides: so a simulated camera can freeze and be slow.
    """

    simulated = True
    refused: tuple[str, ...] = ()

    def __init__(self, folder: Path, fps: float) -> None:
        if not folder.is_dir():
            raise NotReachable(f"there is no folder at {folder}")
        self._folder = folder
        self._pace = _Pace(fps)
        self._changed_at = -1
        self._names: list[str] = []
        self._next = 0
        self.model = f"folder {folder.name}"

    @property
    def can_freeze(self) -> bool:
        return (self._folder / ".still").exists()

    def read(self) -> np.ndarray | None:
        self._pace.wait()
        with contextlib.suppress(OSError, ValueError):
            time.sleep(min(SLOW_S_MAX, float((self._folder / ".slow").read_text())))
        try:
            changed_at = self._folder.stat().st_mtime_ns
        except OSError:
            return None
        if changed_at != self._changed_at:
            self._changed_at = changed_at
            self._names = picture_names(self._folder)
            self._next = 0
        elif self._next >= len(self._names):
            self._names = picture_names(self._folder)
            self._next = 0
        for _ in range(len(self._names)):
            name = self._names[self._next % len(self._names)]
            self._next += 1
            with contextlib.suppress(OSError):  # it may be taken away just now
                picture = picture_file.read(self._folder / name)
                if picture is not None:
                    return picture
            if self._next >= len(self._names):
                break
        return None

    def close(self) -> None:
        self._names = []


def picture_names(folder: Path) -> list[str]:
    """File names of the pictures in a folder, sorted; names that begin with a dot are left out."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return []
    return sorted(
        name
        for name in names
        if not name.startswith(".") and name.lower().endswith(PICTURE_SUFFIXES)
    )
