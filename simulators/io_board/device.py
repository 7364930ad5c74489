"""The simulated board: inputs, coils and registers, and how it misbehaves.

Source: "MODBUS Application Protocol Specification V1.1b3" and "MODBUS over Serial Line V1.02".
"""

import random
import threading
import time
from pathlib import Path

from simulators.pty_port import PtyPort

FAULTS = (
    "silent",  # it hears and answers nothing
    "garbage",  # noise instead of the next answer, once
    "wrong_check",  # every answer has a wrong check
    "refuses",  # it says no to everything
    "late",  # every answer comes too late
    "other_address",  # another device answers
    "unplugged",
)
PLACES, REGISTERS = 32, 64
LATE_S = 1.0
LOOK_S = 0.1
_ADDRESS_UNKNOWN, _FUNCTION_UNKNOWN, _BUSY = 2, 1, 6
_READ_BITS, _READ_REGISTERS, _WRITE_COIL, _WRITE_COILS = (1, 2), (3, 4), 5, 15


def check_of(data: bytes) -> bytes:
    """CRC-16 with the polynomial 0x8005, reflected, from 0xFFFF; low byte first."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            odd = register & 1
            register >>= 1
            if odd:
                register ^= 0xA001
    return bytes((register & 0xFF, register >> 8))


class IoBoard:
    """At a ``PtyPort``, of which ``link`` is the name."""

    def __init__(self, link: Path, address: int = 1) -> None:
        self.link, self.address = link, address
        self._port = PtyPort(link)
        self.inputs, self.coils = [False] * PLACES, [False] * PLACES
        self.registers = [0] * REGISTERS
        self.faults: set[str] = set()
        self.asked = 0
        self._random = random.Random(1)
        threading.Thread(target=self._listen, name="io-board", daemon=True).start()

    def unplug(self) -> None:
        """With the power all coils fall off."""
        if self._port.unplug():
            self.coils = [False] * PLACES

    def set_input(self, place: int, on: bool) -> None:
        """Raises ValueError."""
        if not 0 <= place < PLACES:
            raise ValueError(f"inputs are 0 to {PLACES - 1}")
        self.inputs[place] = on

    def set_register(self, number: int, value: int) -> None:
        """Raises ValueError."""
        if not 0 <= number < REGISTERS or not -0x8000 <= value <= 0xFFFF:
            raise ValueError(f"registers are 0 to {REGISTERS - 1}, of 16 bits")
        self.registers[number] = value & 0xFFFF

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
        self._port.plug_in()

    def state(self) -> dict:
        return {
            "plugged": self._port.plugged,
            "inputs": [place for place, on in enumerate(self.inputs) if on],
            "coils": [place for place, on in enumerate(self.coils) if on],
            "asked": self.asked,
            "faults": sorted(self.faults),
        }

    def answer(self, frame: bytes) -> bytes:
        """To one whole request; nothing to what is not for this board or has a wrong check."""
        if len(frame) < 4 or check_of(frame[:-2]) != frame[-2:] or frame[0] != self.address:
            return b""
        self.asked += 1
        function, data = frame[1], frame[2:-2]
        if "refuses" in self.faults:
            return self._framed(function | 0x80, bytes((_BUSY,)))
        said = self._said(function, data)
        if isinstance(said, int):
            return self._framed(function | 0x80, bytes((said,)))
        return self._framed(function, said)

    def _said(self, function: int, data: bytes) -> bytes | int:
        """The data of the answer, or the number of an exception."""
        first, count = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        if function in _READ_BITS:
            bits = self.coils if function == 1 else self.inputs
            if not 0 < count <= PLACES or first + count > PLACES:
                return _ADDRESS_UNKNOWN
            packed = sum(on << at for at, on in enumerate(bits[first : first + count]))
            size = (count + 7) // 8
            return bytes((size,)) + packed.to_bytes(size, "little")
        if function in _READ_REGISTERS:
            if not 0 < count <= REGISTERS or first + count > REGISTERS:
                return _ADDRESS_UNKNOWN
            words = self.registers[first : first + count]
            return bytes((2 * count,)) + b"".join(word.to_bytes(2, "big") for word in words)
        if function == _WRITE_COIL and first < PLACES:
            self.coils[first] = data[2] == 0xFF
            return data
        if function == _WRITE_COILS:
            if count < 1 or first + count > PLACES:
                return _ADDRESS_UNKNOWN
            packed = int.from_bytes(data[5:], "little")
            self.coils[first : first + count] = [bool(packed >> n & 1) for n in range(count)]
            return data[:4]
        return _FUNCTION_UNKNOWN

    def _framed(self, function: int, data: bytes) -> bytes:
        address = self.address + ("other_address" in self.faults)
        body = bytes((address, function)) + data
        check = check_of(body)
        return body + (
            bytes((check[0] ^ 0xFF, check[1])) if "wrong_check" in self.faults else check
        )

    def _listen(self) -> None:
        heard = b""
        while True:
            try:
                came = self._port.read(4096, LOOK_S)
                if not came or "silent" in self.faults:
                    heard = b""  # a silence ends a frame
                    continue
                heard += came
                if answer := self.answer(heard):
                    heard = b""
                    self._send(answer)
            except (OSError, ValueError):
                heard = b""
                time.sleep(0.05)  # unplugged meanwhile

    def _send(self, answer: bytes) -> None:
        if "late" in self.faults:
            time.sleep(LATE_S)
        if "garbage" in self.faults:
            self.faults.discard("garbage")
            answer = bytes(self._random.choices(range(256), k=40))
        self._port.write(answer)
