"""Text that means bytes: hex, logs with a direction, dumps of xxd, hexdump, od, tshark and Wireshark.

Whatever it does not recognise it says, with the line's number and without quoting the line: no offset, no
time and no column of letters is ever taken for data.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from device_drivers.card_terminals.zvt import dumps

_DIGITS = re.compile(r"[0-9A-Fa-f]+")
_PREFIX_OR_GAP = re.compile(r"0[xX]|[\s:,;\-|]")
_REMARK = re.compile(r"#.*|//.*")
_C_SOURCE = re.compile(r"\bchar\s+\w+\s*\[[^\]]*\]\s*=\s*\{([^}]*)\}")
_NAMES = (
    "tx|rx|ecr|pt|pos|till|terminal|kasse|zvt|send|sending|sent|recv|receive|received|write|read"
)
_DIRECTION = re.compile(
    rf"""(?:(?<![0-9A-Za-z])(?P<name>{_NAMES}|out|in)(?![0-9A-Za-z])
        | (?P<arrow>[<>]+[-=]*|[-=]+>+|[→←⇒⇐]))
    [\s:=>\]<)\-]*                                # what ends the name
    (?:[(\[]?\d+(?:\s*bytes?)?[)\]][:\s]* | \d+\s*bytes?[:\s]*)?   # how many follow
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LABEL = re.compile(r"^\s*\w*[G-Zg-z]\w*:\s")  # a name that is no hex
_LETTERS_COLUMN = re.compile(r"\s(?:\|.*\||>.{1,32}<)\s*$")
_BEHIND_A_GAP = re.compile(r"(?<=\S)\s{2,}(?=.*[^0-9A-Fa-f\s])\S.*$")  # letters, not data
_TIME = re.compile(
    r"^\s*\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?\s+"
    r"(?![0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\b)(?=\S)"
)
_CAPTURE_FILES = (
    b"\xd4\xc3\xb2\xa1",
    b"\xa1\xb2\xc3\xd4",
    b"\x4d\x3c\xb2\xa1",
    b"\x0a\x0d\x0d\x0a",
)


@dataclass(frozen=True)
class Unit:
    """Bytes that came together: a line of a log, a packet, or all there is. ``way``: the direction."""

    data: bytes
    way: str = ""


@dataclass(frozen=True)
class Captured:
    """``problems``: what could not be read, and where."""

    units: tuple[Unit, ...]
    problems: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        return b"".join(unit.data for unit in self.units)


def read(raw: bytes) -> Captured:
    """The bytes themselves, or those that a text means. Never raises."""
    if raw.startswith(_CAPTURE_FILES):
        return Captured((), ("a pcap file: give the output of `tshark -r FILE -x` instead",))
    text = _text_of(raw)
    if text is None:
        return Captured((Unit(raw),))
    source = _C_SOURCE.search(text)
    if source:
        text = source[1]
    lines = text.splitlines()
    dumped = dumps.read(lines)
    if dumped is not None:
        units = tuple(Unit(packet.data, packet.way) for packet in dumped.packets)
        return Captured(units, dumped.problems)
    return _of_lines(lines)


def _text_of(raw: bytes) -> str | None:
    """None: the bytes are a capture as they are. No message is without control characters."""
    for mark, codec in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if raw.startswith(mark):
            return raw.decode(codec, "replace")
    if any(byte < 0x20 and byte not in b"\t\n\r\f" for byte in raw):
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _of_lines(lines: list[str]) -> Captured:
    units: list[Unit] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        said = _REMARK.sub("", line)
        if not said.strip():
            continue
        way, rest = _direction(_TIME.sub("", _LETTERS_COLUMN.sub("", said)))
        digits = _PREFIX_OR_GAP.sub("", _BEHIND_A_GAP.sub("", rest) if way else rest)
        if not digits and way:
            continue  # a direction, and nothing that went there
        if not _DIGITS.fullmatch(digits) or (way and len(digits) % 2):
            problems.append(f"line {number} is no hex")
        else:
            units.append(Unit(digits.encode(), way))
    return _joined(units, problems)


def _direction(said: str) -> tuple[str, str]:
    """The name of the line's direction ("" if it tells none), and what follows it."""
    found = list(_DIRECTION.finditer(said))
    if found:
        return (found[-1]["name"] or found[-1]["arrow"]).lower(), said[found[-1].end() :]
    label = _LABEL.match(said)
    return ("", said[label.end() :]) if label else ("", said)


def _joined(units: list[Unit], problems: list[str]) -> Captured:
    """Lines without a direction go on where the one before ended, in the middle of a byte too."""
    whole: list[Unit] = []
    for unit in units:
        if unit.way or not whole:
            whole.append(unit)
        else:
            whole[-1] = replace(whole[-1], data=whole[-1].data + unit.data)
    told: list[Unit] = []
    for unit in whole:
        if len(unit.data) % 2:
            problems.append("an odd number of hex digits")
        told.append(
            replace(unit, data=bytes.fromhex(unit.data[: len(unit.data) // 2 * 2].decode()))
        )
    return Captured(tuple(told), tuple(problems))


def readings(captured: Captured) -> Iterator[tuple[Unit, ...]]:
    """The ways to see the units: as one stream, as one for each turn of direction, each alone."""
    yield (Unit(captured.data),)
    turns: list[Unit] = []
    for unit in captured.units:
        if turns and turns[-1].way == unit.way:
            turns[-1] = replace(unit, data=turns[-1].data + unit.data)
        else:
            turns.append(unit)
    yield captured.units
    yield tuple(turns)
