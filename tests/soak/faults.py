"""Faults by chance: one or two devices at a time, each for a while, then cured."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.soak.house import SoakHouse

Act = Callable[[SoakHouse], object]


@dataclass(frozen=True)
class Fault:
    device: str
    name: str
    strike: Act
    cure: Act


def _plug(device: str) -> Fault:
    return Fault(device, "unplugged", lambda h: h.unplug(device), lambda h: h.plug_in(device))


def _hang(device: str) -> Fault:
    return Fault(device, "hangs", lambda h: h.hang(device), lambda h: h.go_on(device))


def _named(device: str, name: str) -> Fault:
    return Fault(
        device,
        name,
        lambda h: h.control(device, "fault", {"name": name}),
        lambda h: h.control(device, "clear", {}),
    )


NOISE = random.Random(3).randbytes(600).hex()
FAULTS = (
    *(_plug(device) for device in ("terminal", "printer", "scanner", "touch")),
    *(_hang(device) for device in ("terminal", "printer", "server")),
    *(
        _named("printer", name)
        for name in ("paper_out", "near_end", "cover_open", "cutter", "silent", "stalled")
    ),
    _named("scanner", "garbage"),
    Fault(
        "scanner",
        "noise",
        lambda h: h.control("scanner", "raw", {"hex": NOISE}),
        lambda h: None,
    ),
)
AT_ONCE_MAX = 2


class FaultTimes:
    """``scale``: simulated seconds in one real second. Runs on its own thread until ``end``."""

    def __init__(self, house: SoakHouse, seed: int, scale: float) -> None:
        self._house, self._chance, self._scale = house, random.Random(seed), scale
        self._stop = threading.Event()
        self._standing: dict[Fault, float] = {}
        self._thread = threading.Thread(target=self._run, name="faults", daemon=True)
        self.struck: Counter[str] = Counter()
        self.two_at_once = 0
        self.problem = ""

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Cures everything."""
        self._stop.set()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._chance.expovariate(1 / (420 / self._scale))):
                self._cure(due=time.monotonic())
                self._strike()
            self._cure(due=float("inf"))
        except Exception as problem:
            self.problem = f"the faults ended early: {type(problem).__name__}: {problem}"

    def _strike(self) -> None:
        hit = {fault.device for fault in self._standing}
        if len(hit) >= AT_ONCE_MAX:
            return
        fault = self._chance.choice([f for f in FAULTS if f.device not in hit])
        lasts_s = self._chance.uniform(30, 1500) / self._scale  # half a minute to half an hour
        fault.strike(self._house)
        self._standing[fault] = time.monotonic() + lasts_s
        self.struck[f"{fault.device} {fault.name}"] += 1
        self.two_at_once += len(self._standing) == AT_ONCE_MAX

    def _cure(self, due: float) -> None:
        for fault, until in list(self._standing.items()):
            if until <= due:
                fault.cure(self._house)
                del self._standing[fault]
