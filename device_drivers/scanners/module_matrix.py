"""The modules of a straightened code, dark or light, and the clean picture that a reader reads. Pure.

What every code of a size has in common (its fixed patterns) is drawn as it must be. Runs only inside
the reader process.
"""

from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np
import segno
from segno import consts

from device_drivers.scanners.bent_grid import DOTS, MARGIN
from device_drivers.scanners.finder_patterns import SQUARE

CLEAN_SCALE, CLEAN_BORDER = 3, 4
SPREADS = (0.6, 0.85)  # modules of blur that are taken back
UNBLUR_ROUNDS = 15
LIGHT_REACH = 5  # modules whose darkest and brightest give the threshold
_FIXED_DARK = (
    consts.TYPE_FINDER_PATTERN_DARK,
    consts.TYPE_ALIGNMENT_PATTERN_DARK,
    consts.TYPE_TIMING_DARK,
    consts.TYPE_VERSION_DARK,
    consts.TYPE_DARKMODULE,
)
_FIXED_LIGHT = (
    consts.TYPE_FINDER_PATTERN_LIGHT,
    consts.TYPE_SEPARATOR,
    consts.TYPE_ALIGNMENT_PATTERN_LIGHT,
    consts.TYPE_TIMING_LIGHT,
    consts.TYPE_VERSION_LIGHT,
)


@cache
def fixed(size: int) -> np.ndarray:
    """1 where a code of this size is always dark, 0 always light, -1 its own."""
    code = segno.make_qr("0", version=(size - 17) // 4, error="l", mask=0)
    kinds = np.array([list(row) for row in code.matrix_iter(border=0, verbose=True)])
    result = np.full((size, size), -1, np.int8)
    result[np.isin(kinds, _FIXED_DARK)] = 1
    result[np.isin(kinds, _FIXED_LIGHT)] = 0
    return result


def brightness(picture: np.ndarray, size: int) -> np.ndarray:
    """Of the inner part of each module (MARGIN modules around the code included)."""
    every = size + 2 * MARGIN
    dots = picture.reshape(every, DOTS, every, DOTS)
    inner = dots[:, 1:-1, :, 1:-1]
    return inner.mean((1, 3))


def matrices(picture: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """The modules (1 dark) by several thresholds, the likeliest first."""
    bright = brightness(picture, size).astype(np.float32)
    yield _inner(bright < _between(bright, LIGHT_REACH), size)
    # Blur takes from a module what its neighbours have: give it back.
    around = cv2.filter2D(bright, -1, np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4)
    sharp = bright + 0.6 * (bright - around)
    yield _inner(sharp < _between(sharp, LIGHT_REACH), size)
    for spread in SPREADS:
        yield _inner(_unblurred(bright, spread) < 0.5, size)
    yield _inner(bright < cv2.GaussianBlur(bright, (0, 0), 4), size)
    yield _inner(sharp < _between(sharp, 9), size)


def _unblurred(bright: np.ndarray, spread: float) -> np.ndarray:
    """What modules, 0 dark to 1 bright, would look like this when blurred by so much (modules)."""
    low, high = _bounds(bright, LIGHT_REACH + 2)
    seen = np.clip((bright - low) / np.maximum(high - low, 1), -0.2, 1.2)
    made = seen.copy()
    for _ in range(UNBLUR_ROUNDS):
        made = np.clip(made + seen - cv2.GaussianBlur(made, (0, 0), spread), 0, 1)
    return made


def _between(bright: np.ndarray, reach: int) -> np.ndarray:
    low, high = _bounds(bright, reach)
    return (low + high) / 2


def _bounds(bright: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
    kernel = np.ones((reach, reach), np.uint8)
    soft = reach / 2
    low = cv2.GaussianBlur(cv2.erode(bright, kernel), (0, 0), soft)
    high = cv2.GaussianBlur(cv2.dilate(bright, kernel), (0, 0), soft)
    return low, high


def _inner(modules: np.ndarray, size: int) -> np.ndarray:
    inner = slice(MARGIN, MARGIN + size)
    return modules[inner, inner].astype(np.uint8)


def promise(modules: np.ndarray) -> float:
    """The share of the fixed patterns' modules, but for the three squares', that are as they must be.
    A grid that lies wrong has half of them by chance."""
    size = len(modules)
    must = fixed(size)
    known = must >= 0
    for y, x in ((0, 0), (0, size - SQUARE), (size - SQUARE, 0)):
        known[y : y + SQUARE, x : x + SQUARE] = False
    return float((modules[known] == must[known]).mean())


def clean(modules: np.ndarray) -> np.ndarray:
    """A grey picture of the modules, the fixed patterns as they must be."""
    must = fixed(len(modules))
    dark = np.where(must >= 0, must, modules)
    whole = np.pad(dark, CLEAN_BORDER)
    light = np.where(whole > 0, 0, 255).astype(np.uint8)
    return cv2.resize(light, None, fx=CLEAN_SCALE, fy=CLEAN_SCALE, interpolation=cv2.INTER_NEAREST)
