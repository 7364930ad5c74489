"""Hex dumps with offsets, as xxd, hexdump -C, od, tshark and Wireshark write them, to bytes again.

A line is taken for one only if its offset is the number of bytes before it. Whole network packets are
recognised, and only what TCP carried in them is kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LINE = re.compile(r"^(?P<indent>\s*)(?P<offset>[0-9A-Fa-f]{4,16})(?P<colon>:?)(?P<rest>\s.*|)$")
_GROUP = re.compile(r"(?P<gap>\s*)(?P<group>(?:[0-9A-Fa-f]{2}){1,8})(?=\s|$)")
_LETTERS = re.compile(r"\s(?:\|.*\||>.*<)\s*$")
_BASES = (16, 8)
_WORDS = re.compile(r"^[0-9a-f]{7}( [0-9a-f]{4}){1,8}\s*$")
_ROW_BYTES = 16
_IP_TYPES = (b"\x08\x00", b"\x86\xdd")
_LOOPBACK = tuple(bytes([n, 0, 0, 0]) for n in (2, 24, 28, 30))
_DATA = re.compile(r"(?:\b[0-9A-Fa-f]{2}\b\s*){3}")
_TCP = 6


@dataclass
class _Row:
    number: int  # of the line
    stream: str
    offset: str
    data: bytes


@dataclass
class Packet:
    """``way`` tells the two directions of a followed stream apart."""

    data: bytes
    way: str = ""


@dataclass
class Dump:
    packets: list[Packet] = field(default_factory=list)
    problems: tuple[str, ...] = ()


def read(lines: list[str]) -> Dump | None:
    """None if these lines are no dump. Never raises."""
    rows = [row for number, line in enumerate(lines, 1) if (row := _row(number, line)) is not None]
    if not rows or int(rows[0].offset, 16) != 0 or not _is_offset(rows[0], lines):
        return None
    if sum(bool(_WORDS.match(line)) for line in lines) >= max(1, len(rows) - 1):
        why = "a dump of words in the machine's order: use `hexdump -C` or `xxd`"
        return Dump(problems=(why,))
    starred = {number for number, line in enumerate(lines, 1) if line.strip() == "*"}
    for base in _BASES:
        dump = _in_base(rows, starred, base)
        if dump is not None:
            return _of_networks(dump, _left_out(lines, rows))
    return Dump(problems=("a dump whose offsets do not fit its bytes",))


def _is_offset(row: _Row, lines: list[str]) -> bool:
    """A first line alone could also be data: an offset is followed by a colon, by two spaces, or is as
    long as no group of bytes."""
    behind = lines[row.number - 1].strip()[len(row.offset) :]
    return behind.startswith((":", "  ")) or len(row.offset) >= 6


def _left_out(lines: list[str], rows: list[_Row]) -> tuple[str, ...]:
    """Lines with bytes that are no part of the dump; captions are passed over."""
    taken = {row.number for row in rows}
    return tuple(
        f"line {number} is no part of the dump"
        for number, line in enumerate(lines, 1)
        if number not in taken and _DATA.search(line)
    )


def _row(number: int, line: str) -> _Row | None:
    found = _LINE.match(line.expandtabs())
    if found is None:
        return None
    rest, stream = found["rest"], found["indent"]
    letters = _LETTERS.search(rest)
    if letters:
        rest = rest[: letters.start()]
    data = _bytes_of(rest, "xxd" if found["colon"] else "letters" if letters else "")
    return _Row(number, stream, found["offset"], data)


def _bytes_of(rest: str, kind: str) -> bytes:
    """The groups of hex up to the column of letters, which a wider gap sets off."""
    data, at = b"", 0
    while len(data) < (256 if kind else _ROW_BYTES):
        group = _GROUP.match(rest, at)
        if group is None:
            break
        gap = len(group["gap"])
        in_the_middle = len(data) == _ROW_BYTES // 2 and gap == 2 and len(group["group"]) == 2
        if data and gap > 1 and kind != "letters" and (kind == "xxd" or not in_the_middle):
            break
        data += bytes.fromhex(group["group"])
        at = group.end()
    return data


def _in_base(rows: list[_Row], starred: set[int], base: int) -> Dump | None:
    """The packets, if every offset is what its stream has reached; an offset 0 begins another."""
    packets: list[Packet] = []
    reached: dict[str, int] = {}
    last: dict[str, bytes] = {}
    for row in rows:
        try:
            offset = int(row.offset, base)
        except ValueError:
            return None
        at = reached.get(row.stream, 0)
        if at < offset and last.get(row.stream) and row.number - 1 in starred:
            repeated = last[row.stream] * ((offset - at) // len(last[row.stream]))
            packets[-1].data += repeated
            at += len(repeated)
        if offset not in (at, 0):
            return None
        if offset == 0 and row.data:
            at = 0
            packets.append(Packet(b"", row.stream))
        elif row.data and packets[-1].way != row.stream:
            packets.append(Packet(b"", row.stream))
        if row.data:
            packets[-1].data += row.data
            last[row.stream] = row.data
        reached[row.stream] = at + len(row.data)
    return Dump(packets)


def _of_networks(dump: Dump, left_out: tuple[str, ...]) -> Dump:
    carried = [_tcp_payload(packet.data) for packet in dump.packets]
    if not any(found is not None for found in carried):
        return Dump(dump.packets, left_out)
    packets: list[Packet] = []
    problems = list(left_out)
    for number, found in enumerate(carried, 1):
        if found is None:
            problems.append(f"packet {number} carries no TCP")
        elif found.data:
            packets.append(found)
    return Dump(packets, tuple(problems))


def _tcp_payload(raw: bytes) -> Packet | None:
    """What TCP carried in a captured packet; None if this is none with TCP in it."""
    for start in _ip_starts(raw):
        found = _of_ip(raw[start:])
        if found is not None:
            return found
    return None


def _ip_starts(raw: bytes) -> Iterator[int]:
    """Where IP may begin: behind nothing, BSD loopback, Ethernet, a VLAN, Linux cooked (1 and 2)."""
    yield 0
    if raw[:4] in _LOOPBACK:
        yield 4
    for start in (14, 18, 16):
        if raw[start - 2 : start] in _IP_TYPES:
            yield start
    if raw[:2] in _IP_TYPES:
        yield 20


def _of_ip(ip: bytes) -> Packet | None:
    if len(ip) >= 20 and ip[0] >> 4 == 4 and ip[9] == _TCP:
        head, total = 4 * (ip[0] & 0x0F), int.from_bytes(ip[2:4])
        return _of_tcp(ip[head:total]) if 20 <= head <= total <= len(ip) else None
    if len(ip) >= 40 and ip[0] >> 4 == 6 and ip[6] == _TCP:
        total = 40 + int.from_bytes(ip[4:6])
        return _of_tcp(ip[40:total]) if total <= len(ip) else None
    return None


def _of_tcp(segment: bytes) -> Packet | None:
    if len(segment) < 20:
        return None
    head = 4 * (segment[12] >> 4)
    ports = segment[0:4].hex()
    return Packet(segment[head:], ports) if 20 <= head <= len(segment) else None
