"""Touch to changed frame: the kiosk's window against a bare Kivy app, side by side in one run.

The bare app has the same window, drawn by the same renderer, with a keypad of Kivy's own buttons and one
label. In turns a key of the one and of the other is put down and lifted, with real X events; measured is
the time until a changed picture stands on the screen: of the key under the finger, and of the line that
shows what was typed. The kiosk decides in between what the key means (its core, its presenter). At the
end the kiosk alone: from the touch of a button to another screen. ``bench_touch.py [TOUCHES]``.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from lobbypay.demo.display import Display, Glass
from lobbypay.demo.panel import Panel

TOUCHES = 200
SIZE = (1080, 1920)
CALM_S = 0.12  # nothing moves before the next touch
PATIENCE_S = 3.0
SETTLED_S = 0.35  # a new screen takes no touch before (kiosk.ui.app.SETTLING_S)
SCREENS = 20
BARE = """
from kiosk.ui.kivy_setup import WindowWish, prepare
prepare(WindowWish((1080, 1920)))
from kivy.app import App
from kivy.core.window import Window
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.button import Button
from kivy.uix.gridlayout import GridLayout
from kivy.uix.label import Label
class Bare(App):
    def build(self):
        page = BoxLayout(orientation="vertical")
        self.line = Label(text="", font_size=60)
        keys = GridLayout(cols=3)
        for key in "123456789<0":
            keys.add_widget(Button(text=key, font_size=60, on_release=self.typed))
        page.add_widget(self.line)
        page.add_widget(keys)
        Window.bind(on_flip=self.shown)
        return page
    def typed(self, key):
        self.line.text = "" if key.text == "<" else self.line.text + key.text
    def shown(self, *_):
        Window.unbind(on_flip=self.shown)
        print("shown", flush=True)
Bare().run()
"""
Box = tuple[int, int, int, int]


@dataclass
class Keys:
    """A window with keys. ``line``: where what was typed is shown."""

    panel: Panel
    key: Box
    clear: Box
    line: Box
    pressed_s: list[float] = field(default_factory=list)
    typed_s: list[float] = field(default_factory=list)

    def touch(self, chance: random.Random) -> None:
        """One key, and the line is cleared again, which is not measured."""
        panel = self.panel
        panel.move(*_middle(self.key))
        panel.still(self.line, CALM_S)
        time.sleep(chance.uniform(0, 0.02))  # at any place of a frame
        self.pressed_s.append(self._until(self._corner(self.key), panel.press))
        time.sleep(0.06)
        self.typed_s.append(self._until(self.line, panel.release))
        panel.move(*_middle(self.clear))
        panel.press()
        time.sleep(0.06)
        panel.release()

    def _corner(self, box: Box) -> Box:
        """A part of the key without its letter."""
        x, y, width, height = box
        return x + width // 8, y + height // 8, width // 8, height // 8

    def _until(self, box: Box, act: Callable[[], None]) -> float:
        before, since = self.panel.part(box), time.perf_counter()
        act()
        return self.panel.changed_after_s(box, before, since, PATIENCE_S)


def _middle(box: Box) -> tuple[int, int]:
    return box[0] + box[2] // 2, box[1] + box[3] // 2


def start(command: list[str], display: str) -> subprocess.Popen[str]:
    """Until it says that it is shown."""
    environment = {
        **os.environ,
        "DISPLAY": display,
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "PYTHONPATH": str(Path.cwd()),
    }
    app = subprocess.Popen(
        [sys.executable, *command],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert app.stdout is not None
    while "shown" not in app.stdout.readline():
        assert app.poll() is None, "the window ended"
    return app


def kiosk_keys(glass: Glass, panel: Panel) -> Keys:
    """The kiosk's keypad, with the line of the room's number taking the keys."""
    glass.wait_for("attract")
    time.sleep(SETTLED_S)
    glass.tap("keypad")
    glass.wait_for("identify")
    seen = glass.look()
    boxes = {(w["action"], w["value"]): tuple(w["box"]) for w in seen["widgets"]}
    field = next(
        tuple(w["box"]) for w in seen["widgets"] if w["action"] == "field" and w["selected"]
    )
    return Keys(panel, boxes["digit", "5"], boxes["clear", ""], field)


def bare_keys(panel: Panel) -> Keys:
    width, half = SIZE[0] // 3, SIZE[1] // 2
    height = half // 4
    line = (SIZE[0] // 4, half // 2 - 60, SIZE[0] // 2, 120)
    return Keys(
        panel, (width, half + height, width, height), (0, half + 3 * height, width, height), line
    )


def screens_s(glass: Glass, panel: Panel) -> list[float]:
    """From the start to the unit's entry and back, again and again: the way there."""
    took = []
    for _ in range(SCREENS):
        glass.tap("back")
        seen = glass.wait_for("attract")
        boxes = {w["action"]: tuple(w["box"]) for w in seen["widgets"]}
        panel.move(*_middle(boxes["keypad"]))
        time.sleep(SETTLED_S)
        panel.press()
        time.sleep(0.06)
        elsewhere = boxes["scan"]  # which no finger is on: it goes with its screen
        before, since = panel.part(elsewhere), time.perf_counter()
        panel.release()
        took.append(panel.changed_after_s(elsewhere, before, since, PATIENCE_S))
        glass.wait_for("identify")
    return took


def main() -> None:
    touches = int(sys.argv[1]) if len(sys.argv) > 1 else TOUCHES
    chance = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="lobbypay-touch-") as temporary:
        folder = Path(temporary)
        program = folder / "bare.py"  # Kivy looks for the file that an app's class stands in
        program.write_text(BARE)
        # Each on a display of its own: a window behind another one is drawn for nobody.
        first, second = Display(None, SIZE), Display(None, SIZE)
        with closing(first), closing(second):
            probe = folder / "probe.sock"
            windows = [
                start(["-m", "tests.kiosk.ui.kiosk_window", str(probe)], first.name),
                start([str(program)], second.name),
            ]
            try:
                glass = Glass(first, probe)
                kiosk = kiosk_keys(glass, Panel(first.name))
                bare = bare_keys(Panel(second.name))
                for keys in (kiosk, bare) * touches:
                    keys.touch(chance)
                took = screens_s(glass, kiosk.panel)
            finally:
                for window in windows:
                    window.kill()
                    window.wait()
    told("key under the finger", kiosk.pressed_s, bare.pressed_s)
    told("what was typed", kiosk.typed_s, bare.typed_s)
    print(f"another screen: median {statistics.median(took) * 1e3:.0f} ms, {_last(took)}")


def _last(took: list[float]) -> str:
    return f"p99 {p99(took) * 1e3:.1f} ms"


def p99(took: list[float]) -> float:
    return sorted(took)[max(0, round(len(took) * 0.99) - 1)]


def told(what: str, ours: list[float], theirs: list[float]) -> None:
    middle = statistics.median(ours) / statistics.median(theirs)
    print(
        f"{what}, of {len(ours)}: kiosk {_last(ours)}, bare Kivy {_last(theirs)}:"
        f" ratio {p99(ours) / p99(theirs):.2f} (median {middle:.2f})"
    )


if __name__ == "__main__":
    main()
