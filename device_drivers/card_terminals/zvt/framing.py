"""Serial frames of ZVT (PA00P016): bytes to frames and back. Never waits and touches no port.

A frame is ``10 02``, the message with every 10 doubled, ``10 03`` and a CRC-16/KERMIT over message
and 03, low byte first. The CRC is not doubled and may hold any byte, so this is a state machine.
"""

from dataclasses import dataclass
from enum import Enum, auto

DLE, STX, ETX = 0x10, 0x02, 0x03
ACK, NAK = b"\x06", b"\x15"
FRAME_MAX = 65540  # the longest message with its head


def crc(data: bytes) -> int:
    """CRC-16/KERMIT: polynomial 8408 reflected, start 0."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value


def frame(message: bytes) -> bytes:
    doubled = message.replace(b"\x10", b"\x10\x10")
    check = crc(message + bytes([ETX])).to_bytes(2, "little")
    return bytes([DLE, STX]) + doubled + bytes([DLE, ETX]) + check


@dataclass(frozen=True, repr=False)
class Frame:
    message: bytes


class Signal(Enum):
    ACK = auto()
    NAK = auto()
    DAMAGED = auto()  # a frame that is to be answered with NAK


class _State(Enum):
    OUTSIDE = auto()
    START = auto()  # a DLE outside a frame
    INSIDE = auto()
    ESCAPE = auto()  # a DLE inside a frame
    CRC_LOW = auto()
    CRC_HIGH = auto()


class FrameReader:
    """Feed it what comes; it gives frames and signals. Noise between frames is dropped."""

    def __init__(self) -> None:
        self._state = _State.OUTSIDE
        self._message = bytearray()
        self._crc_low = 0

    @property
    def inside(self) -> bool:
        """A frame has begun and is not complete."""
        return self._state is not _State.OUTSIDE

    def give_up(self) -> None:
        """Forgets the frame that has begun (T1 between two bytes is over)."""
        self._state = _State.OUTSIDE
        self._message.clear()

    def feed(self, data: bytes) -> list[Frame | Signal]:
        found = (self._step(byte) for byte in data)
        return [one for one in found if one is not None]

    def _step(self, byte: int) -> Frame | Signal | None:
        match self._state:
            case _State.OUTSIDE:
                return self._outside(byte)
            case _State.START:
                return self._start(byte)
            case _State.INSIDE:
                return self._inside(byte)
            case _State.ESCAPE:
                return self._escape(byte)
            case _State.CRC_LOW:
                self._crc_low, self._state = byte, _State.CRC_HIGH
                return None
            case _State.CRC_HIGH:
                return self._finish(byte << 8 | self._crc_low)

    def _outside(self, byte: int) -> Signal | None:
        if byte == DLE:
            self._state = _State.START
        return {ACK[0]: Signal.ACK, NAK[0]: Signal.NAK}.get(byte)

    def _start(self, byte: int) -> Signal | None:
        if byte == STX:
            self._message.clear()
            self._state = _State.INSIDE
            return None
        self._state = _State.OUTSIDE
        return self._outside(byte)

    def _inside(self, byte: int) -> Signal | None:
        if byte == DLE:
            self._state = _State.ESCAPE
            return None
        if len(self._message) >= FRAME_MAX:
            self.give_up()
            return Signal.DAMAGED
        self._message.append(byte)
        return None

    def _escape(self, byte: int) -> Signal | None:
        if byte == DLE:
            self._state = _State.INSIDE
            self._message.append(DLE)
        elif byte == ETX:
            self._state = _State.CRC_LOW
        elif byte == STX:  # a new frame begins; the end of the old one was lost
            self._message.clear()
            self._state = _State.INSIDE
        else:
            self.give_up()
            return Signal.DAMAGED
        return None

    def _finish(self, check: int) -> Frame | Signal:
        message = bytes(self._message)
        self.give_up()
        if crc(message + bytes([ETX])) != check:
            return Signal.DAMAGED
        return Frame(message)
