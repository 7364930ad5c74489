"""Finds the three large squares of QR codes (finder patterns), and which three make one code. Pure.

A square is known by its white ring with a dark block inside, so that a frame that touches its neighbours
or is broken does no harm. Squares far out of shape and of bent paper are found too. Runs only inside the
reader process.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

SQUARE = 7  # modules across a finder pattern
RING_CORNERS = ((1, 1), (6, 1), (6, 6), (1, 6))  # of the white ring in it, clockwise
CONTRAST_MIN = 4.0  # grey levels (standard deviation)
RING, BLOCK = 5, 3  # modules across the white ring's outer edge, and the dark block
BLOCK_SHARE = (0.36, 0.84)  # of the ring's width; 0.6 on paper, ink and blur change it
BLOCK_AREA_MIN = 4
AREA_MIN = 16  # square dots of a ring: below, nothing can be told
FILLED_MIN = 0.72  # of the four-sided hull
ASPECT_MAX = 7.0
SHARED_CENTRE = 0.22  # of the ring's width: how far block and ring may be apart
SQUARES_MAX = 14
SIZE_MIN, SIZE_MAX = 21, 177  # modules along a code's side
SIZES_TRIED = 7
APART_MIN = 10  # modules from square to square
WIDTHS_RATIO_MAX = 3.0
PAIR_WIDTHS_RATIO_MAX, PAIR_MISFIT_MAX = 1.6, 0.8
ASIDE_MAX, DIAGONAL_MIN = 0.3, 0.6  # of the way from square to square
THREE_PLACES = ((0, 0), (1, 0), (0, 1))
SIDES_RATIO_MAX = 1.9  # of the two sides, in modules; on flat paper it is 1


_AWAY = np.abs(np.arange(SQUARE) - SQUARE // 2)
_PATTERN = (np.maximum(_AWAY[:, None], _AWAY[None]) != 2).astype(np.float64)  # 1 dark
_PLACES = np.arange(SQUARE) + 0.5
_INNER_POINTS = np.array(
    [(x + dx, y + dy) for y in _PLACES for x in _PLACES for dx in (-0.2, 0.2) for dy in (-0.2, 0.2)]
).reshape(1, -1, 2)


@dataclass(frozen=True)
class Square:
    """``corners``: of the white ring's outer edge (4, 2), in turn; ``width``: that ring's, in dots."""

    corners: np.ndarray
    centre: np.ndarray
    width: float
    quality: float  # the lower the better


@dataclass(frozen=True)
class Placed:
    """Squares and their places in one code: ``corners`` clockwise from the upper left, by ``places``
    (0 or 1 across, 0 or 1 down); ``sizes``: modules along the code's side, likeliest first."""

    places: tuple[tuple[int, int], ...]
    corners: tuple[np.ndarray, ...]
    sizes: tuple[int, ...]
    misfit: float

    def scaled(self, across: float, down: float) -> "Placed":
        scale = np.array([across, down])
        return replace(self, corners=tuple(quad * scale for quad in self.corners))


def squares_in(dark: np.ndarray) -> list[Square]:
    """``dark``: 255 where the picture is dark, else 0."""
    blocks = cv2.connectedComponentsWithStats(dark, connectivity=8)
    rings = cv2.connectedComponentsWithStats(255 - dark, connectivity=4)
    return [
        square
        for block, ring in _enclosed(blocks, rings)
        if (square := _square(blocks[1], rings[1], blocks[2][block], rings[2][ring], block, ring))
    ]


