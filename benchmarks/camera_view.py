"""A sheet with a code on it, flat, rolled or creased, as a camera sees it: places and lenses. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

BORDER = 8  # modules of paper around a code that are drawn
DOTS = 8  # a module on the drawn sheet
COARSE = 4  # dots of the picture: so far apart the sheet's places are worked out


@dataclass
class View:
    """How the sheet stands before the camera. ``bend``: how far from flat, in parts of a code's side;
    ``dots``: of the picture to a module, in the middle."""

    dots: float
    turn: float = 0.0
    tilt: float = 0.0  # radians away from the camera
    tilt_towards: float = 0.0
    near: float = 2.6  # distance of the camera in sides of the code
    rolled: float = 0.0  # radians from the middle to the side
    rolled_towards: float = 0.0
    creases: np.ndarray | None = None  # rows: direction, offset, steepness, softness


def _in_space(points: np.ndarray, view: View) -> np.ndarray:
    """Points of the sheet (..., 2; a code's side is 1, its middle 0) in space (..., 3)."""
    x, y = points[..., 0], points[..., 1]
    height = np.zeros_like(x)
    if view.rolled:
        cos, sin = np.cos(view.rolled_towards), np.sin(view.rolled_towards)
        along, aside = x * cos + y * sin, -x * sin + y * cos
        angle = along * 2 * view.rolled
        radius = 1 / (2 * view.rolled)
        along, height = radius * np.sin(angle), radius * (np.cos(angle) - 1)
        x, y = along * cos - aside * sin, along * sin + aside * cos
    if view.creases is not None:
        for turn, offset, steep, soft in view.creases:
            away = x * np.cos(turn) + y * np.sin(turn) - offset
            height = height + steep * (np.sqrt(away**2 + soft**2) - 0.2)
    return np.stack([x, y, height], -1)


def _seen(points: np.ndarray, view: View, centre: np.ndarray, size: float) -> np.ndarray:
    """Points of the sheet in the picture."""
    space = _in_space(points, view)
    cos, sin = np.cos(view.turn), np.sin(view.turn)
    turned = space @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    cos, sin = np.cos(view.tilt_towards), np.sin(view.tilt_towards)
    aside = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    cos, sin = np.cos(view.tilt), np.sin(view.tilt)
    leaning = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    leant = turned @ aside @ leaning @ aside.T
    depth = np.maximum(view.near - leant[..., 2:], 0.2)
    return leant[..., :2] * view.near / depth * size + centre


def laid(
    flat: np.ndarray, view: View, count: int, shape: tuple[int, int], centre: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The sheet as it is seen, how much of each dot it covers, and where the modules lie."""
    height, width = shape
    size = view.dots * count
    edge = (count + 2 * BORDER) / count / 2
    rows, columns = np.mgrid[0 : height + COARSE : COARSE, 0 : width + COARSE : COARSE]
    wanted = np.stack([columns, rows], -1).astype(np.float64)
    place, certain = _place_on_sheet(wanted, lambda at: _seen(at, view, centre, size), edge)
    scale = DOTS * count
    every = [np.pad((place[..., n] + edge) * scale - 0.5, 0).astype(np.float32) for n in (0, 1)]
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    coarse = (across / COARSE).astype(np.float32), (down / COARSE).astype(np.float32)
    from_x, from_y = (cv2.remap(n, *coarse, cv2.INTER_LINEAR) for n in every)
    soft = cv2.GaussianBlur(flat, (0, 0), max(0.4, 0.4 * DOTS / view.dots))
    sheet = cv2.remap(soft, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    on_it = cv2.remap(certain.astype(np.float32), *coarse, cv2.INTER_LINEAR) > 0.99
    last = len(flat) - 1
    on_it &= (from_x >= 0) & (from_y >= 0) & (from_x <= last) & (from_y <= last)
    middles = (np.arange(count) + 0.5) / count - 0.5
    grid = _seen(np.stack(np.meshgrid(middles, middles), -1), view, centre, size)
    return sheet, cv2.GaussianBlur(on_it.astype(np.float32), (0, 0), 0.6), grid


def _place_on_sheet(
    wanted: np.ndarray, seen: Callable[[np.ndarray], np.ndarray], edge: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where on the sheet each place of the picture is, by Newton's steps; and whether it was found."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * edge * 0.6
    warp = cv2.getPerspectiveTransform(seen(corners).astype(np.float32), corners.astype(np.float32))
    place = cv2.perspectiveTransform(wanted.reshape(1, -1, 2), warp).reshape(wanted.shape)
    place = np.clip(place, -3 * edge, 3 * edge)
    step = 1e-4
    for _ in range(12):
        here = seen(place)
        off = wanted - here
        by_x = (seen(place + np.array([step, 0])) - here) / step
        by_y = (seen(place + np.array([0, step])) - here) / step
        area = by_x[..., 0] * by_y[..., 1] - by_x[..., 1] * by_y[..., 0]
        area = np.where(np.abs(area) < 1e-3, 1e-3, area)
        move_x = (off[..., 0] * by_y[..., 1] - off[..., 1] * by_y[..., 0]) / area
        move_y = (off[..., 1] * by_x[..., 0] - off[..., 0] * by_x[..., 1]) / area
        place = place + np.clip(np.stack([move_x, move_y], -1), -0.2, 0.2)
        place = np.clip(place, -3 * edge, 3 * edge)
    return place, np.abs(wanted - seen(place)).max(-1) < 0.5


def out_of_focus(rng: np.random.Generator, radius: float) -> Callable:
    def lens(picture: np.ndarray) -> np.ndarray:
        half = int(np.ceil(radius)) + 1
        y, x = np.mgrid[-half : half + 1, -half : half + 1]
        disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
        return cv2.filter2D(picture, -1, disc / disc.sum())

    return lens


def moving(rng: np.random.Generator, length: float) -> Callable:
    def lens(picture: np.ndarray) -> np.ndarray:
        half = int(np.ceil(length))
        turn = rng.uniform(0, np.pi)
        y, x = np.mgrid[-half : half + 1, -half : half + 1]
        along, aside = x * np.cos(turn) + y * np.sin(turn), -x * np.sin(turn) + y * np.cos(turn)
        line = np.clip(length / 2 + 0.5 - np.abs(along), 0, 1) * np.clip(1 - np.abs(aside), 0, 1)
        return cv2.filter2D(picture, -1, line / line.sum())

    return lens
