"""The terminal's side of the wire: messages, their fields, and serial frames (PA00P015, PA00P016)."""

from collections.abc import Iterator

YES = bytes.fromhex("800000")
DLE, STX, ETX, ACK, NAK = 0x10, 0x02, 0x03, 0x06, 0x15


def message(command: int, data: bytes = b"") -> bytes:
    head = command.to_bytes(2)
    if len(data) < 0xFF:
        return head + bytes([len(data)]) + data
    return head + b"\xff" + len(data).to_bytes(2, "little") + data


def no(code: int) -> bytes:
    return bytes([0x84, code, 0])


def split(buffer: bytearray) -> bytes | None:
    """Takes one whole message off the buffer; None while it is not complete."""
    if len(buffer) < 3:
        return None
    if buffer[2] < 0xFF:
        end = 3 + buffer[2]
    elif len(buffer) >= 5:
        end = 5 + int.from_bytes(buffer[3:5], "little")
    else:
        return None
    if len(buffer) < end:
        return None
    taken = bytes(buffer[:end])
    del buffer[:end]
    return taken


def command_of(raw: bytes) -> int:
    return int.from_bytes(raw[:2])


def data_of(raw: bytes) -> bytes:
    return raw[5:] if raw[2] == 0xFF else raw[3:]


def bcd(digits: str, length: int) -> bytes:
    return bytes.fromhex(digits.rjust(2 * length, "0"))


def llvar(content: bytes) -> bytes:
    return bytes([0xF0 | len(content) // 10, 0xF0 | len(content) % 10]) + content


def lllvar(content: bytes) -> bytes:
    count = len(content)
    return bytes([0xF0 | count // 100, 0xF0 | count // 10 % 10, 0xF0 | count % 10]) + content


def tlv(tag: str, content: bytes) -> bytes:
    count = len(content)
    length = bytes([count]) if count < 0x80 else b"\x82" + count.to_bytes(2)
    return bytes.fromhex(tag) + length + content


_FIXED = {0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x05: 1, 0x0B: 3, 0x0E: 2, 0x19: 1, 0x37: 3}
_FIXED |= {0x3A: 2, 0x3B: 8, 0x3D: 3, 0x49: 2, 0x87: 2, 0x8A: 1, 0x8C: 1}
_COUNTED = {0x22: 2, 0x23: 2, 0x24: 3, 0x2D: 2, 0x3C: 3}  # by two or three bytes F0 to F9
_NUMBERS = (0x04, 0x0B, 0x37, 0x49, 0x87)  # whole numbers in BCD
_TLV = 0x06
NO_RECEIPT = b"\xff\xff"  # asks for all of them (2.10)


class Malformed(ValueError):
    """The bytes are no command of the protocol."""


class UnknownField(ValueError):
    """Its length is unknown, so nothing behind it can be read."""


def fields(data: bytes) -> dict[int, bytes]:
    """The fields that an ECR's commands carry (ch. 13). Raises Malformed, UnknownField."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        number = data[at]
        start, length = _field_at(data, number, at + 1)
        if start + length > len(data):
            raise Malformed(f"field {number:02X} is cut off")
        value = found[number] = data[start : start + length]
        if number in _NUMBERS and value != NO_RECEIPT and not value.hex().isdigit():
            raise Malformed(f"field {number:02X} holds no digits")
        at = start + length
    return found


def _field_at(data: bytes, number: int, start: int) -> tuple[int, int]:
    """Where its value begins, and how long it is."""
    if number == _TLV:
        long = {0x81: 1, 0x82: 2}.get(data[start] if start < len(data) else 0, 0)
        counter = data[start + 1 : start + 1 + long] if long else data[start : start + 1]
        return start + 1 + long, int.from_bytes(counter)
    if number in _COUNTED:
        begin = start + _COUNTED[number]
        counter = data[start:begin]
        if any(not 0xF0 <= byte <= 0xF9 for byte in counter):
            raise Malformed(f"field {number:02X} has no counter")
        return begin, int("".join(str(byte & 0x0F) for byte in counter) or "0")
    if number not in _FIXED:
        raise UnknownField(f"field {number:02X}")
    return start, _FIXED[number]


def number(found: dict[int, bytes], field: int, otherwise: int = 0) -> int:
    """A field of digits, as ``fields`` has checked it."""
    digits = found[field].hex() if field in found else ""
    return int(digits) if digits.isascii() and digits.isdigit() else otherwise


def shown_lines(data: bytes) -> list[str]:
    """The lines (fields F1 to F8) of 06 E0, behind its seconds (F0)."""
    lines: list[str] = []
    at = 2 if data[:1] == b"\xf0" else 0
    while at + 3 <= len(data) and 0xF1 <= data[at] <= 0xF8:
        end = at + 3 + 10 * (data[at + 1] & 0xF) + (data[at + 2] & 0xF)
        lines.append(data[at + 3 : end].decode("cp437"))
        at = end
    return lines


def crc(data: bytes) -> int:
    """CRC-16/KERMIT."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value


def framed(raw: bytes) -> bytes:
    check = crc(raw + bytes([ETX])).to_bytes(2, "little")
    return bytes([DLE, STX]) + raw.replace(b"\x10", b"\x10\x10") + bytes([DLE, ETX]) + check


class Unframer:
    """Bytes of a serial line to messages. A damaged frame comes out as None."""

    def __init__(self) -> None:
        self._inside, self._escape, self._tail = False, False, bytearray()
        self._raw, self._ended = bytearray(), False

    def feed(self, data: bytes) -> Iterator[bytes | int | None]:
        """Yields messages, None for a damaged frame, and the numbers ACK and NAK."""
        for byte in data:
            if self._ended:
                self._tail.append(byte)
                if len(self._tail) == 2:
                    yield self._finish()
            elif not self._inside:
                if byte in (ACK, NAK) and not self._escape:
                    yield byte
                self._inside, self._escape = self._escape and byte == STX, byte == DLE
                if self._inside:
                    self._raw, self._escape = bytearray(), False
            elif self._escape:
                self._escape = False
                if byte == ETX:
                    self._ended, self._tail = True, bytearray()
                else:
                    self._raw.append(byte)
            elif byte == DLE:
                self._escape = True
            else:
                self._raw.append(byte)

    def _finish(self) -> bytes | None:
        raw, check = bytes(self._raw), int.from_bytes(self._tail, "little")
        self._inside = self._ended = False
        return raw if crc(raw + bytes([ETX])) == check else None
