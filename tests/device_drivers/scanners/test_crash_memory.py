"""What is remembered of a reader's death: the picture, for good, and the reader, for a while."""

import numpy as np
import pytest

from device_drivers.scanners.crash_memory import PICTURES_MAX, CrashMemory
from tests.device_drivers.scanners.pictures import qr_picture

BOTH = ("zxing-cpp", "pyzbar")
KILLER = qr_picture("killer")
LOBBY = np.full_like(KILLER, 170)


def test_the_reader_is_left_out_of_everything_for_a_while_and_of_that_picture_for_good():
    memory = CrashMemory()
    memory.died("zxing-cpp", KILLER, 100.0)
    assert memory.left_out(BOTH, LOBBY, 101.0) == {"zxing-cpp"}
    assert memory.left_out(BOTH, LOBBY, 131.0) == set()
    assert memory.left_out(BOTH, KILLER, 90_000.0) == {"zxing-cpp"}


def test_an_empty_lobby_never_counts_as_the_picture_that_killed():
    memory = CrashMemory()
    small = LOBBY.copy()
    small[200:260, 300:360] = qr_picture("K", scale=2)[210:270, 290:350]
    memory.died("zxing-cpp", small, 0.0)
    assert memory.left_out(BOTH, small, 90_000.0) == {"zxing-cpp"}
    assert memory.left_out(BOTH, LOBBY, 90_000.0) == set()


def test_dying_again_doubles_the_while_and_being_late_does_not():
    memory = CrashMemory()
    for start in (0.0, 40.0):
        memory.died("zxing-cpp", KILLER, start)
    assert memory.left_out(BOTH, LOBBY, 99.0) == {"zxing-cpp"}
    assert memory.left_out(BOTH, LOBBY, 101.0) == set()
    for start in (200.0, 240.0, 280.0):
        memory.late("pyzbar", KILLER, start)
    assert memory.left_out(BOTH, LOBBY, 309.0) == {"pyzbar"}
    assert memory.left_out(BOTH, LOBBY, 311.0) == set()


def test_when_every_reader_died_lately_they_are_all_asked_again_but_not_about_that_picture():
    memory = CrashMemory()
    memory.died("zxing-cpp", KILLER, 0.0)
    memory.died("pyzbar", KILLER, 1.0)
    assert memory.left_out(BOTH, LOBBY, 2.0) == set()
    assert memory.left_out(BOTH, KILLER, 2.0) == set(BOTH)


@pytest.mark.parametrize("size", [(320, 240), (1280, 720)])
def test_a_picture_of_another_size_is_another_picture(size):
    memory = CrashMemory()
    memory.died("zxing-cpp", KILLER, 0.0)
    assert memory.left_out(BOTH, qr_picture("killer", size=size), 60.0) == set()


def test_the_memory_is_bounded():
    memory = CrashMemory()
    for number in range(PICTURES_MAX + 1):
        memory.died("pyzbar", KILLER if number == 0 else LOBBY, 0.0)
    assert memory.left_out(BOTH, KILLER, 90_000.0) == set()
