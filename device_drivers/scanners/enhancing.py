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
    return Treated(cv2.resize(grey, None, fx=across, fy=down, interpolation=how), across, down)


def to_work_on(grey: np.ndarray) -> Treated:
    if grey.size <= PIXELS_TO_WORK_ON:
        return Treated(grey)
    scale = (PIXELS_TO_WORK_ON / grey.size) ** 0.5
    return _scaled(grey, scale, scale)


def halved(grey: np.ndarray) -> Treated | None:
    """Averages noise and fine texture away; costs next to nothing to read."""
    return _scaled(grey, 0.5, 0.5) if max(grey.shape) >= HALF_FROM else None


def _doubled(grey: np.ndarray) -> Treated | None:
    return _scaled(grey, 2, 2) if grey.size <= DOUBLE_PIXELS_MAX else None


def _black_and_white(grey: np.ndarray, neighbourhood: int) -> np.ndarray:
    gaussian, binary = cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY
    return cv2.adaptiveThreshold(grey, 255, gaussian, binary, neighbourhood, 5)


def _sharpened(grey: np.ndarray) -> Treated:
    return Treated(cv2.addWeighted(grey, 2.0, cv2.GaussianBlur(grey, (0, 0), 3), -1.0, 0))


def _doubled_black_and_white(grey: np.ndarray) -> Treated | None:
    large = _doubled(grey)
    return Treated(_black_and_white(large.grey, 71), 2, 2) if large else None


TREATMENTS = (
    Treatment("half size", halved),
    Treatment("one threshold", Treated, dark_and_bright=True),
    Treatment("small neighbourhoods", lambda grey: Treated(_black_and_white(grey, 31))),
    Treatment("double size", _doubled),
    Treatment("as it is", Treated),  # the quick look does not try bright codes on dark ground
    Treatment("stretched downwards", lambda grey: _scaled(grey, 1, 1.5)),
    Treatment("large neighbourhoods", lambda grey: Treated(_black_and_white(grey, 101))),
    Treatment("sharpened", _sharpened),
    Treatment("stretched sideways", lambda grey: _scaled(grey, 1.5, 1)),
    Treatment("double size, small neighbourhoods", _doubled_black_and_white),
)
