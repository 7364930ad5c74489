"""Draws what a camera sees while someone brings a bill before it by hand; the same for a seed. Pure.

The sheet comes in from a side and slows down, and is then held by a hand that shakes; the lens hunts
for the focus, and a lamp shines on the paper and wanders with it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from simulators.camera.scene import (
    HEIGHT,
    WIDTH,
    Pose,
    Sheet,
    hold_into,
    lobby,
    through_lens,
)

FRAMES_A_SECOND = 15.0
ARRIVING_S = (0.2, 0.5)
SHAKE_HZ = (1.0, 4.0)
SHUTTER_S = 1 / 60  # so long a moving edge is smeared


@dataclass(frozen=True)
class SeenFrame:
    """``in_view``: the whole code is inside the picture. BGR."""

    picture: np.ndarray
    in_view: bool


def hand_held(sheet: Sheet, seed: int, seconds: float = 2.0) -> Iterator[SeenFrame]:
    """The frames from the moment at which the sheet begins to come in."""
    rng = np.random.default_rng(seed)
    scene = lobby(rng)
    hand = _Hand(rng)
    defocus, focus_hz = rng.uniform(0.5, 2.6), rng.uniform(0.6, 1.8)
    phase, settles_s = rng.uniform(0, 6.28), rng.uniform(0.3, 1.0)
    glare_at, glare_radius = rng.uniform(-1.2, 1.2, 2), rng.uniform(0.3, 0.9)
    for number in range(round(seconds * FRAMES_A_SECOND)):
        at = number / FRAMES_A_SECOND
        pose = hand.pose(at)
        seen = hold_into(scene, sheet, pose)
        hunting = math.sin(6.28 * focus_hz * at + phase) ** 2 * math.exp(-at / settles_s)
        blurred = cv2.GaussianBlur(seen, (0, 0), 0.4 + defocus * hunting)
        glare = (
            pose.x + glare_at[0] * pose.code_width,
            pose.y + glare_at[1] * pose.code_width,
            glare_radius * pose.code_width,
        )
        half = pose.code_width * 0.75
        inside = half < pose.x < WIDTH - half and half < pose.y < HEIGHT - half
        yield SeenFrame(through_lens(blurred, rng, glare), inside)


class _Hand:
    def __init__(self, rng: np.random.Generator) -> None:
        self._width = rng.uniform(190, 330)
        self._to = np.array([rng.uniform(440, 840), rng.uniform(280, 440)])
        side = rng.choice([-1, 1])
        self._from = self._to + np.array([side * rng.uniform(500, 900), rng.uniform(0, 300)])
        self._arrives_s = rng.uniform(*ARRIVING_S)
        self._shake = rng.uniform(4, 16, 2)  # dots
        self._hz, self._phase = rng.uniform(*SHAKE_HZ, 2), rng.uniform(0, 6.28, 2)
        self._turn, self._tilt = rng.uniform(-25, 25), rng.uniform(-0.5, 0.5)

    def _place(self, at: float) -> np.ndarray:
        left = (1 - min(1.0, at / self._arrives_s)) ** 2
        shake = self._shake * np.sin(6.28 * self._hz * at + self._phase)
        return self._to + (self._from - self._to) * left + shake

    def pose(self, at: float) -> Pose:
        here = self._place(at)
        smeared = np.linalg.norm(self._place(at + SHUTTER_S) - here)
        return Pose(
            x=float(here[0]),
            y=float(here[1]),
            code_width=self._width,
            turn_degrees=self._turn + 3 * math.sin(6.28 * self._hz[0] * at),
            tilt=self._tilt,
            blur=float(smeared),
        )
