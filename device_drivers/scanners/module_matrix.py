"""The modules of a straightened code, dark or light, and the clean picture that a reader reads. Pure.

What every code of a size has in common (its fixed patterns) is drawn as it must be. Runs only inside
the reader process.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from device_drivers.scanners.bent_grid import DOTS, MARGIN, Laid
from device_drivers.scanners.finder_patterns import SQUARE
from device_drivers.scanners.symbol_layout import fixed

CLEAN_SCALE, CLEAN_BORDER = 3, 4
SPREADS = (0.6, 0.85)  # modules of blur that are taken back
UNBLUR_ROUNDS = 15
CONTRAST_FULL, CONTRAST_LEAST = 0.7, 0.02  # of the middle contrast of a code
SURE_FROM, SURE_LEAST = 0.6, 0.1  # of how sure the grid lies
LIGHT_REACH = 5  # modules whose darkest and brightest give the threshold


def brightness(picture: np.ndarray, size: int) -> np.ndarray:
    """Of the inner part of each module (MARGIN modules around the code included)."""
    every = size + 2 * MARGIN
    dots = picture.reshape(every, DOTS, every, DOTS)
    inner = dots[:, 1:-1, :, 1:-1]
    return inner.mean((1, 3))


def certainties(laid: Laid) -> Iterator[np.ndarray]:
    """The modules by several thresholds, the likeliest first: 1 surely dark, -1 surely light; near 0
    where light and dark can hardly be told or the grid may lie wrong."""
    sure = np.clip(laid.sure / SURE_FROM, SURE_LEAST, 1)
    for dark in _darkness(laid.picture, len(sure)):
        yield dark * sure


def first_promise(grey: np.ndarray, grid: np.ndarray) -> float:
    """The promise of a grid by one dot a module: rough, and quick."""
    seen = cv2.remap(
        grey, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)
    return promise(_inner(_certain(seen, *_bounds(seen, LIGHT_REACH)), len(grid) - 2 * MARGIN))


def _darkness(picture: np.ndarray, size: int) -> Iterator[np.ndarray]:
    bright = brightness(picture, size).astype(np.float32)
    low, high = _bounds(bright, LIGHT_REACH)
    yield _inner(_certain(bright, low, high), size)
    # Blur takes from a module what its neighbours have: give it back.
    around = cv2.filter2D(bright, -1, np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4)
    sharp = bright + 0.6 * (bright - around)
    yield _inner(_certain(sharp, *_bounds(sharp, LIGHT_REACH)), size)
    for spread in SPREADS:
        unblurred = _unblurred(bright, spread)
        yield _inner((1 - 2 * unblurred) * _contrast(low, high), size)
    middle = cv2.GaussianBlur(bright, (0, 0), 4)
    half = np.maximum(high - low, 1) / 2
    yield _inner(np.clip((middle - bright) / half, -1, 1) * _contrast(low, high), size)
    yield _inner(_certain(sharp, *_bounds(sharp, 9)), size)


def _certain(bright: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    half = np.maximum(high - low, 1) / 2
    return np.clip(((low + high) / 2 - bright) / half, -1, 1) * _contrast(low, high)


def _contrast(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """1 where dark and light are as far apart as in most of the code, towards 0 in glare and dirt."""
    apart = high - low
    return np.clip(apart / max(CONTRAST_FULL * float(np.median(apart)), 1.0), CONTRAST_LEAST, 1)


def _unblurred(bright: np.ndarray, spread: float) -> np.ndarray:
    """What modules, 0 dark to 1 bright, would look like this when blurred by so much (modules)."""
    low, high = _bounds(bright, LIGHT_REACH + 2)
    seen = np.clip((bright - low) / np.maximum(high - low, 1), -0.2, 1.2)
    made = seen.copy()
    for _ in range(UNBLUR_ROUNDS):
        made = np.clip(made + seen - cv2.GaussianBlur(made, (0, 0), spread), 0, 1)
    return made


def _bounds(bright: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
    kernel = np.ones((reach, reach), np.uint8)
    soft = reach / 2
    low = cv2.GaussianBlur(cv2.erode(bright, kernel), (0, 0), soft)
    high = cv2.GaussianBlur(cv2.dilate(bright, kernel), (0, 0), soft)
    return low, high


def _inner(modules: np.ndarray, size: int) -> np.ndarray:
    inner = slice(MARGIN, MARGIN + size)
    return modules[inner, inner]


def promise(certainty: np.ndarray) -> float:
    """The share of the fixed patterns' modules, but for the three squares', that are as they must be,
    each counted as it is certain. A grid that lies wrong has half of them by chance."""
    size = len(certainty)
    must = fixed(size)
    known = must >= 0
    for y, x in ((0, 0), (0, size - SQUARE), (size - SQUARE, 0)):
        known[y : y + SQUARE, x : x + SQUARE] = False
    weight = np.abs(certainty[known])
    right = (certainty[known] > 0) == (must[known] > 0)
    return float((weight * right).sum() / (weight.sum() + 1e-9))


def clean(modules: np.ndarray) -> np.ndarray:
    """A grey picture of the modules (1 dark)."""
    whole = np.pad(modules, CLEAN_BORDER)
    light = np.where(whole > 0, 0, 255).astype(np.uint8)
    return cv2.resize(light, None, fx=CLEAN_SCALE, fy=CLEAN_SCALE, interpolation=cv2.INTER_NEAREST)
