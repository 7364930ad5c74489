"""What time it is for everything that is written down, whatever the machine's own clock does.

The machine's clock is read once, at the start; from then on time is counted. The server's word sets it
right. A start whose clock cannot be right is not trusted with an offline payment until then.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

DOUBTED_AHEAD = timedelta(days=400)  # later than the last entry by more: nobody stood still so long
OFF = timedelta(minutes=5)  # a machine's clock this wrong is worth telling staff


class Clock:
    """``machine`` gives the machine's aware UTC time, ``monotonic`` seconds that only grow. Safe from
    any thread."""

    def __init__(self, machine: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._machine, self._monotonic = machine, monotonic
        self._lock = threading.Lock()
        self._base, self._since, self._trusted = machine(), monotonic(), True
        self._confirmed = False

    @property
    def trusted(self) -> bool:
        """Whether the time may be off by more than a receipt can bear."""
        return self._trusted

    @property
    def confirmed(self) -> bool:
        """Whether the server set the time since the start: then it is right, not only plausible."""
        return self._confirmed

    @property
    def machine_is_off(self) -> bool:
        """Whether the machine's own clock needs somebody: a battery, a time service."""
        return not self._trusted or abs(self._machine() - self.now()) > OFF

    @property
    def machine_offset_s(self) -> float:
        """How far the machine's own clock is ahead of what is taken for right."""
        return (self._machine() - self.now()).total_seconds()

    def now(self) -> datetime:
        """Aware UTC. A jump of the machine's clock does not show here."""
        with self._lock:
            return self._base + timedelta(seconds=self._monotonic() - self._since)

    def seconds(self) -> float:
        """Monotonic: for how long something has been so, whatever anybody says the time is."""
        return self._monotonic()

    def not_before(self, last: datetime | None) -> None:
        """``last`` is when the newest entry was written: it cannot be earlier than that, and hardly
        years later. Counted on from there, a wrong start does not make the next one doubtful too."""
        if last is not None and not last <= self.now() <= last + DOUBTED_AHEAD:
            self._set(last, trusted=False)

    def synchronize(self, server_time: datetime) -> None:
        """The server's word is right to within the time that it took to arrive."""
        self._set(server_time, trusted=True)
        self._confirmed = True

    def _set(self, at: datetime, *, trusted: bool) -> None:
        with self._lock:
            self._base, self._since, self._trusted = at, self._monotonic(), trusted
