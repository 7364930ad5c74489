"""Hands codes to whoever asked for them, each once. Never lets the receiver's failure stop a scanner.

Codes go to the log never, not even when their receiver fails: a payment code is money.
"""

import traceback
from collections.abc import Callable, Iterable

import structlog

from device_drivers.scanners import code_text
from device_drivers.scanners.interface import Scan
from device_drivers.scanners.sightings import Sightings

log = structlog.get_logger(__name__)


class Delivery:
    """``arm`` and ``disarm`` on any thread; the rest on the scanner's own."""

    def __init__(self, sightings: Sightings) -> None:
        self._sightings = sightings
        self._on_scan: Callable[[Scan], None] | None = None
        self._armings = 0  # counts calls of arm, so that the scanner's thread sees each
        self._begun = 0

    def arm(self, on_scan: Callable[[Scan], None]) -> None:
        self._armings += 1
        self._on_scan = on_scan

    def disarm(self) -> None:
        """A code that is being handed over just now may still arrive."""
        self._on_scan = None

    @property
    def armed(self) -> bool:
        return self._on_scan is not None

    def newly_armed(self) -> bool:
        """Whether someone armed since the last call; what was in sight before then counts as new."""
        if not self.armed or self._begun == self._armings:
            return False
        self._begun = self._armings
        self._sightings.clear()
        return True

    def hand_over(self, scans: Iterable[Scan], now: float) -> None:
        for scan in self._sightings.see(scans, now):
            on_scan = self._on_scan
            if on_scan is None:
                return
            try:
                on_scan(scan)
            except Exception:
                # Whoever took the code failed; the scanner must go on for the next resident.
                # Not log.exception: some renderers would print the code with the local variables.
                log.error(
                    "scanner.scan_not_taken", kind=scan.kind, traceback=traceback.format_exc()
                )

    def hand_over_lines(self, lines: Iterable[bytes], reader: str, now: float) -> None:
        """For scanners that send lines of bytes; what can be no code is counted as noise."""
        scans = []
        for line in lines:
            code = code_text.of_bytes(line)
            if code is None:
                log.info("scanner.noise", length=len(line))
            else:
                scans.append(Scan(code.text, code.kind, reader))
        self.hand_over(scans, now)
