"""Draws pictures that are hard to read, each for a reason that lobbies have; the same for a seed."""

import string
from collections.abc import Callable

import cv2
import numpy as np
import segno

WIDTH, HEIGHT = 960, 720
_LETTERS = np.array(list(string.ascii_letters + string.digits))
_ROWS, _COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)


def hard_code(reason: str, seed: int) -> tuple[np.ndarray, str]:
    """A grey picture with one bill-like code, and its text. ``reason``: one of REASONS."""
    rng = np.random.default_rng([seed, REASONS.index(reason)])
    text = "https://pay.example-estate.cn/b/" + "".join(rng.choice(_LETTERS, rng.integers(10, 150)))
    level = str(rng.choice(["l", "m", "q"]))
    modules = np.array([list(row) for row in segno.make_qr(text, error=level).matrix], np.uint8)
    flat = cv2.resize(255 - 245 * np.pad(modules, 4), None, fx=8, fy=8, interpolation=0)
    dots = rng.uniform(1.7, 2.4) if reason == "small" else rng.uniform(3.0, 6.0)  # a module
    size = flat.shape[0] / 8 * dots
    centre = np.array([WIDTH, HEIGHT]) / 2 + rng.uniform(-80, 80, 2)
    if reason in _ON_PAPER:
        flat = _ON_PAPER[reason](flat, rng)
    if reason in _TO_PAPER:
        flat = _TO_PAPER[reason](np.pad(flat, 48, constant_values=255), rng)
    corners = _corners(rng, size, reason == "perspective") + centre
    if reason == "far perspective":
        corners = _from_far_aside(rng, size) + centre
    scene = _hold(_background(rng), flat, corners, dots, rng)
    if reason in _IN_THE_AIR:
        scene = _IN_THE_AIR[reason](scene, rng, centre, size)
    scene = scene + rng.normal(0, rng.uniform(2, 8), scene.shape)
    return np.clip(scene, 0, 255).astype(np.uint8), text


def bent(flat: np.ndarray, seed: int) -> np.ndarray:
    """A white sheet with something on it, crumpled or round a bottle; the same for a seed. Square after
    that in proportion, not in size."""
    rng = np.random.default_rng(seed)
    side = max(flat.shape)
    square = cv2.resize(flat, (side, side), interpolation=cv2.INTER_LINEAR)
    made = (_crumple if seed % 2 else _round_a_bottle)(square, rng)
    return cv2.resize(made, flat.shape[::-1], interpolation=cv2.INTER_AREA)


def clutter(seed: int, width: int = 1280, height: int = 720) -> np.ndarray:
    """A busy wall without any code: notices, letters, edges."""
    rng = np.random.default_rng(seed)
    wall = np.full((height, width), 150, np.uint8)
    for _ in range(60):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        far = (x + int(rng.integers(5, 200)), y + int(rng.integers(5, 120)))
        cv2.rectangle(wall, (x, y), far, int(rng.integers(20, 240)), -1)
        words = "PARKING 0571-5555 ABC"[: int(rng.integers(4, 20))]
        cv2.putText(wall, words, (x, y), 0, rng.uniform(0.4, 1.5), int(rng.integers(0, 255)), 2)
    seen = cv2.GaussianBlur(wall, (0, 0), 0.8) + rng.normal(0, 4, wall.shape)
    return np.clip(seen, 0, 255).astype(np.uint8)


def _background(rng: np.random.Generator) -> np.ndarray:
    scene = cv2.resize(clutter(int(rng.integers(0, 2**31)), WIDTH, HEIGHT), (WIDTH, HEIGHT))
    return cv2.GaussianBlur(scene, (0, 0), 4).astype(np.float32)


def _corners(rng: np.random.Generator, size: float, tilted: bool) -> np.ndarray:
    turn = rng.uniform(-0.35, 0.35)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size / 2 @ turned
    if tilted:
        corners[:2] *= 1 - rng.uniform(0.25, 0.55)
        corners[:, 1] *= rng.uniform(0.55, 1)
    else:
        corners *= 1 + rng.uniform(-0.08, 0.08, (4, 1))
    return corners


def _hold(
    scene: np.ndarray,
    flat: np.ndarray,
    corners: np.ndarray,
    dots: float,
    rng: np.random.Generator,
) -> np.ndarray:
    edge = flat.shape[0]
    source = np.array([[0, 0], [edge, 0], [edge, edge], [0, edge]], np.float32)
    warp = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    soft = cv2.GaussianBlur(flat, (0, 0), 3.6 / dots)
    paper = cv2.warpPerspective(soft, warp, (WIDTH, HEIGHT)).astype(np.float32)
    cover = cv2.warpPerspective(np.full_like(flat, 255), warp, (WIDTH, HEIGHT)) / np.float32(255)
    return scene * (1 - cover) + paper * cover * rng.uniform(0.6, 0.95)


