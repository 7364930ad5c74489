"""Whether a camera's picture is worth looking at: black, covered, frozen, or out of focus. Pure.

It never says so lightly: a fault is named after seconds of bad pictures, out of focus only after many
things were held before the camera and none was ever sharp. A code that was read clears it.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

FAULT_AFTER_S = 2.0
FROZEN_AFTER_S = 5.0
DARK_MEAN_MAX = 22  # of 255
DARK_DEVIATION_MAX = 12
FLAT_DEVIATION_MAX = 3.0  # a hand, tape or a cap before the lens leaves next to no contrast
PROBE_SIZE = (64, 36)
SHARP_PROBE_WIDTH = 640
STEEP_MIN = 0.24  # print in focus is at 0.25 to 0.4, blurred over five dots and more at 0.2 or less
EDGE_REACH = 13  # dots
EDGE_STEP_MIN = 50  # grey levels
EDGE_SHARE_MIN = 0.005  # of the picture
BLURRED_PROBES = 40  # of pictures in which something moved
MOVED_MIN = 8.0  # grey levels, mean of the eighth that changed most


@dataclass
class PictureHealth:
    """Feed it a picture every half second; ``faults`` are names of camera conditions."""

    _since: dict[str, float] = field(default_factory=dict)
    _last: np.ndarray | None = None
    _last_whole: np.ndarray | None = None
    _blurred: int = 0

    def see(self, picture: np.ndarray, now: float, can_freeze: bool) -> None:
        """``can_freeze``: the source is a sensor, which never gives the same noise twice."""
        small = cv2.resize(picture, PROBE_SIZE, interpolation=cv2.INTER_AREA)
        small = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        mean, deviation = float(small.mean()), float(small.std())
        black = mean < DARK_MEAN_MAX and deviation < DARK_DEVIATION_MAX
        self._note("black", black, now)
        self._note("covered", not black and deviation < FLAT_DEVIATION_MAX, now)
        before, self._last_whole = self._last_whole, picture
        same = can_freeze and before is not None and np.array_equal(before, picture)
        self._note("frozen", same, now)
        self._judge_focus(picture, small)
        self._last = small

    def read_well(self) -> None:
        """A code was read: whatever the picture looks like, it is sharp enough."""
        self._blurred = 0

    def faults(self, now: float) -> tuple[str, ...]:
        found = [
            name
            for name, since in list(self._since.items())
            if now - since > (FROZEN_AFTER_S if name == "frozen" else FAULT_AFTER_S)
        ]
        if self._blurred >= BLURRED_PROBES:
            found.append("blurred")
        return tuple(found)

    def _note(self, name: str, is_so: bool, now: float) -> None:
        if is_so:
            self._since.setdefault(name, now)
        else:
            self._since.pop(name, None)

    def _judge_focus(self, picture: np.ndarray, small: np.ndarray) -> None:
        """An empty lobby lies behind the focus; only what is held before the camera can be sharp."""
        if self._last is None or _moved(self._last, small) < MOVED_MIN:
            return
        steep = steepness(picture)
        if steep is not None:
            self._blurred = 0 if steep >= STEEP_MIN else self._blurred + 1


def _moved(before: np.ndarray, now: np.ndarray) -> float:
    change = np.sort(cv2.absdiff(before, now).ravel())
    return float(change[-change.size // 8 :].mean())


def steepness(picture: np.ndarray) -> float | None:
    """How sharp the sharpest edges are: grey levels a dot, as a share of the step that the edge makes.

    None without clear edges. Only strong edges count, so that noise in flat parts says nothing.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    if width > SHARP_PROBE_WIDTH:
        size = (SHARP_PROBE_WIDTH, round(height * SHARP_PROBE_WIDTH / width))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    calm = cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32)
    around = np.ones((EDGE_REACH, EDGE_REACH), np.uint8)
    step = cv2.dilate(calm, around) - cv2.erode(calm, around)
    clear = step > EDGE_STEP_MIN
    if float(clear.mean()) < EDGE_SHARE_MIN:
        return None
    across = np.abs(cv2.Sobel(calm, cv2.CV_32F, 1, 0, scale=1 / 8))
    down = np.abs(cv2.Sobel(calm, cv2.CV_32F, 0, 1, scale=1 / 8))
    slope = cv2.dilate(np.maximum(across, down), around)
    return float(np.percentile(slope[clear] / step[clear], 90))