def _enclosed(blocks: tuple, rings: tuple) -> list[tuple[int, int]]:
    """Dark regions that have one and the same bright region on all four sides, of about a ring's size."""
    _, labels, boxes, middles = blocks
    _, ring_labels, ring_boxes, ring_middles = rings
    height, width = labels.shape
    x, y, across, down = (boxes[:, n] for n in range(4))
    middle_x, middle_y = (np.rint(np.nan_to_num(middles[:, n])).astype(int) for n in (0, 1))
    inside = (x > 1) & (y > 1) & (x + across < width - 1) & (y + down < height - 1)
    chosen = np.flatnonzero(inside & (boxes[:, cv2.CC_STAT_AREA] >= BLOCK_AREA_MIN))
    x, y, across, down = x[chosen], y[chosen], across[chosen], down[chosen]
    middle_x, middle_y = middle_x[chosen], middle_y[chosen]
    left = ring_labels[middle_y, x - 1]
    same = (left > 0) & (left == ring_labels[middle_y, x + across])
    same &= left == ring_labels[y - 1, middle_x]
    same &= left == ring_labels[y + down, middle_x]
    # The ring's box measured against the block's: 5 to 3 on paper.
    wide, high = ring_boxes[left, 2], ring_boxes[left, 3]
    for ring_side, side in ((wide, across), (high, down)):
        same &= (ring_side > 1.15 * side) & (ring_side < 3.5 * side + 4)
    aside = np.abs(ring_middles[left] - middles[chosen])
    same &= (aside[:, 0] < SHARED_CENTRE * wide + 1) & (aside[:, 1] < SHARED_CENTRE * high + 1)
    return list(zip(chosen[same].tolist(), left[same].tolist(), strict=True))


def _square(
    blocks: np.ndarray,
    rings: np.ndarray,
    box: np.ndarray,
    ring_box: np.ndarray,
    block: int,
    ring: int,
) -> Square | None:
    left, top, across, down = (int(n) for n in ring_box[:4])
    rows, columns = slice(top, top + down), slice(left, left + across)
    hull = _hull(rings[rows, columns] == ring)
    inner = _hull(blocks[rows, columns] == block)
    if hull is None or inner is None or cv2.contourArea(hull) < AREA_MIN:
        return None
    # Contours run through the middles of a region's outermost dots.
    width, inside = cv2.contourArea(hull) ** 0.5 + 1, cv2.contourArea(inner) ** 0.5 + 1
    share = inside / width
    if not BLOCK_SHARE[0] <= share <= BLOCK_SHARE[1]:
        return None
    corners = cv2.approxPolyN(hull, 4, ensure_convex=True).reshape(-1, 2).astype(np.float64)
    if len(corners) != 4:
        return None
    filled = cv2.contourArea(hull) / max(1.0, cv2.contourArea(corners.astype(np.float32)))
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    if filled < FILLED_MIN or max(sides) > ASPECT_MAX * max(1.0, min(sides)):
        return None
    centre = _diagonals_meet(corners)
    apart = float(np.linalg.norm(inner.reshape(-1, 2).mean(0) - centre))
    if apart > SHARED_CENTRE * max(sides):
        return None
    if cv2.contourArea(corners.astype(np.float32), oriented=True) < 0:
        corners = corners[::-1]
    corners = centre + (corners - centre) * (width / (width - 1))
    quality = abs(share - BLOCK / RING) + (1 - filled) + apart / width
    shift = np.array([left, top])
    return Square(corners + shift, centre + shift, width, quality)


def _hull(region: np.ndarray) -> np.ndarray | None:
    contours, _ = cv2.findContours(
        region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=len))
    return hull if len(hull) >= 3 else None


def _diagonals_meet(corners: np.ndarray) -> np.ndarray:
    a, b, c, d = corners
    sides = np.array([c - a, b - d]).T
    if abs(np.linalg.det(sides)) < 1e-6:
        return corners.mean(0)
    return a + (c - a) * np.linalg.solve(sides, b - a)[0]


def genuine(grey: np.ndarray, squares: Sequence[Square], likeness_min: float) -> list[Square]:
    """Those that look like a finder pattern all over, by their correlation with one; likeliest first."""
    found = []
    for square in squares:
        likeness = _likeness(grey, square)
        if likeness >= likeness_min:
            found.append(replace(square, quality=1 - likeness))
    return sorted(found, key=lambda s: s.quality)


