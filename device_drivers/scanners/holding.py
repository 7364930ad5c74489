"""How a bill is held before the camera, told from the picture alone: too far, too near, tilted, blurred,
dark, in the glare of a lamp, crumpled, or no bill at all. It reads no code and decides nothing: what is
wrong for a moment is not shown, and what is shown stays long enough to be read. Pure: time is given.
"""

import itertools
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from device_drivers.scanners.interface import Hint

WIDTH = 640  # dots; no picture is judged in more
DARK_MEAN_MAX = 40  # grey levels
CHANGED_STEP = 28  # grey levels: what is held differs so much from the empty place
CHANGED_MIN = 0.10  # of the picture: less is a hand that passes
SMALL_MAX = 0.45  # of the picture: a sheet that covers no more is far away
GLARE_LEVEL, GLARE_MIN = 250, 0.012  # a white spot in one piece, as a share of the picture
PLAIN_MAX = 3.0  # grey levels: less detail than that is no print
BLURRED_MAX = (
    0.55  # fine detail to coarse: print in focus is at 0.6 and above, blurred at 0.5 and below
)
SOFT_MAX = 0.8  # a code whose squares are seen, but whose modules are not sharp
SIDE_FAR_MAX, SIDE_NEAR_MIN = 0.115, 0.4  # a code's side, of the picture's width
TILTED_MIN = 1.45  # the longer side to the shorter
SQUARES_MAX, CONTOURS_MAX = 40, 4000
SETTLES_S = 0.6  # a hint must be true so long before it is shown,
STAYS_S = 1.6  # and is shown so long at least
UNREAD_S, UNREAD_LONG_S = 1.2, 3.0  # a code that is held well is read long before
EMPTY_KEPT = 3  # pictures of the empty place: somebody may stand in one of them


@dataclass(frozen=True)
class Seen:
    """What one picture shows. ``glare`` and ``sharpness`` tell why a code held well is not read."""

    hint: Hint
    glare: bool = False
    sharpness: float = 1.0


@dataclass(frozen=True)
class _Square:
    """A finder pattern of a QR code, dark in white in dark; in dots."""

    x: float
    y: float
    side: float
    aspect: float


