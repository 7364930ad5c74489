"""What serial scanners of different makers want to hear, and what they say that is no code.

Sources: Honeywell user's guides (trigger commands; the scanner must be in manual trigger mode,
TRGMOD0), Newland's serial programming command manual (prefix 7E 01 30 30 30 30, "#" temporary),
Zebra's Simple Serial Interface guide (the scanner must be in host trigger mode and send decoded data
raw, not in packets). None of them was tried on a real scanner of that maker yet.
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


def _zebra(opcode: int) -> bytes:
    """Length, opcode, source 04 (host), status 00, and the two's complement of their sum."""
    body = bytes((4, opcode, 4, 0))
    return body + (-sum(body) & 0xFFFF).to_bytes(2, "big")


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
    "zebra": ScannerProfile(
        _zebra(0xE4),  # START_SESSION
        _zebra(0xE5),  # STOP_SESSION
        retrigger_s=5.0,
        # CMD_ACK, and CMD_NAK with its reason; status and checksum may be any.
        answer=re.compile(rb"\x04\xd0\x00[\x00-\xff]{3}|\x05\xd1\x00[\x00-\xff]{4}"),
    ),
}
