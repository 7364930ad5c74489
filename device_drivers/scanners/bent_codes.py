"""Reads codes on bent, crumpled or half hidden paper: squares found, grid laid, modules read. Pure but
for the clock.

What it makes of the picture is a clean drawing of a code, and a reader's own error correction says
whether it is one: nothing is ever guessed. Runs only inside the reader process.
"""

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from device_drivers.scanners import (
    bent_grid,
    enhancing,
    finder_kin,
    finder_patterns,
    module_matrix,
    readers,
    segments,
    symbol_correction,
)
from device_drivers.scanners.enhancing import Treated
from device_drivers.scanners.finder_patterns import Placed, Square
from device_drivers.scanners.reader_protocol import Box
from device_drivers.scanners.readers import Found
from device_drivers.scanners.symbol_correction import AS_THEY_ARE, Symbol

NEIGHBOURHOODS = (31, 71, 151)
FINE_PIXELS = 2_500_000  # squares are found on fewer
SHARPER = ((3.0, 2.0), (5.0, 4.0))  # dots, and how much
SHARPER_NEIGHBOURHOODS = (31, 71)
LARGER_PIXELS_MAX = 1_000_000
LARGER = ((2.0, 2.0), (3.0, 1.0), (1.0, 3.0))
LARGER_NEIGHBOURHOODS = (51, 21)
THREES_A_LOOK, THREES_MAX, PAIRS_MAX = 2, 6, 8
KNOWN_MAX = 3  # squares by which the others are looked for
KIN_THREES_MAX, KIN_PAIRS_MAX = 3, 3
FRAME_PIXELS = 500_000  # in larger frames squares are only looked for at half size
PART_PIXELS = 120_000  # in smaller ones never
FRAME_LOOKS = ((31, False), (31, True), (15, False))  # neighbourhood, and whether at whole size
FRAME_S = 0.06
LIKENESS_MIN, FRAME_LIKENESS_MIN = 0.6, 0.7  # of squares; a frame has no time for false ones
PROMISE_TO_GO_ON = 0.66  # after the first round
PROMISE_TO_GO_FAR = 0.85  # after all rounds that every sheet gets
PROMISE_TO_READ = 0.72
PROMISE_AT_ONCE = 0.8
PROMISE_TO_ERASE = 0.78
ALIKE_TRIES = 2  # with squares that lie alike
ERASED_TRIES = 4  # of a grid's most promising looks
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
    candidates = itertools.chain(
        _candidates(fine.grey, rough, _looks(rough.grey)),
        _candidates(fine.grey, Treated(fine.grey), _larger_looks(fine.grey)),
    )
    found = _first(fine.grey, candidates, kinds, until, parts)
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
    return _first(grey, _candidates(grey, rough, [look], FRAME_LIKENESS_MIN), kinds, until, parts)


@dataclass(frozen=True)
class Attempt:
    """Squares and a size; ``promise``: of the first grid that they give."""

    promise: float
    placed: Placed
    size: int


def _first(
    grey: np.ndarray,
    candidates: Iterable[Placed],
    kinds: Sequence[str],
    until: float,
    parts: list[Box] | None,
) -> list[Found]:
    """What looks like a code at once is read at once; the rest waits, the most promising first."""
    if "QRCODE" not in kinds:
        return []
    waiting: list[Attempt] = []
    for placed in candidates:
        attempts = _attempts(grey, placed)
        for attempt in attempts[:1]:
            if attempt.promise >= PROMISE_AT_ONCE:
                if found := _read_grid(grey, attempt, parts):
                    return found
                attempts = attempts[1:]
            if parts or time.monotonic() > until:
                return []
        waiting += attempts
    for attempt in _different(sorted(waiting, key=lambda a: -a.promise)):
        if found := _read_grid(grey, attempt, parts):
            return found
        if parts or time.monotonic() > until:
            return []
    return []


def _attempts(grey: np.ndarray, placed: Placed) -> list[Attempt]:
    """One for each possible size, the most promising first."""
    found = []
    for size in placed.sizes:
        grid = bent_grid.first_grid(placed, size)
        found.append(Attempt(module_matrix.first_promise(grey, grid), placed, size))
    return sorted(found, key=lambda attempt: -attempt.promise)


