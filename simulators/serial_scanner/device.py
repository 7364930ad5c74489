"""The simulated scanner: knows its trigger, its suffix, and how to misbehave.

With a trigger it reads only while triggered and lets go after a good read, like a Honeywell or
Newland in manual trigger mode.
"""

import random
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from simulators.pty_port import PtyPort

FAULTS = (
    "garbage",  # noise before and after each code
    "dribble",  # byte by byte
    "silent",  # it hears and sees nothing
    "half",  # the line breaks in the middle of a code: its end never comes
    "burst",  # several codes at once, as when it sees a whole sheet of them
    "stuck",  # its trigger hangs: the last code again and again, whatever it is told
    "unplugged",
)
BURST = 5
STUCK_EVERY_S = 0.1
READ_MAX = 4096


@dataclass(frozen=True)
class Trigger:
    on: bytes
    off: bytes
    answer: bytes = b""

    @property
    def pattern(self) -> re.Pattern[bytes]:
        return re.compile(b"|".join(re.escape(command) for command in (self.on, self.off)))


TRIGGERS = {
    "continuous": None,
    "honeywell": Trigger(b"\x16T\r", b"\x16U\r"),
    "newland": Trigger(
        b"\x7e\x010000#SCNTRG1;\x03",
        b"\x7e\x010000#SCNTRG0;\x03",
        b"\x02\x010000#SCNTRG\x06;\x03",
    ),
    "zebra": Trigger(
        b"\x04\xe4\x04\x00\xff\x14", b"\x04\xe5\x04\x00\xff\x13", b"\x04\xd0\x00\x00\xff\x2c"
    ),
}


class SerialScanner:
    """At a ``PtyPort``, of which ``link`` is the name."""

    def __init__(self, link: Path, profile: str = "continuous", suffix: bytes = b"\r") -> None:
        self.link, self._port = link, PtyPort(link)
        self._trigger = TRIGGERS[profile]
        self._suffix = suffix
        self._random = random.Random(1)
        self.faults: set[str] = set()
        self.triggered = self._trigger is None
        self.triggers_seen = 0
        self._heard = self._last = b""
        threading.Thread(target=self._listen, name="serial-scanner", daemon=True).start()

    def plug_in(self) -> None:
        self._port.plug_in()

    def unplug(self) -> None:
        if self._port.unplug():
            self.triggered = self._trigger is None

    def scan(self, text: str, kind_prefix: bytes = b"") -> bool:
        """Someone holds a code before the scanner. False if it did not read: off, or no trigger."""
        if not self._port.plugged or not self.triggered or "silent" in self.faults:
            return False
        data = kind_prefix + text.encode("utf-8") + self._suffix
        self._last = data
        if "half" in self.faults:
            data = data[: len(data) // 2]
        if "burst" in self.faults:
            others = (f"{number}-1-101".encode() + self._suffix for number in range(1, BURST))
            data += b"".join(others)
        if "garbage" in self.faults:
            noise = bytes(self._random.choice(b"\x00\x01\x1b\xfe\xff") for _ in range(24))
            data = noise + b"\r" + data + b"\xff\xfe\x01\r"
        self._send(data)
        if self._trigger is not None:
            self.triggered = False
        return True

    def send_raw(self, data: bytes) -> None:
        self._send(data)

    def fault(self, name: str) -> None:
        """Raises ValueError for a name that there is not."""
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r}; there are {', '.join(FAULTS)}")
        self.faults.add(name)
        if name == "unplugged":
            self.unplug()

    def clear(self) -> None:
        """Ends every fault; what was unplugged is plugged in."""
        self.faults.clear()
        self.plug_in()

    def state(self) -> dict:
        return {
            "plugged": self._port.plugged,
            "triggered": self.triggered,
            "triggers_seen": self.triggers_seen,
            "faults": sorted(self.faults),
        }

    def _send(self, data: bytes) -> None:
        pieces = [data]
        if "dribble" in self.faults:
            pieces = [bytes((byte,)) for byte in data]
        for piece in pieces:
            self._port.write(piece)
            if len(pieces) > 1:
                time.sleep(0.001)

    def _listen(self) -> None:
        while True:
            try:
                if "stuck" in self.faults and self._last:
                    self._port.write(self._last)
                self._hear(self._port.read(READ_MAX, STUCK_EVERY_S))
            except (OSError, ValueError):
                time.sleep(0.05)  # unplugged meanwhile

    def _hear(self, data: bytes) -> None:
        trigger = self._trigger
        if trigger is None:
            return
        self._heard = (self._heard + data)[-256:]
        while found := trigger.pattern.search(self._heard):
            self._heard = self._heard[found.end() :]
            self.triggered = found[0] == trigger.on
            self.triggers_seen += self.triggered
            if trigger.answer and "silent" not in self.faults:
                self._port.write(trigger.answer)
