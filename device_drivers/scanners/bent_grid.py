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
LAST_GATHERED = 1.2  # modules around, when the last round's grid is judged
STEP_MAX = 0.45  # modules a grid may move at once where nothing is counted
PLATE_GIVES = 1e-4
CORNER_MISS = 0.15  # modules by which a square's corner is seen beside its place
PERSPECTIVE_USUAL = 0.2  # how much nearer one side of a code is than the other
WARP_ROUNDS = 4
ROBUST_ROUNDS, FAR_OFF, LEVEL = 4, 0.3, 1e-4
ALIKE_SHARE, ALIKE_OF_BEST = 0.45, 90
LEAST_TRUST = 1e-6
SMOOTH_LEVEL = 0.01  # of the mean trust: far from what is known nothing is moved


@dataclass(frozen=True)
class Bending:
    """One round: how far around edges are gathered, and how the moves are made even (modules)."""

    gathered: float
    power: int  # of the surface that is laid through the moves
    smooth: float = 0.0  # 0: the surface alone; else what it leaves, evened by its neighbours
    counted: bool = True  # from the squares on, so that a place may move by more than half a module


ROUNDS = (
    Bending(2.2, power=2),
    Bending(2.0, power=2),
    Bending(2.0, power=3),
    Bending(1.6, power=3, smooth=2.6),
    Bending(1.6, power=3, smooth=2.6),
    Bending(1.4, power=3, smooth=2.0),
    Bending(1.2, power=2, smooth=1.5, counted=False),
)
# On a sheet that is rolled far each round reaches a few modules further.
FURTHER_ROUNDS = (Bending(1.6, power=3, smooth=2.6), Bending(1.2, power=3, smooth=2.0)) * 3


@dataclass(frozen=True)
class Laid:
    """``picture``: the code straightened (DOTS a module and MARGIN modules around it); ``grid``: where
    the middle of each module is (rows, columns, x and y); ``sure``: how sure it is that each module lies
    there (rows, columns), 0 to 1."""

    picture: np.ndarray
    grid: np.ndarray
    sure: np.ndarray


@dataclass(frozen=True)
class Edges:
    """``moves``: how far beside the lines the edges stand at each module (rows, columns, across and
    down), in modules from -0.5 to 0.5; ``trust``: how much that is to be trusted; ``alike``: how much
    all edges around stand at one place of the module, 0 to 1, which a tenth of
    the code reaches."""

    moves: np.ndarray
    trust: np.ndarray
    alike: np.ndarray


def bent_grids(grey: np.ndarray, placed: Placed, size: int) -> Iterator[Laid]:
    """The code laid out, better each time; first by ROUNDS, then by FURTHER_ROUNDS."""
    grid = first_grid(placed, size)
    for bending in (*ROUNDS, *FURTHER_ROUNDS):
        picture = straightened(grey, grid)
        edges = edges_beside(picture, size, bending.gathered)
        yield Laid(picture, grid, edges.alike)
        reached = reached_from_squares(edges.alike, placed)
        trust = edges.trust * reached[..., None]
        moves = edges.moves
        if bending.counted:
            moves = _counted_on(moves, trust, reached, placed)
        moves = np.stack([_made(moves[..., n], trust[..., n], bending) for n in (0, 1)], -1)
        if not bending.counted:
            moves = np.clip(moves, -STEP_MAX, STEP_MAX)
        grid = moved(grid, moves)
        if not np.isfinite(grid).all():
            return
    picture = straightened(grey, grid)
    yield Laid(picture, grid, edges_beside(picture, size, LAST_GATHERED).alike)


def reached_from_squares(alike: np.ndarray, placed: Placed) -> np.ndarray:
    """1 where edges stand on lines of a grid, all the way from a square; beyond, nothing is known yet."""
    size = len(alike)
    fits = (alike >= ALIKE_SHARE).astype(np.uint8)
    for rows, columns in _squares(placed, size):
        fits[rows, columns] = 1
    _, labels = cv2.connectedComponents(fits, connectivity=4)
    ours = {int(labels[rows, columns][3, 3]) for rows, columns in _squares(placed, size)}
    return np.isin(labels, sorted(ours)).astype(np.float64)


def _squares(placed: Placed, size: int) -> Iterator[tuple[slice, slice]]:
    for left, top in placed.places:
        x, y = left * (size - SQUARE), top * (size - SQUARE)
        yield slice(y, y + SQUARE), slice(x, x + SQUARE)


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
    three = len(placed.places) == len(THREE_PLACES)
    warp = cv2.findHomography(at, wanted)[0] if three else _gentle_warp(at, wanted, size)
    if warp is None:
        return np.zeros((*across.shape, 2), np.float32)
    laid = cv2.perspectiveTransform(points[None], warp)[0]
    if three:
        off = wanted - cv2.perspectiveTransform(at[None], warp)[0]
        laid = laid + _thin_plate(at / size, off, points / size)
    return laid.reshape(*across.shape, 2).astype(np.float32)


