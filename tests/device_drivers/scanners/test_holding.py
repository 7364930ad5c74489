"""How a bill is held before the camera: drawn pictures of each way in which it goes wrong."""

import cv2
import numpy as np
import pytest
import segno

from device_drivers.scanners.holding import Guide, grey_of, judge
from device_drivers.scanners.interface import Hint
from simulators.camera.scene import Pose, Sheet, hold_into, lobby, through_lens

SEEDS = (1, 2, 3)
BILL_URL = "https://pay.example.com/b/" + "A7c9" * 34  # as long as a signed bill code


def page(code: bool = True, print_: bool = True) -> Sheet:
    """A4, with a bill's code low at the right, or without one."""
    dots = np.full((1754, 1240, 3), 255, np.uint8)
    for line in range(18 if print_ else 0):
        words = f"2026-{line:02d} 118.60 x 2.80 = 332.08"
        cv2.putText(dots, words, (90, 120 + line * 56), 0, 1.4, (20, 20, 20), 3)
    side = 300
    if code:
        rows = np.array([list(row) for row in segno.make_qr(BILL_URL, error="m").matrix], np.uint8)
        side = rows.shape[0] * 5
        big = np.kron(255 - rows * 255, np.ones((5, 5), np.uint8))
        dots[1250 : 1250 + side, 820 : 820 + side] = big[..., None]
    return Sheet(dots, (820 + side / 2, 1250 + side / 2), side)


BILL, LETTER, BLANK = page(), page(code=False), page(code=False, print_=False)


def seen(sheet, seed=1, *, wide=230, tilt=0.0, soft=0.4, light=1.0, glare=False):
    """What the preview shows: the place with the sheet held, and without."""
    rng = np.random.default_rng(seed)
    empty = lobby(rng)
    held = empty.copy()
    if sheet is not None:
        held = hold_into(held, sheet, Pose(620, 380, wide, 4.0, tilt))
    held = cv2.GaussianBlur(held, (0, 0), soft)
    spot = (620.0, 380.0, 0.7 * wide) if glare else None
    return tuple(
        preview(through_lens(one, rng, at) * light) for one, at in ((held, spot), (empty, None))
    )


def preview(picture: np.ndarray) -> np.ndarray:
    small = cv2.resize(picture.astype(np.uint8), (640, 360), interpolation=cv2.INTER_AREA)
    return grey_of(640, 360, cv2.cvtColor(small, cv2.COLOR_BGR2RGB).tobytes())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("sheet", "how", "hint"),
    [
        (None, {}, Hint.NONE),
        (BILL, {}, Hint.HOLD_STILL),
        (BILL, {"wide": 320}, Hint.HOLD_STILL),
        (BILL, {"wide": 90}, Hint.TOO_FAR),
        (BILL, {"wide": 130}, Hint.TOO_FAR),
        (BILL, {"wide": 620}, Hint.TOO_NEAR),
        (BILL, {"tilt": 3.2}, Hint.TILTED),
        (BILL, {"soft": 3.5}, Hint.BLURRED),
        (BILL, {"soft": 6.0}, Hint.BLURRED),
        (BILL, {"light": 0.15}, Hint.DARK),
        (LETTER, {}, Hint.NOT_A_BILL),
        (BLANK, {}, Hint.NOT_A_BILL),
    ],
)
def test_what_is_wrong_is_told(seed, sheet, how, hint):
    assert judge(*seen(sheet, seed, **how)).hint is hint


def shown(guide: Guide, pictures, at: float = 100.0, every_s: float = 0.25) -> list[Hint]:
    """What is shown, each change once."""
    changes = [guide.shown]
    for number, grey in enumerate(pictures):
        if guide.see(grey, at + number * every_s) is not changes[-1]:
            changes.append(guide.shown)
    return changes[1:]


def guide_at(empty: np.ndarray) -> Guide:
    guide = Guide()
    guide.rest(empty)
    return guide


def test_what_is_wrong_for_a_moment_is_not_shown():
    good, empty = seen(BILL)
    blurred, _ = seen(BILL, soft=5.0)
    pictures = [empty] * 4 + [blurred] + [empty] * 4 + [blurred, good] * 3
    assert shown(guide_at(empty), pictures) == []


def test_what_is_shown_stays_until_it_can_be_read():
    far, empty = seen(BILL, wide=100)
    good, _ = seen(BILL)
    guide = guide_at(empty)
    assert shown(guide, [far] * 5) == [Hint.TOO_FAR]
    assert shown(guide, [good] * 3, at=101.3) == [], "nobody reads so fast"
    assert shown(guide, [good] * 8, at=102.2) == [Hint.HOLD_STILL]


@pytest.mark.parametrize(
    ("how", "hint"),
    [({"glare": True}, Hint.GLARE), ({}, Hint.CRUMPLED)],
)
def test_why_a_code_that_is_held_well_is_not_read(how, hint):
    held, empty = seen(BILL, **how)
    assert shown(guide_at(empty), [held] * 30) == [Hint.HOLD_STILL, hint]


def test_whoever_stood_there_once_is_not_taken_for_the_empty_place():
    held, empty = seen(LETTER)
    guide = Guide()
    for picture in (empty, held, empty):
        guide.rest(picture)
    assert shown(guide, [empty] * 8) == []


def test_odd_pictures_do_no_harm():
    rng = np.random.default_rng(1)
    guide = Guide()
    guide.rest(np.zeros((10, 10), np.uint8))
    for shape in ((1, 1), (360, 640), (97, 640), (480, 33)):
        noise = rng.integers(0, 256, shape, np.uint8)
        assert guide.see(noise, 1.0) in Hint
        assert judge(np.full(shape, 255, np.uint8), noise).hint in Hint
