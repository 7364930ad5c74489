"""Everything that goes wrong with a camera: what it then shows of a scene, and how fast.

``unplugged`` is no picture at all: the folder is gone.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from simulators.camera.scene import HEIGHT, WIDTH

Pictures = Sequence[np.ndarray]
SLOW_S = 4.0  # a picture; a real camera does so when its cable or its hub is bad
HAND_FRAMES = 6
BLUR_SIGMA = 9
GLARE_RADIUS = 260.0


def dark(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """The light is out."""
    return [np.full((HEIGHT, WIDTH, 3), 4, np.uint8)]


def covered(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """A hand, a sticker or a cap on the lens."""
    hand = rng.normal(96, 4, (HAND_FRAMES, HEIGHT, WIDTH, 3))
    return [np.clip(one, 0, 255).astype(np.uint8) for one in hand]


def frozen(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """The same picture to the last bit, again and again."""
    return [pictures[-1]]


def blurred(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """Out of focus."""
    return [cv2.GaussianBlur(one, (0, 0), BLUR_SIGMA) for one in pictures]


def glare(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """A lamp's reflection in the middle of whatever is held there."""
    rows = (np.arange(HEIGHT, dtype=np.float32)[:, None] - HEIGHT * 0.5) / GLARE_RADIUS
    columns = (np.arange(WIDTH, dtype=np.float32)[None, :] - WIDTH * 0.52) / GLARE_RADIUS
    light = (420 * np.exp(-(rows**2 + columns**2)))[..., None]
    return [np.clip(one + light, 0, 255).astype(np.uint8) for one in pictures]


def garbage(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """A bad cable: noise, and pictures of which the lower part is another's (torn)."""
    made = []
    for number, one in enumerate(pictures):
        if number % 2:
            made.append(rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8))
        else:
            torn = one.copy()
            cut = int(rng.integers(HEIGHT // 4, HEIGHT * 3 // 4))
            torn[cut:] = np.roll(torn[cut:], WIDTH // 3, axis=1)
            made.append(torn)
    return made


def slow(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    return pictures


FAULTS: dict[str, Callable[[Pictures, np.random.Generator], Pictures]] = {
    fault.__name__: fault for fault in (dark, covered, frozen, blurred, glare, garbage, slow)
}
UNPLUGGED = "unplugged"
NAMES = (*FAULTS, UNPLUGGED)
