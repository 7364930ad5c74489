"""Finds a code's other large squares by one that is seen well: the three look alike. Pure.

Glare opens a square's frame, a torn edge cuts it: then no ring is left to be found. But the three
squares of a code have one shape. The picture is turned as the known square lies, and the pattern is
laid over every place of it; how well it correlates does not depend on how bright a place is. Runs only
inside the reader process.
"""

from functools import cache

import cv2
import numpy as np

from device_drivers.scanners.finder_patterns import RING_CORNERS, SQUARE, Square

DOTS = 4  # a module in the turned picture
REACH = 60  # modules around the known square
SCALES = (0.7, 0.84, 1.0, 1.19, 1.4)  # of the others' size, in perspective
LIKENESS_MIN = 0.5
KIN_MAX = 6
SOFT = 1.2  # dots of the turned picture


def kin_of(grey: np.ndarray, known: Square) -> list[Square]:
    """Places that look like the known square, the likeliest first; itself not among them."""
    ring = (np.array(RING_CORNERS, np.float32) - SQUARE / 2 + REACH) * DOTS - 0.5
    turn, _ = cv2.estimateAffine2D(ring, known.corners.astype(np.float32))
    if turn is None or abs(np.linalg.det(turn[:, :2])) < 1e-6:
        return []
    side = 2 * REACH * DOTS
    flat = cv2.warpAffine(
        grey,
        turn,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
    flat = cv2.GaussianBlur(flat, (0, 0), SOFT)
    found: list[tuple[float, float, np.ndarray]] = []
    for scale in SCALES:
        pattern = _pattern(scale)
        likeness = cv2.matchTemplate(flat, pattern, cv2.TM_CCOEFF_NORMED)
        likeness[~np.isfinite(likeness)] = 0
        peaks = (likeness >= LIKENESS_MIN) & (likeness >= cv2.dilate(likeness, _NEAR))
        for y, x in np.argwhere(peaks):
            middle = np.array([x, y]) + (len(pattern) - 1) / 2
            found.append((float(likeness[y, x]), scale, middle))
    found.sort(key=lambda f: -f[0])
    kept: list[tuple[float, float, np.ndarray]] = []
    taken = [np.full(2, REACH * DOTS - 0.5)]
    for likeness, scale, middle in found:
        if all(np.abs(middle - other).max() > SQUARE * DOTS / 2 for other in taken):
            taken.append(middle)
            kept.append((likeness, scale, middle))
            if len(kept) == KIN_MAX:
                break
    return [_square(turn, known, *one) for one in kept]


_NEAR = np.ones((SQUARE * DOTS, SQUARE * DOTS), np.uint8)


@cache
def _pattern(scale: float) -> np.ndarray:
    """The square and the white around it, so large."""
    away = np.abs(np.arange(SQUARE + 2) - SQUARE // 2 - 1)
    ring = np.maximum(away[:, None], away[None])
    light = np.where((ring == 2) | (ring == 4), 255, 0).astype(np.uint8)
    side = round(len(light) * DOTS * scale)
    large = cv2.resize(light, (side * 4, side * 4), interpolation=cv2.INTER_NEAREST)
    small = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), SOFT)


def _square(
    turn: np.ndarray, known: Square, likeness: float, scale: float, middle: np.ndarray
) -> Square:
    ring = (np.array(RING_CORNERS) - SQUARE / 2) * DOTS * scale + middle
    corners = ring @ turn[:, :2].T + turn[:, 2]
    return Square(corners, corners.mean(0), known.width * scale, 1 - likeness)