def _likeness(grey: np.ndarray, square: Square) -> float:
    """The correlation of the square's 7 x 7 modules with a finder pattern's."""
    ring = np.array(RING_CORNERS, np.float32)
    warp = cv2.getPerspectiveTransform(ring, square.corners.astype(np.float32))
    points = cv2.perspectiveTransform(_INNER_POINTS, warp)[0].astype(np.float32)
    seen = cv2.remap(grey, points[:, 0], points[:, 1], cv2.INTER_LINEAR).reshape(SQUARE, SQUARE, -1)
    bright = seen.mean(2).ravel()
    if bright.std() < CONTRAST_MIN:
        return 0.0
    return float(-np.corrcoef(bright, _PATTERN.ravel())[0, 1])


def distinct(found: Sequence[Square]) -> list[Square]:
    """The best of those that several ways of looking found at one place."""
    kept: list[Square] = []
    for square in sorted(found, key=lambda s: s.quality):
        if all(
            np.linalg.norm(square.centre - other.centre) > 0.4 * max(square.width, other.width)
            for other in kept
        ):
            kept.append(square)
    return kept[:SQUARES_MAX]


def threes(squares: Sequence[Square]) -> list[Placed]:
    """Every three that may be one code's, the most regular first."""
    return _threes(itertools.combinations(squares, 3))


def threes_with(known: Square, others: Sequence[Square]) -> list[Placed]:
    """The same of one square and two others."""
    return _threes((known, *two) for two in itertools.combinations(others, 2))


def _threes(every: Iterable[Sequence[Square]]) -> list[Placed]:
    found = []
    for chosen in every:
        widths = [s.width for s in chosen]
        if max(widths) > WIDTHS_RATIO_MAX * min(widths):
            continue
        found += [three for order in _orders(chosen) if (three := _three(*order))]
    return sorted(found, key=lambda placed: placed.misfit)


def pairs(squares: Sequence[Square]) -> list[Placed]:
    """Every two that may be one code's, whose third square is hidden; the most regular first."""
    return _pairs(itertools.permutations(squares, 2))


def pairs_with(known: Square, others: Sequence[Square]) -> list[Placed]:
    """The same of one square and another; the shape of the one is trusted."""
    return _pairs(pair for other in others for pair in ((known, other), (other, known)))


def _pairs(every: Iterable[tuple[Square, Square]]) -> list[Placed]:
    found = []
    for one, other in every:
        if max(one.width, other.width) <= PAIR_WIDTHS_RATIO_MAX * min(one.width, other.width):
            found += [
                p for turn in range(4) if (p := _pair(one, np.roll(one.corners, turn, 0), other))
            ]
    return sorted(found, key=lambda placed: placed.misfit)


def _orders(chosen: Sequence[Square]) -> Iterator[tuple[Square, Square, Square]]:
    for first in range(3):
        corner, one, other = chosen[first], chosen[(first + 1) % 3], chosen[(first + 2) % 3]
        if _cross(one.centre - corner.centre, other.centre - corner.centre) < 0:
            one, other = other, one
        yield corner, one, other


def _cross(a: np.ndarray, b: np.ndarray) -> float:
    return float(a[0] * b[1] - a[1] * b[0])


def _three(corner: Square, right: Square, below: Square) -> Placed | None:
    across, down = right.centre - corner.centre, below.centre - corner.centre
    axes = np.array([across, down]).T
    if abs(np.linalg.det(axes)) < 0.1 * np.linalg.norm(across) * np.linalg.norm(down):
        return None
    inverse = np.linalg.inv(axes)
    ordered = (in_order(square, inverse) for square in (corner, right, below))
    turned = [quad for quad in ordered if quad is not None]
    if len(turned) < len(THREE_PLACES):
        return None
    wide = _modules_apart(corner, right, turned[0], turned[1], along=0)
    high = _modules_apart(corner, below, turned[0], turned[2], along=1)
    if not 1 / SIDES_RATIO_MAX < wide / high < SIDES_RATIO_MAX or min(wide, high) < APART_MIN:
        return None
    sizes = _sizes((wide + high) / 2 + 7)
    misfit = abs(np.log(wide / high)) + sum(s.quality for s in (corner, right, below)) / 3
    misfit += sum(_skewed(quad, axes) for quad in turned)
    return Placed(THREE_PLACES, tuple(turned), sizes, float(misfit)) if sizes else None


