"""Remembers which reader died at which picture, so that no picture kills the same reader twice.

A picture is known again by its coarse shape, in spite of noise. It is not known again once the code
has left it: an empty lobby must never count as the picture that killed.
"""

from collections import deque
from collections.abc import Sequence

import cv2
import numpy as np

LEFT_OUT_S = 30.0  # while a hand still holds the code, and moves it
LEFT_OUT_MAX_S = 3600.0
DEATHS_FORGOTTEN_S = 600.0
PICTURES_MAX = 64
SHAPE_SIZE = (32, 18)
SAME_MAX = 12  # grey levels between any two of the means; paper against a wall differs by far more


def shape_of(grey: np.ndarray) -> np.ndarray:
    """The means of the picture's tiles."""
    return cv2.resize(grey, SHAPE_SIZE, interpolation=cv2.INTER_AREA).astype(np.int16)


class CrashMemory:
    def __init__(self) -> None:
        self._pictures: deque[tuple[str, tuple[int, ...], np.ndarray]] = deque(maxlen=PICTURES_MAX)
        self._until: dict[str, float] = {}
        self._deaths: dict[str, tuple[int, float]] = {}  # how many in a row, and when the last was

    def late(self, reader: str, grey: np.ndarray, now: float) -> None:
        """It was stopped at the deadline: perhaps the machine was busy, so nothing adds up."""
        self._pictures.append((reader, grey.shape, shape_of(grey)))
        self._until[reader] = now + LEFT_OUT_S

    def died(self, reader: str, grey: np.ndarray, now: float) -> None:
        """Each further death of a reader within minutes doubles the time that it is left out."""
        self._pictures.append((reader, grey.shape, shape_of(grey)))
        deaths, last = self._deaths.get(reader, (0, now))
        deaths = deaths + 1 if now - last < DEATHS_FORGOTTEN_S else 1
        self._deaths[reader] = (deaths, now)
        self._until[reader] = now + min(LEFT_OUT_S * 2 ** min(deaths - 1, 10), LEFT_OUT_MAX_S)

    def left_out(self, readers: Sequence[str], grey: np.ndarray, now: float) -> set[str]:
        """Those that would die at this picture, and those that died lately unless all did."""
        killed = self._killed_by(grey)
        lately = {name for name in readers if self._until.get(name, 0) > now}
        if lately | killed >= set(readers):
            return killed
        return lately | killed

    def _killed_by(self, grey: np.ndarray) -> set[str]:
        if not self._pictures:
            return set()
        shape = shape_of(grey)
        return {
            reader
            for reader, size, known in self._pictures
            if size == grey.shape and int(np.abs(known - shape).max()) <= SAME_MAX
        }
