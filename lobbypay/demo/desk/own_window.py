"""Where there is a display: the kiosk's window on it, scaled to its screen, and beside it the desk in a
window of its own, so that nobody has to copy an address. They end with the demo, and leave nothing in the
user's own browser."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import mss
from mss.exception import ScreenShotError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SHARE_WIDE, SHARE_HIGH = 0.99, 0.94  # of the screen, so that panels and title bars find room
KIOSK_SHARE_MAX = 0.5  # of the screen's width
TITLE_BAR = 36  # dots: about as high as a browser's
GAP = 8
DESK_WIDE, DESK_HIGH = 1280, 900  # it likes no more
ENDS_WITHIN_S = 5.0

Box = tuple[int, int, int, int]  # left, top, width, height


class OwnWindow:
    """Opens when it is made; no browser to be had is no fault: the address was printed."""

    def __init__(self, url: str, display: str, box: Box) -> None:
        self._profile = Path(tempfile.mkdtemp(prefix="lobbypay-window-"))
        self._browser: subprocess.Popen[bytes] | None = None
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        if program is None:
            return
        left, top, width, height = box
        self._browser = subprocess.Popen(
            [
                program,
                f"--app={url}",
                f"--user-data-dir={self._profile}",
                f"--window-position={left},{top}",
                f"--window-size={width},{height}",
                *("--no-first-run", "--no-default-browser-check", "--disable-sync"),
                *("--disable-background-networking", "--disable-component-update"),
                *(
                    ("--no-sandbox", "--test-type") if os.geteuid() == 0 else ()
                ),  # and no bar for it
            ],
            env={**os.environ, "DISPLAY": display},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def close(self) -> None:
        if self._browser is not None:
            self._browser.terminate()
            try:
                self._browser.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._browser.kill()
                self._browser.wait()
        self._forget()

    def _forget(self) -> None:
        """The browser's helpers outlive it by a moment, and may write into the profile meanwhile."""
        end = time.monotonic() + ENDS_WITHIN_S
        shutil.rmtree(self._profile, ignore_errors=True)
        while self._profile.exists() and time.monotonic() < end:
            time.sleep(0.05)
            shutil.rmtree(self._profile, ignore_errors=True)


def placed(screen: Box, size: tuple[int, int]) -> tuple[Box, Box]:
    """Where the kiosk's window and the desk's stand: side by side, never beyond the screen; the kiosk's
    in the shape of its ``size``, as large as there is room."""
    left, top, width, height = screen
    all_wide, high = round(width * SHARE_WIDE), round(height * SHARE_HIGH)
    shape = size[0] / size[1]
    wide = min(round((high - TITLE_BAR) * shape), round(width * KIOSK_SHARE_MAX))
    kiosk_high = min(high, round(wide / shape) + TITLE_BAR)
    desk_wide, desk_high = min(DESK_WIDE, all_wide - GAP - wide), min(DESK_HIGH, high)
    x = left + (width - wide - GAP - desk_wide) // 2
    y = top + (height - max(kiosk_high, desk_high)) // 2
    return (x, y, wide, kiosk_high), (x + wide + GAP, y, desk_wide, desk_high)


def screen_of(display: str) -> Box | None:
    """The first screen; None where there is none to be had."""
    try:
        with mss.MSS(display=display, backend="xlib") as camera:
            first = camera.monitors[min(1, len(camera.monitors) - 1)]
    except ScreenShotError:
        return None
    return first["left"], first["top"], first["width"], first["height"]
