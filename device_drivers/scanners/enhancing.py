"""Ways to make a hard picture readable, in the order of what each adds for its time. Pure.

Chosen by measurement (benchmarks/bench_qr.py): each adds codes that those before it miss. Runs only
inside the reader process.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

PIXELS_TO_WORK_ON = (
    1_100_000  # larger pictures are made smaller first: a code has dots to spare there
)
HALF_FROM = 400  # dots along the longer side; a smaller picture has nothing to lose
DOUBLE_PIXELS_MAX = 1_000_000
TRIPLE_PIXELS_MAX = 1_200_000
CONTRAST_MIN = 12  # grey levels: less is noise
_BRIGHTER = (255 * (np.arange(256) / 255) ** 0.5).astype(np.uint8)


@dataclass(frozen=True)
class Treated:
    """``across`` and ``down``: how much wider and higher than the picture it was made from."""

    grey: np.ndarray
    across: float = 1.0
    down: float = 1.0


@dataclass(frozen=True)
class Treatment:
    name: str
    apply: Callable[[np.ndarray], Treated | None]  # None: not worth trying on this one
    dark_and_bright: bool = False  # one threshold for the whole picture instead of local ones


def _scaled(grey: np.ndarray, across: float, down: float) -> Treated:
    shrinks = across < 1
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    if min(grey.shape) * min(across, down) < 1:
        return Treated(grey)  # nothing would be left of it
    return Treated(cv2.resize(grey, None, fx=across, fy=down, interpolation=how), across, down)


def to_work_on(grey: np.ndarray) -> Treated:
    return at_most(grey, PIXELS_TO_WORK_ON)


def at_most(grey: np.ndarray, pixels: int) -> Treated:
    if grey.size <= pixels:
        return Treated(grey)
    scale = (pixels / grey.size) ** 0.5
    return _scaled(grey, scale, scale)


def halved(grey: np.ndarray) -> Treated | None:
    """Averages noise and fine texture away; costs next to nothing to read."""
    return _scaled(grey, 0.5, 0.5) if max(grey.shape) >= HALF_FROM else None


def _doubled(grey: np.ndarray) -> Treated | None:
    return _scaled(grey, 2, 2) if grey.size <= DOUBLE_PIXELS_MAX else None


def black_and_white(grey: np.ndarray, neighbourhood: int, above: int = 5) -> np.ndarray:
    gaussian, binary = cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY
    return cv2.adaptiveThreshold(grey, 255, gaussian, binary, neighbourhood, above)


def _sharpened(grey: np.ndarray) -> Treated:
    return Treated(cv2.addWeighted(grey, 2.0, cv2.GaussianBlur(grey, (0, 0), 3), -1.0, 0))


def _doubled_black_and_white(grey: np.ndarray) -> Treated | None:
    large = _doubled(grey)
    return Treated(black_and_white(large.grey, 71), 2, 2) if large else None


def _evenly_lit(grey: np.ndarray, neighbourhood: int) -> np.ndarray:
    """Stretches the greys of each neighbourhood: for light that falls off, and bright spots."""
    kernel = np.ones((neighbourhood, neighbourhood), np.uint8)
    soft = neighbourhood / 2
    low = cv2.GaussianBlur(cv2.erode(grey, kernel), (0, 0), soft).astype(np.float32)
    high = cv2.GaussianBlur(cv2.dilate(grey, kernel), (0, 0), soft).astype(np.float32)
    stretched = (grey - low) / np.maximum(high - low, CONTRAST_MIN) * 255
    return np.clip(stretched, 0, 255).astype(np.uint8)


def _small_evenly_lit(grey: np.ndarray) -> Treated:
    small = _scaled(grey, 0.4, 0.4)
    return Treated(_evenly_lit(small.grey, max(small.grey.shape) // 80 * 2 + 3), 0.4, 0.4)


def _dark_parts_brighter(grey: np.ndarray) -> Treated:
    return Treated(cv2.LUT(grey, _BRIGHTER))


def _locally_stretched(grey: np.ndarray, scale: float) -> Treated:
    smaller = _scaled(grey, scale, scale) if scale != 1 else Treated(grey)
    spread = cv2.createCLAHE(clipLimit=3, tileGridSize=(8, 8)).apply(smaller.grey)
    return Treated(spread, scale, scale)


def _smoothed_black_and_white(grey: np.ndarray) -> Treated:
    soft = cv2.GaussianBlur(_scaled(grey, 0.8, 0.8).grey, (0, 0), 1.5)
    return Treated(black_and_white(soft, 61, above=2), 0.8, 0.8)


def _specks_removed(grey: np.ndarray) -> Treated:
    small = _scaled(grey, 0.5, 0.5).grey
    kernel = np.ones((5, 5), np.uint8)
    return Treated(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), 0.5, 0.5)


TREATMENTS = (
    Treatment("half size", halved),
    Treatment("one threshold", Treated, dark_and_bright=True),
    Treatment("small neighbourhoods", lambda grey: Treated(black_and_white(grey, 31))),
    Treatment("double size", _doubled),
    Treatment("as it is", Treated),  # the quick look does not try bright codes on dark ground
    Treatment("stretched downwards", lambda grey: _scaled(grey, 1, 1.5)),
    Treatment("large neighbourhoods", lambda grey: Treated(black_and_white(grey, 101))),
    Treatment("sharpened", _sharpened),
    Treatment("stretched sideways", lambda grey: _scaled(grey, 1.5, 1)),
    Treatment("double size, small neighbourhoods", _doubled_black_and_white),
)

# For stills and a resident who waits: after all those, never for the frames of a camera.
LAST_TREATMENTS = (
    Treatment("small, evenly lit", _small_evenly_lit, dark_and_bright=True),
    Treatment("dark parts brighter", _dark_parts_brighter),
    Treatment("locally stretched", lambda grey: _locally_stretched(grey, 1)),
    Treatment(
        "smaller, locally stretched",
        lambda grey: _locally_stretched(grey, 0.8),
        dark_and_bright=True,
    ),
    Treatment("smoothed black and white", _smoothed_black_and_white),
    Treatment("specks removed", _specks_removed),
    Treatment(
        "stretched sideways three times",
        lambda grey: _scaled(grey, 3, 1) if grey.size <= TRIPLE_PIXELS_MAX else None,
    ),
)
