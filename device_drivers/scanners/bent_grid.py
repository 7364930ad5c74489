"""Lays the grid of a code over a picture in which its paper is bent, from its squares outwards. Pure.

The edges of modules lie on the lines of the grid and nowhere else. So the picture is straightened with
the grid as it is thought to lie, by the corners of the squares first; where edges stand a part of a
module beside the lines, the grid is moved: as a whole first, then piece by piece. Whole modules are
counted on from the squares outwards, so that the far end may be modules away. Runs only inside the
reader process.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from device_drivers.scanners.finder_patterns import (
    RING_CORNERS,
    SQUARE,
    THREE_PLACES,
    Placed,
)

MARGIN = 2  # modules around the code that are straightened with it
DOTS = 6  # dots a module in the straightened picture
NOISE = 3.0  # grey levels: weaker edges count for less
CONTRAST_REACH = 3.0  # modules
STEP_MAX = 0.45  # modules a grid may move at once where nothing is counted
PLATE_GIVES = 1e-4
ROBUST_ROUNDS, FAR_OFF, LEVEL = 4, 0.3, 1e-4


@dataclass(frozen=True)
class Bending:
    """One round: how far around edges are gathered, and how the moves are made even (modules)."""

    gathered: float
    counted: bool  # from the squares on, so that a place may move by more than half a module
    power: int = 0  # of the surface that is laid through the moves; 0: evened by their neighbours
    smooth: float = 2.0


ROUNDS = (
    Bending(2.2, counted=True, power=2),
    Bending(2.0, counted=True, power=3),
    Bending(1.6, counted=True, smooth=2.6),
    Bending(1.4, counted=False, smooth=2.0),
    Bending(1.2, counted=False, smooth=1.5),
)


def bent_grids(
    grey: np.ndarray, placed: Placed, size: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The code straightened (DOTS a module and MARGIN modules around it) and its grid, better each
    time: where the middle of each module is (rows, columns, x and y)."""
    grid = first_grid(placed, size)
    picture = straightened(grey, grid)
    yield picture, grid
    for bending in ROUNDS:
        moves, trust = edges_beside(picture, size, bending.gathered)
        if bending.counted:
            moves = _counted_on(moves, trust, placed)
        made = [_made(moves[..., axis], trust[..., axis], bending) for axis in (0, 1)]
        moves = np.stack(made, -1)
        if not bending.counted:
            moves = np.clip(moves, -STEP_MAX, STEP_MAX)
        grid = moved(grid, moves)
        if not np.isfinite(grid).all():
            return
        picture = straightened(grey, grid)
        yield picture, grid


def first_grid(placed: Placed, size: int) -> np.ndarray:
    """Where the middle of each module would be on flat paper (rows, columns, x and y), bent so that the
    corners of all squares lie where they are seen."""
    code, seen = [], []
    for (left, top), corners in zip(placed.places, placed.corners, strict=True):
        x, y = left * (size - SQUARE), top * (size - SQUARE)
        code += [(x + a, y + b) for a, b in RING_CORNERS]
        seen += list(corners)
    at, wanted = np.array(code, np.float64), np.array(seen, np.float64)
    middles = np.arange(-MARGIN, size + MARGIN) + 0.5
    across, down = np.meshgrid(middles, middles)
    points = np.stack([across, down], -1).reshape(-1, 2)
    warp, _ = cv2.findHomography(at, wanted)
    if warp is None:
        return np.zeros((*across.shape, 2), np.float32)
    laid = cv2.perspectiveTransform(points[None], warp)[0]
    if len(placed.places) == len(THREE_PLACES):
        off = wanted - cv2.perspectiveTransform(at[None], warp)[0]
        laid = laid + _thin_plate(at / size, off, points / size)
    return laid.reshape(*across.shape, 2).astype(np.float32)


