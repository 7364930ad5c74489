"""A bad picture is named for what it is, after a while, and never lightly."""

import cv2
import numpy as np
import pytest

from device_drivers.scanners.picture_health import (
    BLURRED_PROBES,
    STEEP_MIN,
    PictureHealth,
    steepness,
)
from tests.device_drivers.scanners.pictures import qr_picture

LOBBY = np.tile(np.linspace(60, 200, 640), (480, 1))
NOISE = np.random.default_rng(1)


def colour(grey: np.ndarray, noise: float = 4.0) -> np.ndarray:
    noisy = np.clip(grey + NOISE.normal(0, noise, grey.shape), 0, 255).astype(np.uint8)
    return cv2.cvtColor(noisy, cv2.COLOR_GRAY2BGR)


def held(step: int, blur: float) -> np.ndarray:
    """A bill that moves about before the camera."""
    moved = np.roll(qr_picture("https://pay.example/b/1"), (step * 37) % 120, axis=1)
    return colour(cv2.GaussianBlur(moved, (0, 0), blur) if blur else moved)


def after(seconds: float, grey: np.ndarray) -> tuple[str, ...]:
    health = PictureHealth()
    for tick in range(int(seconds * 2) + 1):
        health.see(colour(grey), tick / 2, can_freeze=True)
    return health.faults(seconds)


@pytest.mark.parametrize(
    ("grey", "fault"),
    [(LOBBY * 0 + 5, "black"), (LOBBY * 0 + 120, "covered"), (LOBBY * 0 + 250, "covered")],
)
def test_black_and_covered_are_named_after_seconds(grey, fault):
    assert after(1.5, grey) == ()
    assert after(3.0, grey) == (fault,)


@pytest.mark.parametrize("light", [1.0, 0.5, 0.3])
def test_an_empty_lobby_has_no_fault_however_dim_and_for_however_long(light):
    assert after(300, LOBBY * light) == ()


def test_the_same_picture_to_the_last_bit_is_a_frozen_camera():
    health = PictureHealth()
    still = colour(LOBBY)
    for tick in range(20):
        health.see(still.copy(), tick / 2, can_freeze=True)
    assert health.faults(9.5) == ("frozen",)
    health.see(colour(LOBBY), 10.0, can_freeze=True)
    assert health.faults(10.0) == ()


def test_a_folder_of_pictures_may_repeat_one():
    health = PictureHealth()
    for tick in range(20):
        health.see(colour(LOBBY, 0), tick / 2, can_freeze=False)
    assert health.faults(9.5) == ()


def test_out_of_focus_is_named_only_after_many_things_were_held_before_the_camera():
    health = PictureHealth()
    for step in range(BLURRED_PROBES // 2):
        health.see(held(step, 7), step / 2, can_freeze=True)
    assert health.faults(100) == ()
    for step in range(BLURRED_PROBES):
        health.see(held(step, 7), 100 + step / 2, can_freeze=True)
    assert health.faults(200) == ("blurred",)
    health.read_well()
    assert health.faults(200) == ()


def test_one_sharp_picture_among_blurred_ones_clears_the_lens():
    health = PictureHealth()
    for step in range(BLURRED_PROBES * 3):
        health.see(held(step, 0 if step % 20 == 0 else 7), step / 2, can_freeze=True)
    assert health.faults(1000) == ()


@pytest.mark.parametrize("noise", [0.0, 4.0, 8.0])
def test_steepness_tells_sharp_from_blurred_whatever_the_noise(noise):
    sharp = qr_picture("https://pay.example/b/1")
    blurred = cv2.GaussianBlur(sharp, (0, 0), 7)
    in_focus, out_of_focus = steepness(colour(sharp, noise)), steepness(colour(blurred, noise))
    assert in_focus is not None and in_focus > STEEP_MIN
    assert out_of_focus is not None and out_of_focus < STEEP_MIN
    assert steepness(colour(LOBBY, noise)) is None
