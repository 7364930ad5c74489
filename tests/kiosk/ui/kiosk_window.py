"""A real window on the real session rules, with nothing behind it but one sample unit. Run as:
``python -m tests.kiosk.ui.kiosk_window PROBE_SOCKET``; it ends when its standard input is closed.
"""

import json
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kiosk.core.effects import LookUp
from kiosk.core.events import AccountFound, Event, Ticked
from kiosk.core.model import Moment, Screen, Session, Visit
from kiosk.core.session import step
from kiosk.ui import kivy_setup
from kiosk.ui.gallery import samples

SIZE = (1080, 1920)
FRAMES_SHOWN = (320, 240)


class OneUnit:
    """Stands behind the window: answers every look-up with the sample account."""

    def __init__(self) -> None:
        lobby = replace(samples.lobby(), staff_pin=True)
        self.now = Session(lobby, Visit(screen=Screen.ATTRACT), now=time.monotonic())
        self.app = None
        self.frames = 0
        self.looks = self.hurried = 0  # at the camera; and while a key may follow another
        self._looked_from: object = None
        self._lock = threading.Lock()
        self.post(Ticked())  # a window that learns the hour later is drawn anew at night

    def post(self, event: Event) -> None:
        with self._lock:
            moment = Moment(time.monotonic(), datetime.now(UTC), samples.PAYMENT_ID, "K03-000417")
            self.now, effects = step(self.now, event, moment)
        for effect in effects:
            self.perform(effect)
        if self.app:
            self.app.notify()

    def perform(self, effect: object) -> None:
        if isinstance(effect, LookUp):
            self.post(AccountFound(effect.visit, samples.ACCOUNT))

    def session(self) -> Session:
        return self.now

    def preview(self) -> tuple[int, int, bytes]:
        screen = self.app.screen
        again, self._looked_from = screen is self._looked_from, screen
        self.looks += 1
        if again and self.app.touched_lately and self.now.visit.screen is Screen.IDENTIFY:
            self.hurried += 1
        width, height = FRAMES_SHOWN
        return width, height, bytes((0, 128, 255)) * (width * height)

    def on_frame(self, monotonic: float) -> None:
        self.frames += 1

    def tick_and_obey(self) -> None:
        """Ticks each second; the letter ``w`` on standard input lets the resident fall asleep."""
        threading.Thread(target=self._tick, daemon=True).start()
        for line in sys.stdin:
            if line.strip() == "w":
                visit = replace(self.now.visit, touched=self.now.now - 45)
                self.now = replace(self.now, visit=visit)
                self.app.notify()
        self.app.close()

    def _tick(self) -> None:
        while True:
            time.sleep(1)
            self.post(Ticked())


def main() -> None:
    kivy_setup.prepare(kivy_setup.WindowWish(size=SIZE))
    from kiosk.ui.app import KioskApp

    kiosk = OneUnit()
    kiosk.app = KioskApp(
        kiosk, probe_path=Path(sys.argv[1]), on_shown=lambda: print("shown", flush=True)
    )
    threading.Thread(target=kiosk.tick_and_obey, daemon=True).start()
    kiosk.app.run()
    json.dump({"frames": kiosk.frames, "looks": kiosk.looks, "hurried": kiosk.hurried}, sys.stdout)


if __name__ == "__main__":
    main()