def grey_of(width: int, height: int, rgb: bytes) -> np.ndarray:
    """A scanner's preview as it is judged."""
    picture = np.frombuffer(rgb, np.uint8).reshape(height, width, 3)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if width <= WIDTH:
        return grey
    size = (WIDTH, max(1, round(height * WIDTH / width)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)


def judge(grey: np.ndarray, empty: np.ndarray | None = None) -> Seen:
    """``empty``: the same place with nothing held. Without it only codes, and the dark, are told."""
    if float(grey.mean()) < DARK_MEAN_MAX:
        return Seen(Hint.DARK)
    held = _held(grey, empty)
    glare, sharpness, detail = _glare(grey, empty), *_sharpness(grey, held)
    squares = _squares(grey)
    if len(squares) >= 2:
        return Seen(_of_code(grey, squares), glare, sharpness)
    share = float(held.mean())
    if share < CHANGED_MIN or empty is None:
        return Seen(Hint.NONE)
    if glare:
        return Seen(Hint.GLARE)
    if detail < PLAIN_MAX:
        return Seen(Hint.NOT_A_BILL)
    if sharpness < BLURRED_MAX:
        return Seen(Hint.BLURRED)
    return Seen(Hint.TOO_FAR if share < SMALL_MAX else Hint.NOT_A_BILL)


def _held(grey: np.ndarray, empty: np.ndarray | None) -> np.ndarray:
    """Where something is that was not there: a mask."""
    if empty is None or empty.shape != grey.shape:
        return np.ones(grey.shape, bool)
    return cv2.absdiff(grey, empty) > CHANGED_STEP


def _glare(grey: np.ndarray, empty: np.ndarray | None) -> bool:
    white = grey >= GLARE_LEVEL
    if empty is not None and empty.shape == grey.shape:
        white &= empty < GLARE_LEVEL
    _, _, stats, _ = cv2.connectedComponentsWithStats(white.astype(np.uint8))
    largest = int(stats[1:, cv2.CC_STAT_AREA].max()) if len(stats) > 1 else 0
    return largest > GLARE_MIN * grey.size


def _sharpness(grey: np.ndarray, held: np.ndarray) -> tuple[float, float]:
    """Of what is held, without its edge: fine detail to coarse where it is strongest, and how much coarse
    detail there is (grey levels)."""
    whole = cv2.morphologyEx(held.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((61, 61), np.uint8))
    inside = cv2.erode(whole, np.ones((17, 17), np.uint8)) > 0
    if not inside.any():
        return 1.0, 0.0
    soft = [cv2.GaussianBlur(grey.astype(np.float32), (0, 0), s) for s in (0.7, 1.4, 2.8)]
    fine, coarse = (
        float(np.percentile(np.abs(one - other)[inside], 97))
        for one, other in itertools.pairwise(soft)
    )
    return (fine / coarse if coarse else 1.0), coarse


def _squares(grey: np.ndarray) -> list[_Square]:
    """The largest group of finder patterns of about one size."""
    near = max(3, grey.shape[1] // 16 | 1)
    dark = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, near, 12
    )
    contours, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if tree is None or len(contours) > CONTOURS_MAX:
        return []
    found: list[_Square] = []
    for number, outer in enumerate(contours):
        ring = tree[0][number][2]
        block = tree[0][ring][2] if ring >= 0 else -1
        if block >= 0 and (square := _square(outer, contours[ring], contours[block])):
            found.append(square)
        if len(found) >= SQUARES_MAX:
            break
    groups = [[other for other in found if 0.6 < other.side / one.side < 1.67] for one in found]
    return max(groups, key=len, default=[])


def _square(outer: np.ndarray, ring: np.ndarray, block: np.ndarray) -> _Square | None:
    area, white, inside = (cv2.contourArea(one) for one in (outer, ring, block))
    if inside < 4 or not 0.3 < white / area < 0.85 or not 0.12 < inside / white < 0.75:
        return None
    (x, y), (width, height), _ = cv2.minAreaRect(outer)
    short, long = sorted((width, height))
    if short < 5 or long / short > 2.6 or area / (width * height) < 0.6:
        return None
    return _Square(x, y, (short * long) ** 0.5, long / short)


def _of_code(grey: np.ndarray, squares: list[_Square]) -> Hint:
    height, width = grey.shape
    points = np.array([(one.x, one.y) for one in squares[:3]])
    side = float(np.median([one.side for one in squares]))
    apart = sorted(
        float(np.linalg.norm(points[a] - points[b]))
        for a in range(len(points))
        for b in range(a + 1, len(points))
    )
    along = (apart[0] + side) / width  # from square to square, and half a square at each end
    at_edge = (points < side * 0.8).any() or (points > np.array([width, height]) - side * 0.8).any()
    if along > SIDE_NEAR_MIN or (len(squares) < 3 and at_edge):
        return Hint.TOO_NEAR
    if along < SIDE_FAR_MAX:
        return Hint.TOO_FAR
    uneven = len(apart) == 3 and apart[1] / apart[0] > TILTED_MIN
    if uneven or float(np.median([one.aspect for one in squares])) > TILTED_MIN:
        return Hint.TILTED
    return Hint.HOLD_STILL


class Guide:
    """What is shown of what ``judge`` says, picture by picture."""

    def __init__(self) -> None:
        self._empty: deque[np.ndarray] = deque(maxlen=EMPTY_KEPT)
        self._begin()

    def _begin(self) -> None:
        self.shown = Hint.NONE
        self._thought, self._since, self._shown_at = Hint.NONE, 0.0, float("-inf")
        self._well_since: float | None = None

    def rest(self, grey: np.ndarray) -> None:
        """A picture of the place while nobody is being guided."""
        if self._empty and self._empty[-1].shape != grey.shape:
            self._empty.clear()
        self._empty.append(grey)
        self._begin()

    def see(self, grey: np.ndarray, now: float) -> Hint:
        """Takes a picture at monotonic ``now`` (seconds); gives what is to be shown."""
        empty = np.median(np.stack(self._empty), axis=0).astype(np.uint8) if self._empty else None
        thought = self._patient(judge(grey, empty), now)
        if thought is not self._thought:
            self._thought, self._since = thought, now
        settled = now - self._since >= SETTLES_S and now - self._shown_at >= STAYS_S
        if thought is not self.shown and settled:
            self.shown, self._shown_at = thought, now
        return self.shown

    def _patient(self, seen: Seen, now: float) -> Hint:
        """A code that is held well and not read for a while is in the glare, soft, or on bent paper."""
        if seen.hint is not Hint.HOLD_STILL:
            self._well_since = None
            return seen.hint
        self._well_since = now if self._well_since is None else self._well_since
        unread_s = now - self._well_since
        if unread_s > UNREAD_S and seen.glare:
            return Hint.GLARE
        if unread_s > UNREAD_S and seen.sharpness < SOFT_MAX:
            return Hint.BLURRED
        return Hint.CRUMPLED if unread_s > UNREAD_LONG_S else seen.hint
