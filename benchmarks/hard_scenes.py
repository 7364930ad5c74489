"""Photos of codes drawn in numbers, one kind for each thing that makes photos hard; the same for a seed.

A sheet in space (flat, rolled or creased) is seen by a camera: its ink, damage, the light on it, the
lens, the sensor and the picture's compression are drawn in that order. Where each module lies in the
picture is told too, so that a bench can say what would be read if it were known.
"""

import string
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import segno
from camera_view import BORDER, DOTS, View, laid, moving, out_of_focus

_LETTERS = np.array(list(string.ascii_letters + string.digits))


@dataclass
class Scene:
    """``grid``: where the middle of each module is (rows, columns, x and y); ``modules``: 1 dark."""

    grey: np.ndarray
    text: str
    grid: np.ndarray
    modules: np.ndarray
    level: str
    inverted: bool = False


def scene(kind: str, seed: int) -> Scene:
    """``kind``: one of KINDS."""
    rng = np.random.default_rng([seed, *kind.encode()])
    return _KINDS[kind](rng)


@dataclass
class Code:
    text: str
    level: str
    modules: np.ndarray


def _code(
    rng: np.random.Generator, reach: tuple[int, int] = (6, 120), levels: str = "lmqh"
) -> Code:
    text = "https://" + "".join(rng.choice(_LETTERS, int(rng.integers(*reach))))
    level = str(rng.choice(list(levels)))
    drawn = segno.make_qr(text, error=level, boost_error=False)
    return Code(text, level, np.array([list(row) for row in drawn.matrix], np.uint8))


def _plain_view(rng: np.random.Generator, low: float = 3.0, high: float = 7.0) -> View:
    return View(
        dots=rng.uniform(low, high),
        turn=rng.uniform(-0.5, 0.5) + float(rng.choice([0, 0, 0, np.pi / 2, np.pi])),
        tilt=rng.uniform(0, 0.5),
        tilt_towards=rng.uniform(0, 2 * np.pi),
        near=rng.uniform(2, 5),
    )


def _drawn(modules: np.ndarray, ink: float = 25.0, paper: float = 235.0) -> np.ndarray:
    whole = np.pad(modules, BORDER).astype(np.float32)
    flat = np.where(whole > 0, ink, paper).astype(np.float32)
    return cv2.resize(flat, None, fx=DOTS, fy=DOTS, interpolation=cv2.INTER_NEAREST)


