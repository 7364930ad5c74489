"""A board with the cabinet's sensors and lamps. It never decides what a signal means for residents."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from device_drivers.deadlines import Deadlines
from device_drivers.status import DeviceStatus


class Signal(StrEnum):
    """What an input says while it is on."""

    DOOR = "door"  # the cabinet is open
    SHOCK = "shock"  # it was struck just now
    TILT = "tilt"  # it stands askew
    POWER_LOST = "power_lost"  # no mains: it runs on its battery
    BATTERY_LOW = "battery_low"  # which will not last long any more
    PRESENCE = "presence"  # somebody stands before it


class Lamp(StrEnum):
    """What can be lit."""

    READING = "reading"  # where bills are held
    READY = "ready"  # the strip's colour while anybody may pay
    BUSY = "busy"  # while somebody does
    TROUBLE = "trouble"  # while nobody can


@dataclass(frozen=True)
class Readings:
    """What the board said last. ``known`` is False until it said anything, and while it is not there."""

    known: bool = False
    on: frozenset[Signal] = frozenset()
    temperature_c: float | None = None
    battery_percent: int | None = None


class SensorBoard(Protocol):
    """States: closed <-> open. Each call ends within ``deadlines``; all but ``open`` and ``close`` return
    at once. An unplugged board is waited for: ``status`` says so, and its lamps are set again when it
    is back. A signal that is shorter than two looks may be missed, but for those the board holds."""

    @property
    def deadlines(self) -> Deadlines: ...

    @property
    def signals(self) -> frozenset[Signal]:
        """Those that are wired."""
        ...

    def open(self) -> None:
        """Starts the board's own thread. Raises DeviceError if nothing answers."""
        ...

    def watch(self, on_change: Callable[[Readings], None]) -> None:
        """Hands over each change, on the board's thread; at once what is known. The newest
        watcher takes the place of the one before."""
        ...

    def show(self, lamps: frozenset[Lamp]) -> None:
        """These are lit and the others are not; what is not wired is passed over."""
        ...

    def readings(self) -> Readings:
        """Last known; asks nothing."""
        ...

    def status(self) -> DeviceStatus:
        """Last known state, with a condition for each signal that needs somebody; asks nothing."""
        ...

    def close(self) -> None:
        """The lamps go out, and the thread ends. May be called twice, and ``open`` may follow."""
        ...
