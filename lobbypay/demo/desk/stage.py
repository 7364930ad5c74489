"""What the acts act on: the house, the display that the kiosk is shown on, the props, and a hand."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from lobbypay.demo.desk.machine_clock import MachineClock
from lobbypay.demo.desk.props import Props
from lobbypay.demo.display import Display, Glass
from lobbypay.demo.house import House

PUT_DOWN_AFTER_S, LONG_S = 12.0, 60.0
LOOK_EVERY_S = 0.3
FEW_PICTURES = {"empty": 0, "approach": 2, "hold": 8}  # nobody waits long for the drawing


@dataclass
class Stage:
    """``late``: the wallet that pays as soon as its order is closed, else empty."""

    house: House
    display: Display
    props: Props
    clock: MachineClock
    late: str = ""
    _held: int = 0  # counts what was held; whoever puts down puts down only its own
    _hand: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def folder(self) -> Path:
        return self.house.folder

    @property
    def glass(self) -> Glass:
        return Glass(self.display, self.house.probe)

    def alive(self, name: str) -> bool:
        running = self.house.running.get(name)
        return running is not None and running.alive

    def screen(self) -> str:
        """The kiosk's screen; empty while nobody can say."""
        try:
            return self.glass.look()["screen"]
        except (OSError, ValueError):
            return ""

    def holds(self, *, for_s: float = PUT_DOWN_AFTER_S, **held: object) -> None:
        """Somebody holds it before the camera until the kiosk has read it, as people do: then its screen
        is another. At most so many seconds."""
        before = self.screen()
        with self._hand:
            self._held += 1
            number = self._held
            self.house.control("camera", "show", {**FEW_PICTURES, **held})
        threading.Thread(
            target=self._puts_down_once_read, args=(number, before, for_s), daemon=True
        ).start()

    def _puts_down_once_read(self, number: int, before: str, for_s: float) -> None:
        end = time.monotonic() + for_s
        while time.monotonic() < end and self.screen() in ("", before):
            time.sleep(LOOK_EVERY_S)
        with self._hand:
            if self._held == number:
                try:
                    self.house.show_nothing()
                except OSError:
                    return  # the house is being left

    def puts_down(self) -> None:
        with self._hand:
            self._held += 1
            self.house.show_nothing()

    def keeps(self) -> None:
        """Whatever is held stays."""
        with self._hand:
            self._held += 1