def _different(attempts: Iterable[Attempt]) -> Iterator[Attempt]:
    """Leaves out what was tried before with squares that lie almost alike."""
    tried: list[Attempt] = []
    for attempt in attempts:
        if sum(_alike(attempt, other) for other in tried) < ALIKE_TRIES:
            tried.append(attempt)
            yield attempt


def _alike(one: Attempt, other: Attempt) -> bool:
    if one.size != other.size or one.placed.places != other.placed.places:
        return False
    width = np.linalg.norm(one.placed.corners[0][0] - one.placed.corners[0][1])
    apart = [
        np.abs(a.mean(0) - b.mean(0)).max()
        for a, b in zip(one.placed.corners, other.placed.corners, strict=True)
    ]
    return bool(max(apart) < 0.5 * width)


def _candidates(
    fine: np.ndarray, rough: Treated, looks: Iterable[Look], likeness_min: float = LIKENESS_MIN
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
    for known in squares[: KNOWN_MAX if count > 1 else 0]:
        kin = finder_kin.kin_of(fine, known)
        yield from finder_patterns.threes_with(known, kin)[:KIN_THREES_MAX]
        yield from finder_patterns.pairs_with(known, kin)[:KIN_PAIRS_MAX]


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


def _larger_looks(grey: np.ndarray) -> Iterator[Look]:
    """For squares whose modules are hardly more than a dot wide."""
    for across, down in LARGER if grey.size <= LARGER_PIXELS_MAX else LARGER[:1]:
        larger = cv2.resize(grey, None, fx=across, fy=down, interpolation=cv2.INTER_CUBIC)
        for neighbourhood in LARGER_NEIGHBOURHOODS:
            dark = 255 - enhancing.black_and_white(larger, neighbourhood)
            yield Look(dark, (across, down))


def _on_picture(square: Square, scale: np.ndarray) -> Square:
    """The middle of a dot is at a whole number, so that scaling moves it by a part of a dot."""
    return replace(
        square,
        corners=(square.corners + 0.5) / scale - 0.5,
        centre=(square.centre + 0.5) / scale - 0.5,
        width=square.width / float(scale.prod()) ** 0.5,
    )


def _read_grid(grey: np.ndarray, attempt: Attempt, parts: list[Box] | None) -> list[Found]:
    seen: list[tuple[float, np.ndarray, np.ndarray]] = []
    for number, laid in enumerate(bent_grid.bent_grids(grey, attempt.placed, attempt.size)):
        best = 0.0
        for certainty in module_matrix.certainties(laid):
            promise = module_matrix.promise(certainty)
            best = max(best, promise)
            if promise < PROMISE_TO_READ:
                continue
            seen.append((promise, certainty, laid.grid))
            symbol = symbol_correction.corrected(certainty, AS_THEY_ARE)
            if symbol is not None:
                return _whole(symbol, laid.grid, parts)
        far = number >= len(bent_grid.ROUNDS)
        if number and best < (PROMISE_TO_GO_FAR if far else PROMISE_TO_GO_ON):
            break
    for promise, certainty, grid in sorted(seen, key=lambda s: -s[0])[:ERASED_TRIES]:
        if promise < PROMISE_TO_ERASE:
            break
        symbol = symbol_correction.corrected(certainty)
        if symbol is not None:
            return _whole(symbol, grid, parts)
    return []


def _whole(symbol: Symbol, grid: np.ndarray, parts: list[Box] | None) -> list[Found]:
    """What a corrected code says; a part of a larger text says nothing."""
    if segments.is_one_of_several(symbol.data):
        if parts is not None:
            parts.append(_box(grid))
        return []
    found = readers.read_with_zxing(module_matrix.clean(symbol.modules), ("QRCODE",), clean=True)
    return [replace(code, box=_box(grid)) for code in found]


def _box(grid: np.ndarray) -> Box:
    inner = grid[bent_grid.MARGIN : -bent_grid.MARGIN, bent_grid.MARGIN : -bent_grid.MARGIN]
    left, top = (max(0, int(n)) for n in inner.min((0, 1)))
    right, bottom = (int(n) for n in inner.max((0, 1)))
    return Box(left, top, max(1, right - left + 1), max(1, bottom - top + 1))
