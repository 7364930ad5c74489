"""Finds codes in one grey picture: a quick look first, then whatever the effort allows.

Runs only inside the reader process: what a camera sees is hostile and may crash a reader, so this
must never be imported by a process that matters.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from device_drivers.scanners import bent_codes, code_text, readers
from device_drivers.scanners.enhancing import (
    LAST_TREATMENTS,
    TREATMENTS,
    Treated,
    Treatment,
    halved,
    to_work_on,
)
from device_drivers.scanners.reader_protocol import Box, Effort
from device_drivers.scanners.readers import Found

ROOM_AROUND = 0.5  # of a code's size, on each side: hands move between two frames
BENT_SHARE = 0.6  # of the time that is left: the last treatments are quick, and have their turn
HINTS_MAX = 2  # half-read codes in one picture that get a closer look

cv2.setNumThreads(1)  # one reader process is one core's worth; the window needs the other


@dataclass(frozen=True)
class Task:
    """``near``: where a code was in the picture before; ``until``: monotonic time to stop trying."""

    kinds: Sequence[str]
    readers: Sequence[str]
    effort: Effort = Effort.THOROUGH
    near: Box | None = None
    turn: int = 0  # which way is tried when the effort is TRY: treatments and bent paper in turn
    until: float = float("inf")
    before_reader: Callable[[str], None] = field(default=lambda name: None)
    unread: list[Box] = field(default_factory=list)  # filled: where a code was seen and not read


def decode(grey: np.ndarray, task: Task) -> list[Found]:
    """The codes of the first attempt that finds any; a reader that raises has found nothing."""
    if "zxing-cpp" in task.readers:
        task.before_reader("zxing-cpp")
        parts: list[Box] = []
        for attempt in _attempts(grey, task, parts):
            if found := _allowed(attempt, task):
                return found
            if parts:  # a part of a larger text: read harder, it could pass for the whole
                return []
            if time.monotonic() > task.until:
                return []
    if "pyzbar" in task.readers and _worth_a_second_reader(task):
        task.before_reader("pyzbar")
        return _allowed(readers.read_with_pyzbar(grey, task.kinds), task)
    return []


def _worth_a_second_reader(task: Task) -> bool:
    """It takes ten times as long, but it is all there is when the first one is left out."""
    return task.effort is Effort.THOROUGH or len(task.readers) == 1


def _allowed(found: list[Found], task: Task) -> list[Found]:
    good: dict[tuple[str, str], Found] = {}
    for code in found:
        understood = code_text.of_text(code.text, code.kind)
        if understood is not None and code.kind in task.kinds:
            good[understood.text, code.kind] = replace(code, text=understood.text)
    return list(good.values())


def _attempts(grey: np.ndarray, task: Task, parts: list[Box]) -> Iterator[list[Found]]:
    """What zxing-cpp makes of the picture, cheapest first; the caller stops when it has enough."""
    if task.effort is Effort.GLANCE:
        if task.near is not None:
            yield _inside(
                grey, task.near, lambda part: readers.read_with_zxing(part, task.kinds, parts=parts)
            )
        elif half := halved(grey):
            yield _back(readers.read_with_zxing(half.grey, task.kinds, parts=parts), half)
        return
    hints = task.unread
    yield readers.read_with_zxing(grey, task.kinds, hints=hints, parts=parts)
    for hint in hints[:HINTS_MAX]:
        for treatment in TREATMENTS:
            yield _inside(grey, hint, lambda part, t=treatment: _treated(part, t, task.kinds))
        yield _inside(
            grey, hint, lambda part: bent_codes.read_frame(part, task.kinds, task.turn, parts)
        )
    if task.effort is Effort.LOOK:
        return
    smaller = to_work_on(grey)
    if smaller.grey is not grey:
        yield _back(readers.read_with_zxing(smaller.grey, task.kinds, parts=parts), smaller)
    if task.effort is Effort.TRY:
        turn, bent = divmod(task.turn, 2)
        if bent:
            yield bent_codes.read_frame(grey, task.kinds, turn, parts)
        else:
            treatment = TREATMENTS[turn % len(TREATMENTS)]
            yield _back(_treated(smaller.grey, treatment, task.kinds), smaller)
        return
    for treatment in TREATMENTS:
        yield _back(_treated(smaller.grey, treatment, task.kinds), smaller)
    now = time.monotonic()
    yield bent_codes.read(grey, task.kinds, now + BENT_SHARE * (task.until - now), parts)
    for treatment in LAST_TREATMENTS:
        yield _back(_treated(smaller.grey, treatment, task.kinds), smaller)


def _treated(grey: np.ndarray, treatment: Treatment, kinds: Sequence[str]) -> list[Found]:
    made = treatment.apply(grey)
    if made is None:
        return []
    one = treatment.dark_and_bright
    return _back(
        readers.read_with_zxing(made.grey, kinds, everything=True, one_threshold=one), made
    )


def _back(found: list[Found], made: Treated) -> list[Found]:
    """The same codes with their places in the picture that ``made`` was made from."""
    return [replace(code, box=code.box.scaled(1 / made.across, 1 / made.down)) for code in found]


def _inside(grey: np.ndarray, box: Box, read: Callable[[np.ndarray], list[Found]]) -> list[Found]:
    """Reads the part of the picture around a box."""
    height, width = grey.shape
    part = box.grown(ROOM_AROUND, width, height)
    if part.width < 16 or part.height < 16:
        return []
    rows = grey[part.y : part.y + part.height, part.x : part.x + part.width]
    found = read(np.ascontiguousarray(rows))
    return [replace(code, box=code.box.moved(part.x, part.y)) for code in found]
