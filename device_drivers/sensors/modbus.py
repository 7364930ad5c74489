"""Frames of Modbus over a serial line (RTU). Pure: no port, no clock.

Source: "MODBUS Application Protocol Specification V1.1b3" (functions 1 to 4 and 15, exceptions) and
"MODBUS over Serial Line V1.02" (2.5.1: address, function, data, CRC with its low byte first).
"""

from dataclasses import dataclass

from device_drivers.errors import ProtocolError, Refused

READ_COILS, READ_DISCRETE_INPUTS = 1, 2
READ_HOLDING_REGISTERS, READ_INPUT_REGISTERS = 3, 4
WRITE_COILS = 15
_EXCEPTION = 0x80
_HEAD, _CRC = 2, 2
REFUSALS = {
    1: "function not known",
    2: "no such address",
    3: "value not allowed",
    4: "device failure",
    6: "device busy",
}


def crc16(data: bytes) -> bytes:
    """The check as it stands in a frame: low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc.to_bytes(2, "little")


def framed(address: int, function: int, data: bytes) -> bytes:
    body = bytes((address, function)) + data
    return body + crc16(body)


@dataclass(frozen=True)
class Request:
    """``answer_bytes``: how long the whole answer is, unless it is an exception."""

    frame: bytes
    answer_bytes: int

    @property
    def address(self) -> int:
        return self.frame[0]

    @property
    def function(self) -> int:
        return self.frame[1]


def read_bits(address: int, function: int, first: int, count: int) -> Request:
    """``function``: READ_COILS or READ_DISCRETE_INPUTS."""
    data = first.to_bytes(2, "big") + count.to_bytes(2, "big")
    return Request(framed(address, function, data), _HEAD + 1 + (count + 7) // 8 + _CRC)


def read_register(address: int, function: int, number: int) -> Request:
    """``function``: READ_HOLDING_REGISTERS or READ_INPUT_REGISTERS."""
    data = number.to_bytes(2, "big") + (1).to_bytes(2, "big")
    return Request(framed(address, function, data), _HEAD + 1 + 2 + _CRC)


def write_coils(address: int, first: int, lit: tuple[bool, ...]) -> Request:
    packed = sum(on << place for place, on in enumerate(lit))
    size = (len(lit) + 7) // 8
    data = first.to_bytes(2, "big") + len(lit).to_bytes(2, "big")
    data += bytes((size,)) + packed.to_bytes(size, "little")
    return Request(framed(address, WRITE_COILS, data), _HEAD + 4 + _CRC)


def missing(request: Request, so_far: bytes) -> int:
    """How many bytes of the answer have not come yet; an exception is a short one."""
    if len(so_far) >= _HEAD and so_far[1] == request.function | _EXCEPTION:
        return max(0, _HEAD + 1 + _CRC - len(so_far))
    return max(0, request.answer_bytes - len(so_far))


def data_of(request: Request, answer: bytes) -> bytes:
    """What a whole answer carries after its head. Raises ProtocolError, and Refused for an exception."""
    if len(answer) < _HEAD + 1 + _CRC or crc16(answer[:-_CRC]) != answer[-_CRC:]:
        raise ProtocolError("an answer with a wrong check")
    address, function = answer[0], answer[1]
    if address != request.address:
        raise ProtocolError(f"an answer of device {address}")
    if function == request.function | _EXCEPTION:
        code = answer[2]
        raise Refused(REFUSALS.get(code, f"exception {code}"), f"modbus.exception_{code}")
    if function != request.function or len(answer) != request.answer_bytes:
        raise ProtocolError(f"an answer to function {function} of {len(answer)} bytes")
    data = answer[_HEAD:-_CRC]
    if function == WRITE_COILS:
        if data != request.frame[_HEAD : _HEAD + 4]:
            raise ProtocolError("something else was written")
        return b""
    if data[0] != len(data) - 1:
        raise ProtocolError("an answer whose length is not as it says")
    return data[1:]


def bits(data: bytes, count: int) -> tuple[bool, ...]:
    return tuple(bool(data[place // 8] >> place % 8 & 1) for place in range(count))


def signed(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)
