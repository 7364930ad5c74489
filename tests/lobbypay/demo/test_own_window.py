"""Where there is a display, kiosk and desk open in windows that fit the screen and end with the demo."""

import os
import subprocess
import time
from contextlib import closing

import pytest

from lobbypay.demo.desk.own_window import TITLE_BAR, OwnWindow, placed, screen_of
from lobbypay.demo.display import Display

SCREEN = (1280, 720)


@pytest.mark.parametrize("screen", [(0, 0, 1366, 768), (0, 0, 2560, 1440), (1920, 0, 1280, 720)])
@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080)])
def test_they_stand_side_by_side_and_never_reach_beyond_the_screen(screen, size):
    kiosk, desk = placed(screen, size)
    for left, top, width, height in (kiosk, desk):
        assert screen[0] <= left and left + width <= screen[0] + screen[2]
        assert screen[1] <= top and top + height <= screen[1] + screen[3]
    assert kiosk[0] + kiosk[2] < desk[0]
    assert kiosk[2] / (kiosk[3] - TITLE_BAR) == pytest.approx(size[0] / size[1], rel=0.01)
    assert desk[2] >= screen[2] * 0.48


def test_on_a_laptop_the_kiosk_is_as_high_as_its_screen():
    kiosk, desk = placed((0, 0, 1366, 768), (1080, 1920))
    assert kiosk[3] == 722 and 370 < kiosk[2] < 400
    assert desk[2] > 900  # or the desk would be laid out as for a phone


def test_no_screen_to_be_had_is_no_fault():
    assert screen_of(":4711") is None


@pytest.mark.slow
def test_a_window_opens_and_ends(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<title>the desk</title>")
    display = Display(None, SCREEN)
    with closing(display):
        with closing(OwnWindow(page.as_uri(), display.name, (10, 20, 800, 600))) as window:
            x, y, width, height = geometry(display.name)
            assert (x, y, width, height) == (10, 20, 800, 600)
            assert "the desk" in (display.picture(tmp_path / "seen.png") and title(display.name))
            profile = str(window._profile)
        assert not using(profile)
        assert not os.path.exists(profile)  # noqa: PTH110


def asked(display, *command):
    found = subprocess.run(
        ["xdotool", *command],
        env={**os.environ, "DISPLAY": display},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return found.stdout.strip()


def window_of(display):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := asked(display, "search", "--onlyvisible", "--name", "the desk").split():
            return found[-1]
        time.sleep(0.2)
    raise AssertionError("no window came")


def geometry(display):
    shell = asked(display, "getwindowgeometry", "--shell", window_of(display))
    told = dict(line.split("=", 1) for line in shell.splitlines())
    return tuple(int(told[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))


def title(display):
    return asked(display, "getwindowname", window_of(display))


def using(profile):
    """Processes that were told to use the window's profile."""
    found = subprocess.run(["pgrep", "-f", profile], capture_output=True, text=True, check=False)
    return found.stdout.split()
