"""A scanner reads codes and hands them over. It never decides what a code means."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from device_drivers.deadlines import Deadlines
from device_drivers.status import DeviceStatus

CODE_LENGTH_MAX = 512  # characters; anything longer is not a code of ours nor of a payment channel


class Hint(StrEnum):
    """How a bill is held before a camera (``device_drivers.scanners.holding`` sees it)."""

    NONE = ""  # nothing is held
    TOO_FAR = "too_far"
    TOO_NEAR = "too_near"
    TILTED = "tilted"
    BLURRED = "blurred"
    DARK = "dark"
    GLARE = "glare"
    NOT_A_BILL = "not_a_bill"  # no code is seen on it
    CRUMPLED = "crumpled"
    HOLD_STILL = "hold_still"  # all is well


@dataclass(frozen=True)
class Scan:
    """One code, read twice alike. ``kind`` is the symbology, e.g. ``QRCODE`` or ``CODE128``."""

    text: str
    kind: str
    reader: str  # which reader found it, e.g. "pyzbar" or "serial"


class Scanner(Protocol):
    """States: closed -> open <-> armed. Codes arrive only while armed. Each call ends within
    ``deadlines``; all but ``open`` and ``close`` return at once.

    An unplugged scanner is waited for: ``status`` says so, and codes arrive again when it is back.
    """

    @property
    def deadlines(self) -> Deadlines: ...

    def open(self) -> None:
        """Starts the scanner's own thread or process. Raises DeviceError if nothing is there."""
        ...

    def arm(self, on_scan: Callable[[Scan], None]) -> None:
        """Hands each new code to ``on_scan`` (on the scanner's thread) until disarmed.

        The same code is handed over once until it was out of sight for two seconds. What was read
        before belongs to nobody.
        """
        ...

    def disarm(self) -> None:
        """No code is handed over any more, but for one that is being handed over just now."""
        ...

    def preview(self) -> tuple[int, int, bytes] | None:
        """The newest picture as (width, height, RGB bytes), or None for scanners without one."""
        ...

    def status(self) -> DeviceStatus:
        """Last known state; asks nothing."""
        ...

    def close(self) -> None:
        """Ends threads and processes. May be called twice, and ``open`` may follow."""
        ...
