"""Idle CPU: the kiosk at its attract screen with the camera on, against a bare Kivy app, in one run.

The bare app has the same window with one label, and the same camera loop (pictures read and kept, none
decoded). Both run side by side and are measured over the same seconds: processor time of each with its
child processes, so the kiosk's code reader counts. ``bench_idle.py [SECONDS]``.
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

SECONDS = 20.0
ROUNDS = 3
CALM_S = 8.0  # the start is over, and the lobby was seen to be empty
TICKS = os.sysconf("SC_CLK_TCK")
BARE = """
import sys
from kiosk.ui.kivy_setup import WindowWish, prepare
prepare(WindowWish((1080, 1920)))
from kivy.app import App
from kivy.uix.label import Label
from device_drivers.scanners.capture import Capture
from device_drivers.scanners.frame_sources import CameraWishes, open_source
class Bare(App):
    def build(self):
        self.capture = Capture(lambda: open_source(sys.argv[1], CameraWishes(fps=8.0)))
        self.capture.start()
        print("shown", flush=True)
        return Label(text="Pay here")
Bare().run()
"""


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*"):
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def cpu_s(pid: int) -> float:
    """Processor seconds of a process and its children so far (proc(5): utime, stime)."""
    spent = 0
    for one in family(pid):
        after_name = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        spent += int(after_name[11]) + int(after_name[12])
    return spent / TICKS


def start_bare(display: str, folder: Path, camera: Path) -> subprocess.Popen[str]:
    program = folder / "bare.py"  # Kivy looks for the file that an app's class stands in
    program.write_text(BARE)
    environment = {**os.environ, "DISPLAY": display, "PYTHONPATH": str(Path.cwd())}
    app = subprocess.Popen(
        [sys.executable, str(program), str(camera)],
        env={**environment, "LIBGL_ALWAYS_SOFTWARE": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert app.stdout is not None
    while "shown" not in app.stdout.readline():
        assert app.poll() is None, "the bare app ended"
    return app


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory(prefix="lobbypay-idle-") as temporary:
        base = Path(temporary)
        # Each on a display of its own: a window behind another one is drawn for nobody.
        first, second = Display(None, (1080, 1920)), Display(None, (1080, 1920))
        with closing(first), closing(second), Processes(base / "logs") as processes:
            house = House(base, processes, first.name)
            house.start()
            Glass(first, house.probe).wait("attract", lambda s: s["screen"] == "attract", 90)
            kiosk = house.running["kiosk"].process.pid
            bare = start_bare(second.name, base, base / "camera")
            time.sleep(CALM_S)
            ratios = []
            for _ in range(ROUNDS):
                before = cpu_s(kiosk), cpu_s(bare.pid)
                time.sleep(seconds)
                ours, bares = cpu_s(kiosk) - before[0], cpu_s(bare.pid) - before[1]
                ratios.append(ours / bares)
                print(
                    f"kiosk {ours / seconds:6.1%} of a core   bare Kivy and camera"
                    f" {bares / seconds:6.1%}   ratio {ratios[-1]:.2f}",
                    flush=True,
                )
            print(f"median ratio {statistics.median(ratios):.2f}")
            bare.kill()
            bare.wait()


if __name__ == "__main__":
    main()
