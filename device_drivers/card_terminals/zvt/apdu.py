"""ZVT messages as bytes: class, instruction, length, data (PA00P016). Never looks into the data.

The length is one byte up to FE, or FF and two bytes, the low one first.
"""

from dataclasses import dataclass

from device_drivers.errors import ProtocolError

DATA_MAX = 65535

POSITIVE = 0x8000
NEGATIVE_CLASS = 0x84
COMPLETION = 0x060F
ABORT = 0x061E
STATUS_INFORMATION = 0x040F
INTERMEDIATE_STATUS = 0x04FF
PRINT_LINE = 0x06D1
PRINT_BLOCK = 0x06D3


@dataclass(frozen=True, repr=False)
class Apdu:
    """``command`` is class and instruction together, e.g. 0x0601."""

    command: int
    data: bytes = b""

    def __repr__(self) -> str:  # the data may hold a card number
        return f"Apdu({self.command:04X}, {len(self.data)} bytes)"

    @property
    def is_answer(self) -> bool:
        return self.command == POSITIVE or self.command >> 8 == NEGATIVE_CLASS

    @property
    def is_yes(self) -> bool:
        """``80 00``, or ``84 00``, its other form."""
        return self.command in (POSITIVE, NEGATIVE_CLASS << 8)

    def encode(self) -> bytes:
        length = len(self.data)
        if length > DATA_MAX:
            raise ValueError(f"{length} bytes do not fit into a message")
        head = self.command.to_bytes(2, "big")
        if length < 0xFF:
            return head + bytes([length]) + self.data
        return head + b"\xff" + length.to_bytes(2, "little") + self.data


YES = Apdu(POSITIVE)


def no(code: int) -> Apdu:
    """The answer ``84 code 00``."""
    return Apdu(NEGATIVE_CLASS << 8 | code)


def take(buffer: bytearray) -> Apdu | None:
    """Removes the first whole message from the buffer; None while it is not complete."""
    if len(buffer) < 3:
        return None
    start, length = 3, buffer[2]
    if length == 0xFF:
        if len(buffer) < 5:
            return None
        start, length = 5, int.from_bytes(buffer[3:5], "little")
    end = start + length
    if len(buffer) < end:
        return None
    apdu = Apdu(int.from_bytes(buffer[:2], "big"), bytes(buffer[start:end]))
    del buffer[:end]
    return apdu


def parse(raw: bytes) -> Apdu:
    """One whole message. Raises ProtocolError if its length is not that of the bytes."""
    buffer = bytearray(raw)
    apdu = take(buffer)
    if apdu is None or buffer:
        raise ProtocolError(f"{len(raw)} bytes are not one message", "zvt.length")
    return apdu
