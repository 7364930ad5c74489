"""A touch screen as a program sees it that stands in front: touches by XTEST, one after the other in the
order in which they were made, and the colours of places, each in a fraction of a millisecond."""

import ctypes
import time
from ctypes import c_char_p, c_int, c_uint, c_ulong, c_void_p

ALL_PLANES = 0xFFFFFFFF
Z_PIXMAP = 2
LOOK_S = 0.0005


class NeverChanged(Exception):
    """What was touched looked the same all the time."""


class Panel:
    """Of the X display ``name``. Raises OSError where it cannot be opened."""

    def __init__(self, name: str) -> None:
        self._x = x = ctypes.CDLL("libX11.so.6")
        self._test = ctypes.CDLL("libXtst.so.6")
        x.XOpenDisplay.restype, x.XOpenDisplay.argtypes = c_void_p, [c_char_p]
        x.XDefaultRootWindow.restype, x.XDefaultRootWindow.argtypes = c_ulong, [c_void_p]
        x.XFlush.argtypes = [c_void_p]
        x.XCloseDisplay.argtypes = [c_void_p]
        x.XGetImage.restype = c_void_p
        x.XGetImage.argtypes = [
            *(c_void_p, c_ulong, c_int, c_int, c_uint, c_uint, c_ulong, c_int),
        ]
        x.XGetPixel.restype, x.XGetPixel.argtypes = c_ulong, [c_void_p, c_int, c_int]
        x.XDestroyImage.argtypes = [c_void_p]
        self._test.XTestFakeMotionEvent.argtypes = [c_void_p, c_int, c_int, c_int, c_ulong]
        self._test.XTestFakeButtonEvent.argtypes = [c_void_p, c_uint, c_int, c_ulong]
        self._display = x.XOpenDisplay(name.encode())
        if not self._display:
            raise OSError(f"no X display {name}")
        self._root = x.XDefaultRootWindow(self._display)

    def move(self, x: int, y: int) -> None:
        """Without a press it is where the next touch begins."""
        self._test.XTestFakeMotionEvent(self._display, -1, x, y, 0)
        self._x.XFlush(self._display)

    def press(self) -> None:
        self._button(True)

    def release(self) -> None:
        self._button(False)

    def swipe(
        self, start: tuple[int, int], end: tuple[int, int], steps: int, pause_s: float
    ) -> None:
        """A finger that is put down, slides and is lifted."""
        self.move(*start)
        self.press()
        for step in range(1, steps + 1):
            time.sleep(pause_s)
            share = step / steps
            self.move(*(round(a + (b - a) * share) for a, b in zip(start, end, strict=True)))
        time.sleep(pause_s)
        self.release()

    def _button(self, down: bool) -> None:
        self._test.XTestFakeButtonEvent(self._display, 1, int(down), 0)
        self._x.XFlush(self._display)

    def part(self, box: tuple[int, int, int, int]) -> tuple[int, ...]:
        """The colours of a grid of places in x, y, width, height."""
        left, top, width, height = box
        image = self._x.XGetImage(
            *(self._display, self._root, left, top, width, height, ALL_PLANES, Z_PIXMAP)
        )
        across, down = max(1, width // 40), max(1, height // 20)
        colours = tuple(
            self._x.XGetPixel(image, x, y)
            for y in range(0, height, down)
            for x in range(0, width, across)
        )
        self._x.XDestroyImage(image)
        return colours

    def changed_after_s(
        self, box: tuple[int, int, int, int], before: tuple[int, ...], since: float, for_s: float
    ) -> float:
        """Seconds from ``since`` (time.perf_counter) until the part looks different. Raises
        NeverChanged after ``for_s``."""
        while True:
            seen, now = self.part(box), time.perf_counter()
            if seen != before:
                return now - since
            if now - since > for_s:
                raise NeverChanged(f"{box} for {for_s:.0f} s")
            time.sleep(LOOK_S)

    def still(self, box: tuple[int, int, int, int], for_s: float) -> tuple[int, ...]:
        """What the part shows once it has not changed for so long."""
        seen, since = self.part(box), time.perf_counter()
        while time.perf_counter() - since < for_s:
            time.sleep(0.01)
            if (now := self.part(box)) != seen:
                seen, since = now, time.perf_counter()
        return seen

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)
