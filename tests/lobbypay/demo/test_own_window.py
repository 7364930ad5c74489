"""Where there is a display, the desk opens in a window that fits the screen and ends with the demo."""

import os
import subprocess
import time
from contextlib import closing

import pytest

from lobbypay.demo.desk.own_window import OwnWindow, placed
from lobbypay.demo.display import Display

SCREEN = (1280, 720)


@pytest.mark.parametrize(
    ("screen", "expected"),
    [
        ((0, 0, 1366, 768), (41, 23, 1284, 722)),
        ((0, 0, 2560, 1440), (560, 270, 1440, 900)),
        ((1920, 0, 1280, 720), (1958, 21, 1203, 677)),
    ],
)
def test_it_never_reaches_beyond_the_screen(screen, expected):
    left, top, width, height = placed(screen)
    assert (left, top, width, height) == expected
    assert screen[0] <= left and left + width <= screen[0] + screen[2]
    assert screen[1] <= top and top + height <= screen[1] + screen[3]


def test_no_screen_to_be_had_is_no_fault():
    with closing(OwnWindow("http://127.0.0.1:9/", ":4711")):
        pass


@pytest.mark.slow
def test_a_window_opens_and_ends(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<title>the desk</title>")
    display = Display(None, SCREEN)
    with closing(display):
        with closing(OwnWindow(page.as_uri(), display.name)) as window:
            x, y, width, height = geometry(display.name)
            assert width <= SCREEN[0] and height <= SCREEN[1]
            assert x >= 0 and y >= 0
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
