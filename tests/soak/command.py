"""``lobbypay soak``: hours of random device faults in minutes, with residents paying in between; then: is
all well again, did anything leak, and do all the books agree? Exits with 1 when anything is wrong.

Time is compressed where it is ours: when faults come and how long they stay, how often devices are looked
at, how long they are left alone. A device's own protocol keeps its time, with short deadlines.
"""

import argparse
import dataclasses
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from contract.messages import Flow
from kiosk.health.flapping import Pace
from lobbypay.demo.processes import DidNotStart, Processes
from tests.crash import resident as crash_resident
from tests.crash.command import Campaign, told
from tests.crash.front import Gone
from tests.crash.house import environment
from tests.crash.resident import Resident, plan
from tests.soak.faults import FaultTimes
from tests.soak.house import SoakHouse
from tests.soak.measuring import Meter

WELL_AGAIN_S = 180.0
PATIENCE_S = 12.0  # of a resident, in seconds of the test
POOLS = 12  # threads that pools start when they are first needed; they stay, and are no leak
DESCRIPTORS_MORE = 12
RSS_MORE = 0.10  # between the second quarter of the run and the last


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("lobbypay soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0, help="simulated (24)")
    parser.add_argument("--minutes", type=float, default=24.0, help="that they really take (24)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--window", action="store_true", help="the kiosk with its real window")
    parser.add_argument("--json", type=Path, help="leave the report here too")
    options = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="lobbypay-soak-"))
    soak = Soak(options, folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everybody is ended
    try:
        soak.run()
    except (DidNotStart, OSError) as error:
        soak.problems.append(f"somebody did not come back: {error}")
    return told(soak, options.json, folder)


def compressed(scale: float) -> dict[str, float]:
    """The supervisors' usual times, ``scale`` times as fast."""
    usual = dataclasses.asdict(Pace())
    return {name: t if name == "losses_max" else t / scale for name, t in usual.items()}


class Soak(Campaign):
    """The crash test's checks of the books, over faults in place of kills."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        super().__init__(argparse.Namespace(seed=options.seed, window=options.window), folder)
        self._hours, self._seconds = options.hours, options.minutes * 60
        self._scale = self._hours * 3600 / self._seconds
        self._devices: dict[str, list[str]] = {}
        self._flows: list[str] = []
        self._before, self._after = None, None

    def run(self) -> None:
        crash_resident.PATIENCE_S, crash_resident.WISH_S = PATIENCE_S, 1.0
        with ExitStack() as stack:
            display = self._display(stack)
            processes = stack.enter_context(Processes(self._folder / "logs", environment()))
            self._house: Any = SoakHouse(
                self._folder,
                processes,
                display.name if display else "",
                card_delay_s=0.05,
                window=display is not None,
                pace=compressed(self._scale),
            )
            self._house.start()
            self._front = self._glass(display)
            self._django()
            self._well_again("before the first fault")
            pid = self._house.running["kiosk"].process.pid
            self._meter = Meter(pid, self._seconds / 480)
            self._faults = FaultTimes(self._house, self._options.seed, self._scale)
            self._meter.start()
            self._faults.start()
            self._live()
            self._faults.end()
            self._meter.end()
            if self._faults.problem:
                self.problems.append(self._faults.problem)
            self._well_again("after the last fault")
            self._check()
            self._judge()

    def _django(self) -> None:
        import os

        import django

        os.environ["LOBBYPAY_SERVER_CONFIG"] = str(self._house.server_config)
        os.environ["DJANGO_SETTINGS_MODULE"] = "server.settings"
        django.setup()

    def _live(self) -> None:
        """Residents come, one after the other, until the time is over."""
        end = time.monotonic() + self._seconds
        while time.monotonic() < end and not self._meter.gone:
            unit, token = self._household()
            wish = dataclasses.replace(plan(self._chance, unit, token), leaves_when_dark=True)
            resident = Resident(self._house, self._front, self._chance, wish, lambda moment: None)
            self._left[resident.visit()] += 1
            self._rounds += 1
            time.sleep(self._chance.uniform(0.0, min(6.0, 300 / self._scale)))

    def _well_again(self, when: str) -> None:
        """Waits until the server has heard that every device is well and every flow is offered."""
        end = time.monotonic() + WELL_AGAIN_S
        while time.monotonic() < end:
            if self._all_well():
                return
            time.sleep(1.0)
        self.problems.append(f"not well {when}: {self._devices}, offers {self._flows}")

    def _all_well(self) -> bool:
        from django.db import connection

        from server.fleet.models import Kiosk

        beat = Kiosk.objects.filter(heartbeat__isnull=False).values_list("heartbeat", flat=True)
        newest = beat.first() or {"devices": [], "flows": []}
        connection.close()
        self._devices = {
            d["role"]: [d["level"], *(c["code"] for c in d["conditions"])]
            for d in newest["devices"]
        }
        self._flows = newest["flows"]
        known = {"scanner", "card_terminal", "printer", "touch", "kiosk"} <= set(self._devices)
        well = all(state == ["ok"] for state in self._devices.values())
        missing = set(Flow) - {Flow.PAYMENT_CODE} - set(self._flows)
        return known and well and not missing and self._nobody_there()

    def _nobody_there(self) -> bool:
        """Ends what the last resident left on the screen."""
        try:
            screen = self._front.look().screen
            if screen.startswith("paying"):
                self._front.tap("cancel_payment")
            elif screen != "attract":
                self._front.tap("understood" if screen == "unknown" else "end")
        except Gone:
            return False
        return screen == "attract"

    def _judge(self) -> None:
        if self._meter.gone or not self._meter.samples:
            self.problems.append("the kiosk's process ended")
        else:
            self.problems += leaks(self._meter)

    def report(self) -> dict[str, Any]:
        meter, faults = getattr(self, "_meter", None), getattr(self, "_faults", None)
        held: dict[str, Any] = {}
        if meter and meter.samples:
            for what in ("threads", "descriptors", "rss_kib"):
                held[what] = {
                    "first": getattr(meter.samples[0], what),
                    "quarters": [round(meter.quarter(n, what)) for n in range(4)],
                    "last": getattr(meter.samples[-1], what),
                    "most": max(getattr(sample, what) for sample in meter.samples),
                }
        return {
            "seed": self._options.seed,
            "simulated_hours": self._hours,
            "minutes": round((time.monotonic() - self._began) / 60, 1),
            "compression": round(self._scale, 1),
            "residents": self._rounds,
            "residents_left_from": dict(self._left.most_common()),
            "payments": dict(self._outcomes.most_common()),
            "faults": dict(faults.struck.most_common()) if faults else {},
            "faults_in_all": faults.struck.total() if faults else 0,
            "two_at_once": faults.two_at_once if faults else 0,
            "held_by_the_kiosk": held,
            "devices_at_the_end": self._devices,
            "flows_at_the_end": self._flows,
            "failures": self.problems,
        }


def leaks(meter: Meter) -> list[str]:
    """What grows and does not stop. The first quarter is left out: caches and pools fill then."""
    found = []
    first, last = meter.samples[0], meter.samples[-1]
    if last.threads > first.threads + POOLS:
        found.append(f"threads: {first.threads} became {last.threads}")
    for what, more in (("threads", 2.0), ("descriptors", DESCRIPTORS_MORE)):
        early, late = meter.quarter(1, what), meter.quarter(3, what)
        if late > early + more:
            found.append(f"{what} grow: {early:.0f} in the second quarter, {late:.0f} in the last")
    early, late = meter.quarter(1, "rss_kib"), meter.quarter(3, "rss_kib")
    if late > early * (1 + RSS_MORE):
        found.append(f"memory grows: {early:.0f} KiB in the second quarter, {late:.0f} in the last")
    return found