def _damage(flat: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    edge = flat.shape[0]
    for _ in range(int(rng.integers(1, 4))):
        x, y = (int(n) for n in rng.integers(0, edge, 2))
        cv2.circle(flat, (x, y), int(edge * rng.uniform(0.02, 0.06)), int(rng.integers(0, 255)), -1)
    return flat


def _curve(flat: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    edge = flat.shape[0]
    bend = rng.uniform(0.5, 1.1)
    across = np.linspace(-1, 1, edge, dtype=np.float32)
    from_x = (np.arcsin(np.clip(across * np.sin(bend), -1, 1)) / bend + 1) / 2 * (edge - 1)
    columns = np.repeat(from_x[None].astype(np.float32), edge, 0)
    rows = np.repeat(np.arange(edge, dtype=np.float32)[:, None], edge, 1)
    return cv2.remap(flat, columns, rows, cv2.INTER_LINEAR)


def _seen(flat: np.ndarray, from_x: np.ndarray, from_y: np.ndarray) -> np.ndarray:
    """Beside the code is more white paper."""
    x, y = from_x.astype(np.float32), from_y.astype(np.float32)
    return cv2.remap(
        flat, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
    )


def _crumple(flat: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Folds in several directions, seen aslant: what stands higher is seen beside its place."""
    edge = flat.shape[0]
    y, x = np.mgrid[0:edge, 0:edge].astype(np.float32) / edge - 0.5
    height, light = np.zeros_like(x), np.ones_like(x)
    for _ in range(int(rng.integers(3, 7))):
        turn, soft = rng.uniform(0, 6.28), rng.uniform(0.02, 0.1)
        steep = rng.uniform(0.08, 0.3)
        away = x * np.cos(turn) + y * np.sin(turn) - rng.uniform(-0.35, 0.35)
        height += steep * np.sqrt(away**2 + soft**2)
        light += steep * np.sin(turn) * away / np.sqrt(away**2 + soft**2) * 0.8
    height -= height.mean()
    seen_from = rng.uniform(0, 6.28)
    slant = rng.uniform(0.3, 0.9)
    from_x = (x + 0.5 + slant * np.cos(seen_from) * height) * edge
    from_y = (y + 0.5 + slant * np.sin(seen_from) * height) * edge
    bent = _seen(flat, from_x, from_y)
    return np.clip(bent * np.clip(light, 0.3, 1.2), 0, 255).astype(np.uint8)


def _round_a_bottle(flat: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Round a cylinder that lies across or along and is looked at from above its middle."""
    edge = flat.shape[0]
    bend, lean = rng.uniform(0.7, 1.25), rng.uniform(-0.35, 0.35)
    y, x = np.mgrid[0:edge, 0:edge].astype(np.float32) / edge * 2 - 1
    angle = np.arcsin(np.clip(x * np.sin(bend), -1, 1))
    from_x = (angle / bend + 1) / 2 * edge
    from_y = (y - lean * (1 - np.cos(angle)) / np.sin(bend) + 1) / 2 * edge
    bent = _seen(flat, from_x, from_y)
    bent = np.clip(bent * (0.35 + 0.65 * np.cos(angle * 0.9)), 0, 255).astype(np.uint8)
    return bent if rng.random() < 0.5 else np.ascontiguousarray(np.rot90(bent))


def _hide_a_square(flat: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A thumb, a sticker or a spot of light on one of the three squares."""
    edge = flat.shape[0]
    places = ((0.18, 0.18), (0.82, 0.18), (0.18, 0.82))
    across, down = places[int(rng.integers(0, 3))]
    middle = (int(edge * across), int(edge * down))
    cv2.circle(flat, middle, int(edge * rng.uniform(0.05, 0.085)), int(rng.choice([60, 255])), -1)
    return flat


def _from_far_aside(rng: np.random.Generator, size: float) -> np.ndarray:
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size / 2
    corners[:2] *= 1 - rng.uniform(0.1, 0.4)
    corners[:, 1] *= rng.uniform(0.3, 0.55)
    corners *= 1.5
    turn = rng.uniform(-0.6, 0.6)
    return corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


def _light_spots(
    scene: np.ndarray,
    rng: np.random.Generator,
    centre: np.ndarray,
    size: float,
    *,
    count: int,
    reach: tuple[float, float],
) -> np.ndarray:
    for _ in range(count):
        x, y = centre + rng.uniform(-0.5, 0.5, 2) * size
        away = ((_COLUMNS - x) ** 2 + (_ROWS - y) ** 2) / (size * rng.uniform(*reach)) ** 2
        scene = scene + rng.uniform(120, 260) * np.exp(-away)
    return scene


def _shadow(
    scene: np.ndarray, rng: np.random.Generator, centre: np.ndarray, size: float
) -> np.ndarray:
    turn = rng.uniform(0, 6.28)
    along = (_COLUMNS - centre[0]) * np.cos(turn) + (_ROWS - centre[1]) * np.sin(turn)
    return scene * (0.6 + 0.4 * np.tanh(along / rng.uniform(4, 60)) * rng.uniform(0.6, 0.95))


def _motion(
    scene: np.ndarray, rng: np.random.Generator, centre: np.ndarray, size: float
) -> np.ndarray:
    length = int(rng.integers(3, 8))
    return cv2.filter2D(scene, -1, np.full((1, length), 1 / length, np.float32))


_ON_PAPER: dict[str, Callable] = {"damaged": _damage, "curved": _curve}
_IN_THE_AIR: dict[str, Callable] = {
    "glare": lambda *a: _light_spots(*a, count=1, reach=(0.25, 0.6)),
    "bright spots": lambda *a: _light_spots(*a, count=3, reach=(0.06, 0.16)),
    "shadow": _shadow,
    "dim": lambda scene, rng, *_: scene * rng.uniform(0.1, 0.25) + rng.uniform(0, 40),
    "out of focus": lambda scene, rng, *_: cv2.GaussianBlur(scene, (0, 0), rng.uniform(1.2, 2.4)),
    "motion": _motion,
}
_TO_PAPER: dict[str, Callable] = {
    "crumpled": _crumple,
    "round a bottle": _round_a_bottle,
    "square hidden": _hide_a_square,
}
BENT_REASONS = (*_TO_PAPER, "far perspective")
REASONS = ("perspective", "small", *_ON_PAPER, *_IN_THE_AIR, *BENT_REASONS)