def _pair(one: Square, quad: np.ndarray, other: Square) -> Placed | None:
    """``quad``: the first square's corners, taken for clockwise from the upper left."""
    axes = _own_axes(quad)
    if abs(np.linalg.det(axes)) < 1e-6:
        return None
    inverse = np.linalg.inv(axes)
    turned = in_order(other, inverse)
    if turned is None or abs(np.linalg.det(_own_axes(turned))) < 1e-6:
        return None
    # Seen from both: the mean evens the perspective out.
    way = (inverse + np.linalg.inv(_own_axes(turned))) / 2 @ (other.centre - one.centre)
    far, aside = max(np.abs(way)), min(np.abs(way))
    if far < APART_MIN:
        return None
    if aside < ASIDE_MAX * far and max(way) == far:
        places = ((0, 0), (1, 0)) if way[0] == far else ((0, 0), (0, 1))
        misfit = aside / far
    elif way[0] < 0 < way[1] and aside > DIAGONAL_MIN * far:
        places, misfit = ((1, 0), (0, 1)), 1 - aside / far
    else:
        return None
    misfit += one.quality + other.quality + _skewed(turned, axes)
    sizes = _sizes(
        float(far if places[1] != (0, 1) or places[0] == (0, 0) else (far + aside) / 2) + 7
    )
    if not sizes or misfit > PAIR_MISFIT_MAX:
        return None
    return Placed(places, (quad, turned), sizes, float(misfit))


def _own_axes(quad: np.ndarray) -> np.ndarray:
    """One module across and one down, by the square's own sides."""
    across = (quad[1] - quad[0] + quad[2] - quad[3]) / 2
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2
    return np.array([across, down]).T / RING


def in_order(square: Square, inverse: np.ndarray) -> np.ndarray | None:
    """Its corners clockwise from the upper left as the code's axes lie; None if they cannot be told."""
    local = (square.corners - square.centre) @ inverse.T
    first = int(np.argmin(local.sum(1)))
    ordered = np.roll(square.corners, -first, axis=0)
    local = np.roll(local, -first, axis=0)
    turns = local[1, 0] > local[0, 0] and local[3, 1] > local[0, 1]
    return ordered if turns else None


def _modules_apart(
    one: Square, other: Square, corners: np.ndarray, others: np.ndarray, along: int
) -> float:
    """By the geometric mean of both ends' scales, which is exact for flat paper in perspective."""
    scales = []
    for quad in (corners, others):
        sides = (quad[1] - quad[0], quad[2] - quad[3])
        if along == 1:
            sides = (quad[3] - quad[0], quad[2] - quad[1])
        scales.append(np.linalg.norm((sides[0] + sides[1]) / 2) / RING)
    apart = np.linalg.norm(other.centre - one.centre)
    return float(apart / max(1e-6, (scales[0] * scales[1]) ** 0.5))


def _skewed(quad: np.ndarray, axes: np.ndarray) -> float:
    """How far a square's own sides point away from the code's."""
    across = (quad[1] - quad[0]) + (quad[2] - quad[3])
    down = (quad[3] - quad[0]) + (quad[2] - quad[1])
    away = 0.0
    for side, axis in ((across, axes[:, 0]), (down, axes[:, 1])):
        lengths = np.linalg.norm(side) * np.linalg.norm(axis)
        away += 1 - float(side @ axis) / max(1e-6, float(lengths))
    return away


def _sizes(guess: float) -> tuple[int, ...]:
    """The possible sizes within a reach that grows with the size, nearest first."""
    reach = max(3.0, 0.26 * guess)
    every = range(SIZE_MIN, SIZE_MAX + 1, 4)
    near = [size for size in every if abs(size - guess) <= reach]
    return tuple(sorted(near, key=lambda size: abs(size - guess))[:SIZES_TRIED])
