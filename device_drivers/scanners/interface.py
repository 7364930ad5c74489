"""A scanner reads codes and hands them over. It never decides what a code means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from device_drivers.status import DeviceStatus

CODE_LENGTH_MAX = 512  # characters; anything longer is not a code of ours nor of a payment channel


@dataclass(frozen=True)
class Scan:
    """One code, read twice alike. ``kind`` is the symbology, e.g. ``QRCODE`` or ``CODE128``."""

    text: str
    kind: str
    reader: str  # which reader found it, e.g. "pyzbar" or "serial"


class Scanner(Protocol):
    """States: closed -> open <-> armed. Codes arrive only while armed."""

    def open(self) -> None:
        """Starts the scanner's own thread or process. Raises DeviceError if nothing is there."""
        ...

    def arm(self, on_scan: Callable[[Scan], None]) -> None:
        """Hands each new code to ``on_scan`` (on the scanner's thread) until disarmed.

        The same code is handed over once until it was out of sight for two seconds.
        """
        ...

    def disarm(self) -> None: ...

    def preview(self) -> tuple[int, int, bytes] | None:
        """The newest picture as (width, height, RGB bytes), or None for scanners without one."""
        ...

    def status(self) -> DeviceStatus:
        """Last known state; never blocks longer than 50 ms."""
        ...

    def close(self) -> None: ...
