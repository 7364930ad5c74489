"""Draws what a kiosk's camera sees: a lobby, and a sheet of paper that someone holds into it.

Pictures are made from a seed, so that a test sees the same lobby every time.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import segno
import zxingcpp

PDF_DOTS_PER_POINT = 3.0  # 216 dpi: a QR module of 0.4 mm is three dots and more
WIDTH, HEIGHT = 1280, 720


@dataclass(frozen=True)
class Sheet:
    """A page as a picture (BGR) and where its code is: centre and width in its own dots."""

    picture: np.ndarray
    code_centre: tuple[float, float]
    code_width: float


@dataclass(frozen=True)
class Pose:
    """How the sheet is held: the code's centre at (x, y), ``code_width`` dots wide."""

    x: float
    y: float
    code_width: float
    turn_degrees: float = 0.0
    tilt: float = 0.0  # perspective: relative difference between near and far edge
    blur: float = 0.0  # length of the motion blur in dots


def load_sheet(path: Path, page: int | None = None) -> Sheet:
    """A PDF's page (the first with a code if none is named) or a picture file."""
    if path.suffix.lower() == ".pdf":
        return _load_pdf(path, page)
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"{path} is no picture that can be read")
    return _find_code(picture) or _whole(picture)


def phone_showing(code: str) -> Sheet:
    """A phone whose wallet shows a payment code."""
    width, height, side = 540, 1100, 360
    picture = np.full((height, width, 3), 24, np.uint8)
    cv2.rectangle(picture, (18, 40), (width - 18, height - 40), (252, 252, 252), -1)
    cv2.rectangle(picture, (18, 40), (width - 18, 150), (63, 133, 7), -1)
    modules = np.array([list(row) for row in segno.make_qr(code, error="m").matrix], np.uint8)
    drawn = cv2.resize((1 - modules) * 255, (side, side), interpolation=cv2.INTER_NEAREST)
    left, top = (width - side) // 2, 330
    picture[top : top + side, left : left + side] = drawn[..., None]
    return Sheet(picture, (width / 2, top + side / 2), side)


def _load_pdf(path: Path, page: int | None) -> Sheet:
    document = pypdfium2.PdfDocument(str(path))
    try:
        numbers = range(len(document)) if page is None else [page]
        first = None
        for number in numbers:
            bitmap = document[number].render(scale=PDF_DOTS_PER_POINT)
            picture = np.ascontiguousarray(cv2.cvtColor(bitmap.to_numpy(), cv2.COLOR_RGB2BGR))
            if bitmap.mode == "BGR":
                picture = np.ascontiguousarray(bitmap.to_numpy())
            sheet = _find_code(picture)
            if sheet:
                return sheet
            first = first if first is not None else picture
    finally:
        document.close()
    if first is None:
        raise ValueError(f"{path} has no pages")
    return _whole(first)


def _find_code(picture: np.ndarray) -> Sheet | None:
    codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    if not codes:
        return None
    corner = codes[0].position
    points = [corner.top_left, corner.top_right, corner.bottom_right, corner.bottom_left]
    xs, ys = [p.x for p in points], [p.y for p in points]
    width = math.dist((xs[0], ys[0]), (xs[1], ys[1]))
    return Sheet(picture, (sum(xs) / 4, sum(ys) / 4), width)


def _whole(picture: np.ndarray) -> Sheet:
    height, width = picture.shape[:2]
    return Sheet(picture, (width / 2, height / 2), min(width, height) / 2)


def lobby(rng: np.random.Generator) -> np.ndarray:
    """An empty lobby: wall, floor, doorway, counter, all a little out of focus."""
    rows = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, WIDTH, dtype=np.float32)[None, :]
    light = 188 - 46 * rows - 34 * columns**2
    scene = np.stack([light * 0.93, light * 0.98, light], axis=2)
    scene[int(HEIGHT * 0.68) :] *= np.array([0.74, 0.78, 0.82], dtype=np.float32)
    cv2.rectangle(scene, (150, 90), (390, 500), (120, 132, 138), -1)
    cv2.rectangle(scene, (168, 108), (372, 500), (214, 206, 190), -1)
    cv2.rectangle(scene, (820, 330), (1230, 560), (84, 110, 142), -1)
    cv2.rectangle(scene, (800, 310), (1250, 338), (120, 150, 182), -1)
    cv2.circle(scene, (700, 60), 70, (246, 248, 250), -1)
    for _ in range(24):
        x, y = int(rng.integers(0, WIDTH)), int(rng.integers(int(HEIGHT * 0.7), HEIGHT))
        cv2.line(scene, (x, y), (x + int(rng.integers(40, 160)), y), (120, 124, 126), 2)
    return cv2.GaussianBlur(scene, (0, 0), 7)


def hold_into(scene: np.ndarray, sheet: Sheet, pose: Pose) -> np.ndarray:
    """The lobby with the sheet held before it, with its shadow."""
    height, width = sheet.picture.shape[:2]
    scale = pose.code_width / sheet.code_width
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    angle = math.radians(pose.turn_degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    target = []
    for point in source:
        offset = turn @ ((point - np.array(sheet.code_centre)) * scale)
        depth = 1 + pose.tilt * offset[1] / HEIGHT
        target.append([pose.x + offset[0] / depth, pose.y + offset[1] / depth])
    warp = cv2.getPerspectiveTransform(source, np.array(target, dtype=np.float32))
    small = sheet.picture
    paper = cv2.warpPerspective(small, warp, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), warp, (WIDTH, HEIGHT))
    shadow = cv2.GaussianBlur(np.roll(mask, (14, 10), axis=(0, 1)), (0, 0), 12)
    cover = (mask.astype(np.float32) / 255)[..., None]
    shaded = scene * (1 - 0.35 * (shadow.astype(np.float32) / 255)[..., None])
    light = np.linspace(0.94, 0.8, WIDTH, dtype=np.float32)[None, :, None]
    held = shaded * (1 - cover) + paper.astype(np.float32) * light * cover
    if pose.blur >= 2:
        length = int(pose.blur)
        held = cv2.filter2D(held, -1, np.full((1, length), 1 / length, dtype=np.float32))
    return held


def through_lens(
    scene: np.ndarray, rng: np.random.Generator, glare: tuple[float, float, float] | None = None
) -> np.ndarray:
    """What the sensor makes of it: focus, a spot of glare at (x, y, radius), and noise."""
    seen = cv2.GaussianBlur(scene, (0, 0), 0.8)
    if glare:
        x, y, radius = glare
        rows = (np.arange(HEIGHT, dtype=np.float32)[:, None] - y) / radius
        columns = (np.arange(WIDTH, dtype=np.float32)[None, :] - x) / radius
        seen = seen + (150 * np.exp(-(rows**2 + columns**2)))[..., None]
    noise = rng.standard_normal((HEIGHT, WIDTH, 1), dtype=np.float32) * 4
    return np.clip(seen + noise, 0, 255).astype(np.uint8)