def _gentle_warp(at: np.ndarray, wanted: np.ndarray, size: int) -> np.ndarray | None:
    """The perspective that fits two squares, as weak as it may be: their corners lie so near to each
    other that a part of a dot would pull the far side of the code away."""
    scale = np.linalg.norm(wanted.max(0) - wanted.min(0)) / size * CORNER_MISS
    code = at / size
    turn = np.zeros((2 * len(code), 8))
    ones = np.column_stack([code, np.ones(len(code))])
    turn[0::2, 0:3] = turn[1::2, 3:6] = ones
    target = wanted.ravel() / scale
    solved, depth = np.zeros(8), np.ones(len(code))
    for _ in range(WARP_ROUNDS):
        turn[0::2, 6:8] = -code * wanted[:, :1] / scale
        turn[1::2, 6:8] = -code * wanted[:, 1:] / scale
        weight = np.repeat(1 / depth, 2)[:, None]
        rows = turn * weight
        rows[:, :6] /= scale
        gentle = np.zeros((2, 8))
        gentle[0, 6] = gentle[1, 7] = 1 / PERSPECTIVE_USUAL
        system = np.vstack([rows, gentle])
        solved = np.linalg.lstsq(system, np.append(target * weight[:, 0], [0, 0]), rcond=None)[0]
        depth = 1 + code @ solved[6:8]
        if depth.min() <= 0.1:
            return None
    warp = np.append(solved, 1).reshape(3, 3)
    return warp @ np.diag([1 / size, 1 / size, 1])


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


def edges_beside(picture: np.ndarray, size: int, gathered: float) -> Edges:
    around = CONTRAST_REACH * DOTS
    mean = _blurred(picture, around)
    contrast = np.sqrt(np.maximum(_blurred((picture - mean) ** 2, around), 0)) + NOISE
    moves, trusts, alike = [], [], np.ones((size, size))
    inner = slice(MARGIN, MARGIN + size)
    for axis in (0, 1):
        edges = np.abs(cv2.Sobel(picture, cv2.CV_32F, 1 - axis, axis)) / contrast
        turn, weight = _turns(edges, axis, gathered)
        turn, weight = turn[inner, inner], weight[inner, inner]
        moves.append((np.angle(turn) / (2 * np.pi)).astype(np.float64))
        trusts.append((np.abs(turn) ** 2 / (weight + 1e-6) + 1e-9).astype(np.float64))
        alike = np.minimum(alike, np.abs(turn) / (weight + 1e-6))
    alike = np.minimum(alike / (np.percentile(alike, ALIKE_OF_BEST) + 1e-6), 1.0)
    return Edges(np.stack(moves, -1), np.stack(trusts, -1), alike)


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


def _counted_on(
    moves: np.ndarray, trust: np.ndarray, reached: np.ndarray, placed: Placed
) -> np.ndarray:
    """The moves with whole modules added where, counted on from the squares outwards, they are due."""
    size = len(moves)
    done = np.zeros((size, size), np.uint8)
    for rows, columns in _squares(placed, size):
        done[rows, columns] = 1
    counted, ring = moves.astype(np.float32), np.ones((3, 3), np.uint8)
    weight = (trust + LEAST_TRUST).astype(np.float32)
    left = int(reached.sum() - done.sum())
    while left > 0:
        new = (cv2.dilate(done, ring) > done) & (reached > 0)
        if not new.any():
            break
        known = weight * done[..., None]
        gathered = cv2.GaussianBlur(np.dstack([counted * known, known]), (5, 5), 1.2)[new]
        expected = gathered[:, :2] / (gathered[:, 2:] + 1e-12)
        here = counted[new]
        counted[new] = here + np.rint(expected - here)
        done[new] = 1
        left -= int(new.sum())
    return counted.astype(np.float64)


def _made(move: np.ndarray, trust: np.ndarray, bending: Bending) -> np.ndarray:
    surface = _surface(move, trust, bending.power)
    if not bending.smooth:
        return surface
    return surface + _smooth(move - surface, trust, bending.smooth)


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
    return above / (cv2.GaussianBlur(trust, (0, 0), smooth) + SMOOTH_LEVEL * float(trust.mean()))


def moved(grid: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """The grid with each middle moved by parts of the module there."""
    down, across = np.gradient(grid, axis=(0, 1))
    moves = np.pad(moves, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")
    return (grid + across * moves[..., :1] + down * moves[..., 1:]).astype(np.float32)
