"""When a device that comes and goes is believed no longer. Pure: time comes with each call."""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Seconds. ``losses_max`` losses within ``losses_within_s`` are too many; then the device is left
    alone for ``quarantine_s``."""

    probe_s: float = 5.0
    backoff_first_s: float = 1.0
    backoff_most_s: float = 30.0
    self_test_s: float = 3600.0
    losses_max: int = 5
    losses_within_s: float = 600.0
    quarantine_s: float = 300.0


class FlapCounter:
    """Counts how often a device was lost after it had been there. One that is simply unplugged is lost
    once; a loose plug, a dying power supply and a driver that fails again and again are lost often."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._losses: deque[float] = deque()
        self._was_there = False

    def lost_too_often(self, lost: bool, now: float) -> bool:
        """Takes one look's finding; True if the device is to be left alone for a while."""
        if lost and self._was_there:
            self._losses.append(now)
        self._was_there = not lost
        while self._losses and now - self._losses[0] > self._pace.losses_within_s:
            self._losses.popleft()
        if len(self._losses) < self._pace.losses_max:
            return False
        self._losses.clear()
        return True
