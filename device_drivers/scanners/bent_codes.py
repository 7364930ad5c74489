"""Reads codes on bent, crumpled or half hidden paper: squares found, grid laid, modules read. Pure but
for the clock.

What it makes of the picture is a clean drawing of a code, and a reader's own error correction says
whether it is one: nothing is ever guessed. Runs only inside the reader process.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from device_drivers.scanners import bent_grid, enhancing, finder_patterns, module_matrix, readers
from device_drivers.scanners.enhancing import Treated
from device_drivers.scanners.finder_patterns import Placed, Square
from device_drivers.scanners.reader_protocol import Box
from device_drivers.scanners.readers import Found

NEIGHBOURHOODS = (31, 71, 151)
FINE_PIXELS = 2_500_000  # squares are found on fewer
SHARPER = ((3.0, 2.0), (5.0, 4.0))  # dots, and how much
SHARPER_NEIGHBOURHOODS = (31, 71)
LARGER_PIXELS_MAX = 1_000_000
LARGER_NEIGHBOURHOOD = 51
THREES_A_LOOK, THREES_MAX, PAIRS_MAX = 2, 6, 8
FRAME_PIXELS = 500_000  # in larger frames squares are only looked for at half size
PART_PIXELS = 120_000  # in smaller ones never
FRAME_LOOKS = ((31, False), (31, True), (15, False))  # neighbourhood, and whether at whole size
FRAME_S = 0.06
LIKENESS_MIN, FRAME_LIKENESS_MIN = 0.6, 0.7  # of squares; a frame has no time for false ones
PROMISE_TO_GO_ON = 0.66  # after the first round
PROMISE_TO_READ = 0.72
AS_SEEN = (1.0, 1.0)


@dataclass(frozen=True)
class Look:
    """One way of telling dark from light; ``scale``: how much wider and higher it is than the picture."""

    dark: np.ndarray
    scale: tuple[float, float]


def read(
    grey: np.ndarray,
    kinds: Sequence[str],
    until: float = float("inf"),
    parts: list[Box] | None = None,
) -> list[Found]:
    """At most one code. ``until``: monotonic time after which nothing new is begun; ``parts``: as for
    readers.read_with_zxing."""
    fine = enhancing.at_most(grey, FINE_PIXELS)
    rough = enhancing.to_work_on(fine.grey)
    found = _first(fine.grey, _candidates(rough, _looks(rough.grey)), kinds, until, parts)
    back = 1 / fine.across, 1 / fine.down
    return [replace(code, box=code.box.scaled(*back)) for code in found]


def read_frame(
    grey: np.ndarray, kinds: Sequence[str], turn: int, parts: list[Box] | None = None
) -> list[Found]:
    """The same for a frame of a camera: one look, another each ``turn``, and FRAME_S at most."""
    neighbourhood, whole = FRAME_LOOKS[turn % len(FRAME_LOOKS)]
    rough = Treated(grey)
    if grey.size > (FRAME_PIXELS if whole else PART_PIXELS):
        rough = enhancing.halved(grey) or rough
    if min(rough.grey.shape) < neighbourhood:
        return []
    look = Look(255 - enhancing.black_and_white(rough.grey, neighbourhood), AS_SEEN)
    until = time.monotonic() + FRAME_S
    return _first(grey, _candidates(rough, [look], FRAME_LIKENESS_MIN), kinds, until, parts)


def _first(
    grey: np.ndarray,
    candidates: Iterable[Placed],
    kinds: Sequence[str],
    until: float,
    parts: list[Box] | None,
) -> list[Found]:
    if "QRCODE" not in kinds:
        return []
    for placed in candidates:
        for size in placed.sizes:
            if found := _read_grid(grey, placed, size, parts):
                return found
            if parts or time.monotonic() > until:
                return []
    return []


def _candidates(
    rough: Treated, looks: Iterable[Look], likeness_min: float = LIKENESS_MIN
) -> Iterator[Placed]:
    """Squares that may be one code's, on the picture that ``rough`` was made from: three of one look,
    three of several looks, two."""
    everywhere: list[Square] = []
    count = 0
    for look in looks:
        count += 1
        scale = np.array(look.scale)
        seen = [_on_picture(s, scale) for s in finder_patterns.squares_in(look.dark)]
        genuine = finder_patterns.genuine(rough.grey, seen, likeness_min)
        seen = [_on_picture(s, np.array([rough.across, rough.down])) for s in genuine]
        seen = finder_patterns.distinct(seen)
        everywhere += seen
        yield from finder_patterns.threes(seen)[:THREES_A_LOOK]
    squares = finder_patterns.distinct(everywhere)
    if count > 1:
        yield from finder_patterns.threes(squares)[:THREES_MAX]
    yield from finder_patterns.pairs(squares)[:PAIRS_MAX]


def _looks(grey: np.ndarray) -> Iterator[Look]:
    for neighbourhood in NEIGHBOURHOODS:
        yield Look(255 - enhancing.black_and_white(grey, neighbourhood), AS_SEEN)
    for radius, gain in SHARPER:
        soft = cv2.GaussianBlur(grey, (0, 0), radius)
        sharp = cv2.addWeighted(grey, 1 + gain, soft, -gain, 0)
        for neighbourhood in SHARPER_NEIGHBOURHOODS:
            yield Look(255 - enhancing.black_and_white(sharp, neighbourhood), AS_SEEN)
    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU | cv2.THRESH_BINARY_INV)
    yield Look(dark, AS_SEEN)
    if grey.size <= LARGER_PIXELS_MAX:
        for across, down in ((2.0, 2.0), (3.0, 1.0)):
            larger = cv2.resize(grey, None, fx=across, fy=down, interpolation=cv2.INTER_CUBIC)
            dark = 255 - enhancing.black_and_white(larger, LARGER_NEIGHBOURHOOD)
            yield Look(dark, (across, down))


def _on_picture(square: Square, scale: np.ndarray) -> Square:
    """The middle of a dot is at a whole number, so that scaling moves it by a part of a dot."""
    return replace(
        square,
        corners=(square.corners + 0.5) / scale - 0.5,
        centre=(square.centre + 0.5) / scale - 0.5,
        width=square.width / float(scale.prod()) ** 0.5,
    )


def _read_grid(grey: np.ndarray, placed: Placed, size: int, parts: list[Box] | None) -> list[Found]:
    for number, (picture, grid) in enumerate(bent_grid.bent_grids(grey, placed, size)):
        best = 0.0
        for modules in module_matrix.matrices(picture, size):
            promise = module_matrix.promise(modules)
            best = max(best, promise)
            if promise < PROMISE_TO_READ:
                continue
            drawn = module_matrix.clean(modules)
            found = readers.read_with_zxing(drawn, ("QRCODE",), clean=True, parts=parts)
            if found or parts:
                return [replace(code, box=_box(grid)) for code in found]
        if number and best < PROMISE_TO_GO_ON:
            return []
    return []


def _box(grid: np.ndarray) -> Box:
    inner = grid[bent_grid.MARGIN : -bent_grid.MARGIN, bent_grid.MARGIN : -bent_grid.MARGIN]
    left, top = (max(0, int(n)) for n in inner.min((0, 1)))
    right, bottom = (int(n) for n in inner.max((0, 1)))
    return Box(left, top, max(1, right - left + 1), max(1, bottom - top + 1))
