"""Start to the attract screen against a bare Kivy app, side by side in one run, each in new processes.

The bare app opens the same window with one label. The kiosk starts with its journal, its drivers and
the configuration that the server gave last; the server is away, so that no network is measured.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from lobbypay.demo.display import Display, Glass
from lobbypay.demo.house import House
from lobbypay.demo.processes import Processes

ROUNDS = 5
BARE = """
from kiosk.ui.kivy_setup import WindowWish, prepare
prepare(WindowWish((1080, 1920)))
from kivy.app import App
from kivy.core.window import Window
from kivy.uix.label import Label
class Bare(App):
    def build(self):
        Window.bind(on_flip=self.shown)
        return Label(text="Pay here")
    def shown(self, *_):
        print("shown", flush=True)
        self.stop()
Bare().run()
"""


def bare_s(display: str, folder: Path) -> float:
    program = folder / "bare.py"  # Kivy looks for the file that an app's class stands in
    program.write_text(BARE)
    began = time.perf_counter()
    environment = {**os.environ, "DISPLAY": display, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, str(program)], env=environment, stdout=subprocess.PIPE, text=True
    ) as app:
        assert app.stdout is not None
        while "shown" not in app.stdout.readline():
            assert app.poll() is None, "the bare app ended"
        return time.perf_counter() - began


def kiosk_s(house: House) -> float:
    began = time.perf_counter()
    kiosk = house.start_kiosk()
    _wait_for_attract(house)
    took = time.perf_counter() - began
    house.processes.end(kiosk)
    return took


def _wait_for_attract(house: House) -> None:
    Glass(Display(house.display, house.size), house.probe).wait(
        "attract", lambda seen: seen["screen"] == "attract", 60
    )


def main() -> None:
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        display = Display(None, (1080, 1920))
        with closing(display), Processes(Path(folder) / "logs") as processes:
            house = House(Path(folder), processes, display.name)
            house.start()
            _wait_for_attract(house)  # the configuration is known from now on
            house.stop("kiosk")
            house.stop("server")
            for _ in range(ROUNDS):
                theirs.append(bare_s(display.name, Path(folder)))
                ours.append(kiosk_s(house))
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(
        f"start to attract / bare Kivy window: {ratio:.2f}"
        f" ({statistics.median(ours):.2f} s against {statistics.median(theirs):.2f} s)"
    )


if __name__ == "__main__":
    main()
