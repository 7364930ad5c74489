"""Since when the screen was not drawn: a program that is heard may show a picture that stands still."""

import time
from collections.abc import Callable


class ScreenWatch:
    """``drawn`` is called by the window at each picture. Safe from any thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._drawn_at: float | None = None

    def drawn(self) -> None:
        self._drawn_at = self._monotonic()

    expect = drawn  # from now on there is a window that should draw

    @property
    def still_s(self) -> int | None:
        """Whole seconds; None while no window was expected to draw."""
        drawn_at = self._drawn_at
        return None if drawn_at is None else max(0, int(self._monotonic() - drawn_at))
