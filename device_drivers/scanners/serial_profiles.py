"""What serial scanners of different makers want to hear, and what they say that is no code.

Sources: Honeywell user's guides (trigger commands; the scanner must be in manual trigger mode,
TRGMOD0), Newland's serial programming command manual (prefix 7E 01 30 30 30 30, "#" temporary).
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ScannerProfile:
    """``retrigger_s``: how often to trigger anew while armed, since a trigger ends by itself; 0 never.

    ``answer``: what the scanner answers to commands, to be taken out of what it reads.
    """

    trigger_on: bytes = b""
    trigger_off: bytes = b""
    retrigger_s: float = 0.0
    answer: re.Pattern[bytes] | None = None


def _newland(command: bytes) -> bytes:
    return b"\x7e\x010000#" + command + b";\x03"


PROFILES = {
    # Always on by itself (presentation mode), as most scanners are when delivered.
    "continuous": ScannerProfile(),
    "honeywell": ScannerProfile(b"\x16T\r", b"\x16U\r", retrigger_s=5.0),
    "newland": ScannerProfile(
        _newland(b"SCNTRG1"),
        _newland(b"SCNTRG0"),
        retrigger_s=2.5,
        answer=re.compile(rb"\x02\x010000[#@][^\x03]{0,64}\x03"),
    ),
}
