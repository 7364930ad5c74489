"""Codes on paper that is bent, drawn by where each place of the flat paper is seen. For tests."""

from dataclasses import dataclass

import cv2
import numpy as np
import segno
from hypothesis import strategies as st

SIZE = 560


@dataclass(frozen=True)
class Bend:
    """``wave``: height, in parts of the code's side, and waves across it, in two directions; ``round``:
    radians to which paper is rolled on each side of the middle; ``narrow``: the far edge's length."""

    wave: tuple[float, float]
    waves: tuple[float, float]
    round: float
    narrow: float
    turned: float


def bends() -> st.SearchStrategy[Bend]:
    """As far as a sheet in a hand is bent; never flat."""
    height, count = st.floats(0.03, 0.045), st.floats(0.6, 0.9)
    return st.builds(
        Bend,
        wave=st.tuples(height, height),
        waves=st.tuples(count, count),
        round=st.floats(0.4, 0.8),
        narrow=st.floats(0.8, 1.0),
        turned=st.floats(-0.5, 0.5),
    )


def drawn(text: str, bend: Bend, error: str = "m") -> np.ndarray:
    code = np.array([*segno.make_qr(text, error=error).matrix_iter(8, 10)], np.uint8)
    edge = len(code)
    y, x = (np.mgrid[0:SIZE, 0:SIZE].astype(np.float64) / SIZE - 0.5) * 2
    cos, sin = np.cos(bend.turned), np.sin(bend.turned)
    x, y = x * cos - y * sin, x * sin + y * cos
    x = x / (bend.narrow + (1 - bend.narrow) * (y + 1) / 2)
    x = np.arcsin(np.clip(x * np.sin(bend.round), -1, 1)) / bend.round
    across, down = bend.wave
    x, y = (
        x + 2 * across * np.sin(np.pi * bend.waves[0] * y + 1),
        y + 2 * down * np.sin(np.pi * bend.waves[1] * x + 2),
    )
    from_x, from_y = (((n + 1) / 2 * edge).astype(np.float32) for n in (x, y))
    seen = cv2.remap(
        255 * (1 - code),
        from_x,
        from_y,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255,),
    )
    noise = np.random.default_rng(1).normal(0, 3, seen.shape)
    soft = cv2.GaussianBlur(seen, (0, 0), 1.0)
    return np.clip(soft * 0.8 + 15 + noise, 0, 255).astype(np.uint8)
