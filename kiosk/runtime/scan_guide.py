"""Looks at what the camera sees while a bill is to be shown, and says how it is held.

On a thread of its own, a few pictures a second; it reads no code and holds nobody up. Between two visits
it looks now and then at the empty place, so that it knows what is held. What judges a picture takes 40 MB
(OpenCV), and is taken in with the first one: a kiosk without a camera does without.
"""

import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import structlog

from device_drivers.scanners.interface import Hint
from kiosk.core.events import Event, ScanHinted

log = structlog.get_logger("scan_guide")

Picture = tuple[int, int, bytes]
LOOK_S = 0.25
REST_S = 20.0


class ScanGuide:
    """``preview``: the camera's newest picture, as scanners give it."""

    def __init__(
        self, preview: Callable[[], Picture | None], post: Callable[[Event], None]
    ) -> None:
        self._preview, self._post = preview, post
        self._guide: Any = None
        self._told = Hint.NONE
        self._watching, self._wake, self._stop = False, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="scan_guide", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, if it was ever begun."""
        self._stop.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=3)

    def watch(self, on: bool) -> None:
        self._watching = on
        self._wake.set()

    def _run(self) -> None:
        rest_due = 0.0
        while not self._stop.is_set():
            watching = self._watching
            try:
                if watching:
                    self._look()
                elif time.monotonic() >= rest_due:
                    self._rest()
                    rest_due = time.monotonic() + REST_S
            except Exception:
                log.exception("not_looked_at")
            self._wake.wait(LOOK_S if watching else REST_S)
            self._wake.clear()

    def _look(self) -> None:
        picture = self._preview()
        hint = Hint.NONE
        if picture:
            hint = self._judge().see(self._grey_of(*picture), time.monotonic())
        if hint is not self._told and self._watching:
            self._told = hint
            self._post(ScanHinted(hint.value))

    def _rest(self) -> None:
        self._told = Hint.NONE
        picture = self._preview()
        if picture is not None:
            self._judge().rest(self._grey_of(*picture))

    def _judge(self) -> Any:
        if self._guide is None:
            holding = import_module("device_drivers.scanners.holding")
            self._guide, self._grey_of = holding.Guide(), holding.grey_of
        return self._guide
