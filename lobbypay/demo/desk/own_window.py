"""Where there is a display: the desk in a window of its own on it, scaled to its screen, so that nobody
has to copy an address. It ends with the demo, and leaves nothing in the user's own browser."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import mss
from mss.exception import ScreenShotError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SHARE = 0.94  # of the screen, so that panels and title bars find room
WIDE, HIGH = 1440, 900
ENDS_WITHIN_S = 5.0


class OwnWindow:
    """Opens when it is made; no browser or no screen to be had is no fault: the address was printed."""

    def __init__(self, url: str, display: str) -> None:
        self._profile = Path(tempfile.mkdtemp(prefix="lobbypay-window-"))
        self._browser: subprocess.Popen[bytes] | None = None
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        screen = _screen(display)
        if program is None or screen is None:
            return
        left, top, width, height = placed(screen)
        self._browser = subprocess.Popen(
            [
                program,
                f"--app={url}",
                f"--user-data-dir={self._profile}",
                f"--window-position={left},{top}",
                f"--window-size={width},{height}",
                *("--no-first-run", "--no-default-browser-check", "--disable-sync"),
                *("--disable-background-networking", "--disable-component-update"),
                *(("--no-sandbox",) if os.geteuid() == 0 else ()),
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
        shutil.rmtree(self._profile, ignore_errors=True)


def placed(screen: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Left, top, width and height of the window: as wide as the desk likes, never beyond the screen."""
    left, top, width, height = screen
    wide, high = min(WIDE, round(width * SHARE)), min(HIGH, round(height * SHARE))
    return left + (width - wide) // 2, top + (height - high) // 2, wide, high


def _screen(display: str) -> tuple[int, int, int, int] | None:
    """Left, top, width and height of the first screen."""
    try:
        with mss.MSS(display=display, backend="xlib") as camera:
            first = camera.monitors[min(1, len(camera.monitors) - 1)]
    except ScreenShotError:
        return None
    return first["left"], first["top"], first["width"], first["height"]