def _thin_plate(at: np.ndarray, off: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The least bent plate that is ``off`` so far ``at`` some places, at all ``points``."""
    count = len(at)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _plate_kernel(at, at) + PLATE_GIVES * np.eye(count)
    system[:count, count:] = np.column_stack([np.ones(count), at])
    system[count:, :count] = system[:count, count:].T
    wanted = np.vstack([off, np.zeros((3, 2))])
    weights = np.linalg.lstsq(system, wanted, rcond=None)[0]
    flat = np.column_stack([np.ones(len(points)), points])
    return _plate_kernel(points, at) @ weights[:count] + flat @ weights[count:]


def _plate_kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    square = ((a[:, None] - b[None]) ** 2).sum(-1)
    return square * np.log(square + 1e-12)


def straightened(grey: np.ndarray, grid: np.ndarray) -> np.ndarray:
    across = cv2.resize(grid[..., 0], None, fx=DOTS, fy=DOTS, interpolation=cv2.INTER_LINEAR)
    down = cv2.resize(grid[..., 1], None, fx=DOTS, fy=DOTS, interpolation=cv2.INTER_LINEAR)
    return cv2.remap(grey, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(
        np.float32
    )


def edges_beside(picture: np.ndarray, size: int, gathered: float) -> tuple[np.ndarray, np.ndarray]:
    """How far beside the lines the edges stand at each module (rows, columns, across and down), in
    modules from -0.5 to 0.5, and how much that is to be trusted."""
    around = CONTRAST_REACH * DOTS
    mean = _blurred(picture, around)
    contrast = np.sqrt(np.maximum(_blurred((picture - mean) ** 2, around), 0)) + NOISE
    moves, trusts = [], []
    inner = slice(MARGIN, MARGIN + size)
    for axis in (0, 1):
        edges = np.abs(cv2.Sobel(picture, cv2.CV_32F, 1 - axis, axis)) / contrast
        turn, weight = _turns(edges, axis, gathered)
        turn, weight = turn[inner, inner], weight[inner, inner]
        moves.append((np.angle(turn) / (2 * np.pi)).astype(np.float64))
        trusts.append((np.abs(turn) ** 2 / (weight + 1e-6) + 1e-9).astype(np.float64))
    return np.stack(moves, -1), np.stack(trusts, -1)


def _blurred(picture: np.ndarray, around: float) -> np.ndarray:
    """A wide blur made on a picture a few times smaller."""
    small = cv2.resize(picture, None, fx=1 / DOTS, fy=1 / DOTS, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), around / DOTS)
    return cv2.resize(soft, picture.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _turns(edges: np.ndarray, axis: int, gathered: float) -> tuple[np.ndarray, np.ndarray]:
    """Edges gathered around each module as a turn of the module's length, and their weight."""
    place = (np.arange(len(edges)) + 0.5) / DOTS
    wave = np.cos(2 * np.pi * place), np.sin(2 * np.pi * place)
    level, upright = (w[None, :] if axis == 0 else w[:, None] for w in wave)
    parts = []
    for part in (edges * level, edges * upright, edges):
        cells = cv2.resize(
            part.astype(np.float32), None, fx=1 / DOTS, fy=1 / DOTS, interpolation=cv2.INTER_AREA
        )
        parts.append(cv2.GaussianBlur(cells, (0, 0), gathered))
    return parts[0] + 1j * parts[1], parts[2]


def _counted_on(moves: np.ndarray, trust: np.ndarray, placed: Placed) -> np.ndarray:
    """The moves with whole modules added where, counted on from the squares outwards, they are due."""
    size = len(moves)
    done = np.zeros((size, size), bool)
    for left, top in placed.places:
        x, y = left * (size - SQUARE), top * (size - SQUARE)
        done[y : y + SQUARE, x : x + SQUARE] = True
    counted, ring = moves.copy(), np.ones((3, 3), np.uint8)
    while not done.all():
        grown = cv2.dilate(done.astype(np.uint8), ring) > 0
        new = grown & ~done
        for axis in (0, 1):
            weight = trust[..., axis] * done
            above = cv2.GaussianBlur(counted[..., axis] * weight, (5, 5), 1.2)
            expected = above / (cv2.GaussianBlur(weight, (5, 5), 1.2) + 1e-12)
            here = moves[..., axis][new]
            counted[..., axis][new] = here + np.rint(expected[new] - here)
        done = grown
    return counted


def _made(move: np.ndarray, trust: np.ndarray, bending: Bending) -> np.ndarray:
    if bending.power:
        return _surface(move, trust, bending.power)
    return _smooth(move, trust, bending.smooth)


def _surface(move: np.ndarray, trust: np.ndarray, power: int) -> np.ndarray:
    """A polynomial of two variables laid through the moves; single ones that lie far off count little."""
    along = np.linspace(-1, 1, len(move))
    x, y = np.meshgrid(along, along)
    powers = [(a, b) for a in range(power + 1) for b in range(power + 1 - a)]
    design = np.stack([(x**a * y**b).ravel() for a, b in powers], 1)
    wanted, sure = move.ravel(), trust.ravel()
    weights, fitted = sure, np.zeros_like(wanted)
    for _ in range(ROBUST_ROUNDS):
        scaled = design * weights[:, None]
        level = LEVEL * weights.sum() * np.eye(design.shape[1])
        fitted = design @ np.linalg.solve(scaled.T @ design + level, scaled.T @ wanted)
        weights = sure / (1 + ((wanted - fitted) / FAR_OFF) ** 2)
    return fitted.reshape(move.shape)


def _smooth(move: np.ndarray, trust: np.ndarray, smooth: float) -> np.ndarray:
    above = cv2.GaussianBlur(move * trust, (0, 0), smooth)
    return above / (cv2.GaussianBlur(trust, (0, 0), smooth) + 1e-12)


def moved(grid: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """The grid with each middle moved by parts of the module there."""
    down, across = np.gradient(grid, axis=(0, 1))
    moves = np.pad(moves, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")
    return (grid + across * moves[..., :1] + down * moves[..., 1:]).astype(np.float32)