def _surroundings(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Edges, letters and textures out of focus."""
    height, width = shape
    wall = np.full(shape, int(rng.uniform(60, 190)), np.uint8)
    for _ in range(40):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        far = (x + int(rng.integers(5, width // 3)), y + int(rng.integers(5, height // 4)))
        cv2.rectangle(wall, (x, y), far, int(rng.uniform(10, 245)), -1)
        words = "".join(rng.choice(_LETTERS, int(rng.integers(4, 20))))
        size, ink = rng.uniform(0.4, 1.5), int(rng.uniform(0, 255))
        cv2.putText(wall, words, (x, y), 0, size, ink, 2)
    return cv2.GaussianBlur(wall.astype(np.float32), (0, 0), rng.uniform(0.8, 3))


def _photo(
    rng: np.random.Generator,
    code: Code,
    view: View,
    *,
    shape: tuple[int, int] = (720, 960),
    sheet: Callable[[np.ndarray, int], np.ndarray] | None = None,
    light: Callable[[np.ndarray, np.ndarray, float], np.ndarray] | None = None,
    lens: Callable[[np.ndarray], np.ndarray] | None = None,
    noise: tuple[float, float] = (1.0, 5.0),
    exposure: tuple[float, float] = (0.7, 1.0),
    flat: np.ndarray | None = None,
    inverted: bool = False,
) -> Scene:
    count = len(code.modules)
    if flat is None:
        flat = _drawn(code.modules)
    if sheet is not None:
        flat = sheet(flat, count)
    size = view.dots * count
    height, width = shape
    room = max(0.0, (width - size) / 4), max(0.0, (height - size) / 4)
    centre = np.array([width, height]) / 2 + [rng.uniform(-r, r) for r in room]
    seen, cover, grid = laid(flat.astype(np.float32), view, count, shape, centre)
    picture = _surroundings(rng, shape) * (1 - cover) + seen * cover
    picture *= _uneven_light(rng, shape)
    if light is not None:
        picture = light(picture, centre, size)
    picture = picture * rng.uniform(*exposure)
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 0.9))
    if lens is not None:
        picture = lens(picture)
    picture = picture + rng.normal(0, rng.uniform(*noise), shape)
    whole = np.clip(picture, 0, 255).astype(np.uint8)
    quality = int(rng.integers(60, 95))
    _, packed = cv2.imencode(".jpg", whole, [cv2.IMWRITE_JPEG_QUALITY, quality])
    grey = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    return Scene(grey, code.text, grid, code.modules, code.level, inverted)


def _uneven_light(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    across, down = _places(shape)
    turn, fall = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.35)
    return 1 - fall * (across * np.cos(turn) + down * np.sin(turn))


def _places(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """From -1 to 1 across and down."""
    down, across = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    return across, down


def _away(shape: tuple[int, int], x: float, y: float) -> np.ndarray:
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    return np.hypot(columns - x, rows - y)


def _spots(
    rng: np.random.Generator, count: int, reach: tuple[float, float], hard: bool
) -> Callable:
    """Lamps mirrored in the sheet: they add light; hard ones have an edge."""

    def light(picture: np.ndarray, centre: np.ndarray, size: float) -> np.ndarray:
        for _ in range(count):
            x, y = centre + rng.uniform(-0.45, 0.45, 2) * size
            radius = size * rng.uniform(*reach)
            away = _away(picture.shape, x, y) / radius
            shape = np.exp(-(away**2)) if not hard else 1 / (1 + np.exp((away - 1) * 8))
            picture = picture + rng.uniform(90, 400) * shape
        return picture

    return light


def _band(rng: np.random.Generator) -> Callable:
    """A tube mirrored in glossy paper or glass."""

    def light(picture: np.ndarray, centre: np.ndarray, size: float) -> np.ndarray:
        rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
        turn = rng.uniform(0, np.pi)
        x, y = centre + rng.uniform(-0.4, 0.4, 2) * size
        aside = (columns - x) * np.cos(turn) + (rows - y) * np.sin(turn)
        width = size * rng.uniform(0.03, 0.15)
        veil = rng.uniform(0, 0.4)
        shine = rng.uniform(80, 320) * np.exp(-((aside / width) ** 2))
        return picture * (1 - veil) + veil * 200 + shine

    return light


def _mirrored(rng: np.random.Generator) -> Callable:
    """A pane before the sheet shows the street: bright shapes with edges are added."""

    def light(picture: np.ndarray, centre: np.ndarray, size: float) -> np.ndarray:
        street = _surroundings(rng, picture.shape)
        return picture * rng.uniform(0.5, 0.8) + street * rng.uniform(0.3, 0.75)

    return light


def _shadow(rng: np.random.Generator) -> Callable:
    def light(picture: np.ndarray, centre: np.ndarray, size: float) -> np.ndarray:
        rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
        for _ in range(int(rng.integers(1, 4))):
            turn = rng.uniform(0, 2 * np.pi)
            x, y = centre + rng.uniform(-0.4, 0.4, 2) * size
            aside = (columns - x) * np.cos(turn) + (rows - y) * np.sin(turn)
            edge = 0.5 + 0.5 * np.tanh(aside / rng.uniform(1, 25))
            depth = rng.uniform(0.35, 0.8)
            picture = picture * (1 - depth * edge)
        return picture * rng.uniform(1.0, 1.6)

    return light


def _damaged(rng: np.random.Generator) -> Callable:
    """Stains, scratches, a torn corner; now and then on a square."""

    def sheet(flat: np.ndarray, count: int) -> np.ndarray:
        edge = len(flat)
        side = count * DOTS
        for _ in range(int(rng.integers(1, 5))):
            x, y = (int(n) for n in rng.uniform(0.1, 0.9, 2) * edge)
            tone = float(rng.choice([30, 120, 235]))
            how = rng.integers(0, 3)
            if how == 0:
                cv2.circle(flat, (x, y), int(side * rng.uniform(0.03, 0.12)), tone, -1)
            elif how == 1:
                far = rng.uniform(-0.4, 0.4, 2) * side
                thick = int(DOTS * rng.uniform(0.4, 2))
                cv2.line(flat, (x, y), (x + int(far[0]), y + int(far[1])), tone, thick)
            else:
                blot = rng.uniform(0, 1, (12, 12)).astype(np.float32)
                soft = cv2.resize(blot, flat.shape[::-1], interpolation=cv2.INTER_CUBIC)
                here = _away(flat.shape, x, y) < side * 0.25
                flat = np.where((soft > 0.78) & here, tone, flat).astype(np.float32)
        return flat

    return sheet


def _worn(rng: np.random.Generator) -> Callable:
    """Faded or smeared ink."""

    def sheet(flat: np.ndarray, count: int) -> np.ndarray:
        patches = rng.uniform(0, 1, (9, 9)).astype(np.float32)
        fading = cv2.resize(patches, flat.shape[::-1], interpolation=cv2.INTER_CUBIC)
        fading = np.clip(fading - 0.2, 0, 1) * rng.uniform(0.6, 1.1)
        speck = rng.uniform(0, 1, (len(flat) // 3, len(flat) // 3)).astype(np.float32)
        specks = cv2.resize(speck, flat.shape[::-1], interpolation=cv2.INTER_NEAREST)
        share = np.clip(fading + (specks < 0.06), 0, 0.97)
        return (flat * (1 - share) + 225 * share).astype(np.float32)

    return sheet


def _in_other_taste(rng: np.random.Generator) -> Scene:
    """What designers make of codes: bright on dark, round or loose modules, a picture in the middle."""
    levels = "qh" if rng.random() < 0.5 else "lmqh"
    code = _code(rng, (6, 80), levels)
    count = len(code.modules)
    ink, paper = rng.uniform(10, 110), rng.uniform(170, 240)
    inverted = bool(rng.random() < 0.3)
    if inverted:
        ink, paper = paper, ink
    way = int(rng.integers(0, 4))
    flat = _drawn(code.modules, ink, paper)
    if way == 1:  # dots
        flat[:] = paper
        radius = int(DOTS * rng.uniform(0.3, 0.5) * 16)
        for row, column in np.argwhere(code.modules):
            middle = ((np.array([column, row]) + BORDER + 0.5) * DOTS * 16 - 8).astype(int)
            cv2.circle(flat, middle.tolist(), radius, ink, -1, cv2.LINE_AA, 4)
        squares = ((0, 0), (count - 7, 0), (0, count - 7))
        plain = _drawn(code.modules, ink, paper)
        for x, y in squares:
            left, top = (x + BORDER) * DOTS, (y + BORDER) * DOTS
            part = slice(top, top + 7 * DOTS), slice(left, left + 7 * DOTS)
            flat[part] = plain[part]
    elif way == 2:  # corners rounded
        flat = cv2.GaussianBlur(flat, (0, 0), DOTS * 0.45)
        flat = np.where(flat < (ink + paper) / 2, min(ink, paper), max(ink, paper))
    if code.level in "qh" and rng.random() < 0.6:
        half = int(count * DOTS * rng.uniform(0.07, 0.11))
        middle = len(flat) // 2
        cv2.circle(flat, (middle, middle), half, paper, -1)
        cv2.circle(flat, (middle, middle), int(half * 0.7), (ink + paper) / 2, -1)
    flat = flat.astype(np.float32)
    if rng.random() < 0.4:  # no quiet zone
        dots = BORDER * DOTS
        near = int(dots - DOTS * rng.uniform(0, 1.5))
        ground = rng.uniform(0, 255)
        around = np.full_like(flat, ground)
        around[near:-near, near:-near] = flat[near:-near, near:-near]
        flat = around
    return _photo(rng, code, _plain_view(rng), flat=flat, inverted=inverted)


def _on_monitor(rng: np.random.Generator) -> Scene:
    """Stripes of the panel's pixels beat with the sensor's; letters of light, black not black."""
    code = _code(rng)
    per_module = int(rng.integers(3, 7))
    flat = _drawn(code.modules, rng.uniform(20, 70), rng.uniform(180, 250))
    step = DOTS / per_module
    place = (np.arange(len(flat)) + 0.5) / step % 1
    gap = rng.uniform(0.15, 0.5)
    open_part = (place > gap / 2) & (place < 1 - gap / 2)
    window = open_part[:, None] * np.where(open_part, 1.0, 0.55)[None]
    window = cv2.GaussianBlur(window.astype(np.float32), (0, 0), 0.7)
    panel = (flat * window / window.mean()).astype(np.float32)
    view = _plain_view(rng, 2.6, 8)

    def light(picture: np.ndarray, centre: np.ndarray, size: float) -> np.ndarray:
        rows = np.arange(picture.shape[0])[:, None]
        rolling = 1 + rng.uniform(0, 0.2) * np.sin(rows / rng.uniform(15, 80) + rng.uniform(0, 6))
        shine = rng.uniform(0, 60) * np.exp(-((_away(picture.shape, *centre) / size) ** 2))
        return picture * rolling + shine

    return _photo(rng, code, view, flat=panel, light=light)


def _rolled(rng: np.random.Generator, reach: tuple[float, float] = (3.0, 7.0)) -> View:
    view = _plain_view(rng, *reach)
    view.rolled, view.rolled_towards = rng.uniform(0.4, 1.15), rng.uniform(0, np.pi)
    return view


def _creased(rng: np.random.Generator) -> View:
    view = _plain_view(rng)
    count = int(rng.integers(1, 5))
    reach = ((0, 2 * np.pi), (-0.35, 0.35), (0.08, 0.4), (0.01, 0.08))
    view.creases = np.stack([rng.uniform(*r, count) for r in reach], 1)
    return view


def _slanted(rng: np.random.Generator) -> View:
    view = _plain_view(rng, 3.5, 8)
    view.tilt, view.near = rng.uniform(0.7, 1.15), rng.uniform(1.6, 4)
    return view


def _blurred(rng: np.random.Generator) -> Scene:
    view = _plain_view(rng)
    amount = view.dots * rng.uniform(0.3, 0.85)
    lens = out_of_focus(rng, amount) if rng.random() < 0.5 else moving(rng, amount * 2)
    return _photo(rng, _code(rng), view, lens=lens)


def _close(rng: np.random.Generator) -> Scene:
    view = _plain_view(rng, 12, 24)
    view.near = rng.uniform(1.4, 2.2)
    lens = out_of_focus(rng, view.dots * rng.uniform(0.1, 0.5))
    return _photo(rng, _code(rng, (6, 40)), view, shape=(1200, 1600), lens=lens)


def _small(rng: np.random.Generator) -> Scene:
    view = _plain_view(rng, 1.7, 2.8)
    return _photo(rng, _code(rng), view, shape=(1200, 1600))


def _dim(rng: np.random.Generator) -> Scene:
    faint = float(rng.uniform(0.06, 0.2))
    ways = {"exposure": (faint, faint), "noise": (2.0, 6.0)}
    if rng.random() < 0.4:  # too bright
        ways = {"exposure": (1.3, 2.6), "noise": (1.0, 4.0)}
        veil = rng.uniform(20, 90)
        return _photo(rng, _code(rng), _plain_view(rng), light=lambda p, *_: p * 0.7 + veil, **ways)
    return _photo(rng, _code(rng), _plain_view(rng), **ways)


def _many_modules(rng: np.random.Generator) -> Scene:
    view = _plain_view(rng, 2.6, 5)
    view.tilt = rng.uniform(0, 0.7)
    if rng.random() < 0.5:
        view.rolled, view.rolled_towards = rng.uniform(0.1, 0.4), rng.uniform(0, np.pi)
    return _photo(rng, _code(rng, (200, 480), "lmq"), view, shape=(900, 1200))


_KINDS: dict[str, Callable[[np.random.Generator], Scene]] = {
    "blurred": _blurred,
    "bright spots": lambda rng: _photo(
        rng,
        _code(rng),
        _plain_view(rng),
        light=_spots(rng, int(rng.integers(1, 5)), (0.05, 0.2), bool(rng.random() < 0.5)),
    ),
    "brightness": _dim,
    "close": _close,
    "creased": lambda rng: _photo(rng, _code(rng), _creased(rng)),
    "curved": lambda rng: _photo(rng, _code(rng), _rolled(rng)),
    "damaged": lambda rng: _photo(rng, _code(rng), _plain_view(rng), sheet=_damaged(rng)),
    "glare": lambda rng: _photo(
        rng, _code(rng), _rolled(rng) if rng.random() < 0.3 else _plain_view(rng), light=_band(rng)
    ),
    "mirrored": lambda rng: _photo(rng, _code(rng), _plain_view(rng), light=_mirrored(rng)),
    "high version": _many_modules,
    "monitor": _on_monitor,
    "noncompliant": _in_other_taste,
    "nominal": lambda rng: _photo(rng, _code(rng), _plain_view(rng)),
    "perspective": lambda rng: _photo(rng, _code(rng), _slanted(rng)),
    "shadows": lambda rng: _photo(rng, _code(rng), _plain_view(rng), light=_shadow(rng)),
    "small": _small,
    "worn": lambda rng: _photo(rng, _code(rng), _plain_view(rng), sheet=_worn(rng)),
}
KINDS = tuple(_KINDS)
