"""Tag, length, value (PA00P015 ch. 9). Unknown tags are skipped whole; card data is never kept."""

from collections.abc import Iterator
from dataclasses import dataclass

from device_drivers.card_terminals.masking import HIDDEN
from device_drivers.card_terminals.zvt import mask
from device_drivers.card_terminals.zvt.tables import TAGS
from device_drivers.card_terminals.zvt.values import CP437, Unreadable, Value, decoded

DEPTH_MAX = 8
APPLICATION_ID, _REGISTERED = 0x43, b"\xa0"  # registered ones begin with a letter in hex
_PRIVATE_TWO_BYTES = range(0x1F80, 0x1F84)  # two bytes, although BER would read a third


@dataclass(frozen=True)
class Node:
    """``value`` is readable and masked; the bytes that it was read from are not kept."""

    tag: int
    value: Value
    children: tuple["Node", ...] = ()

    @property
    def name(self) -> str:
        return TAGS[self.tag].name if self.tag in TAGS else "unknown"


def encode(tag: int, value: bytes) -> bytes:
    length = len(value)
    if length < 0x80:
        head = bytes([length])
    elif length <= 0xFF:
        head = bytes([0x81, length])
    else:
        head = b"\x82" + length.to_bytes(2, "big")
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + head + value


def length_at(raw: bytes, start: int) -> tuple[int, int]:
    """The length at ``start`` and where the value begins. Raises Unreadable."""
    if start >= len(raw):
        raise Unreadable("length expected")
    first = raw[start]
    if first < 0x80:
        return first, start + 1
    count = first & 0x7F
    if count not in (1, 2) or start + 1 + count > len(raw):
        raise Unreadable("length expected")
    return int.from_bytes(raw[start + 1 : start + 1 + count], "big"), start + 1 + count


def _tag_at(raw: bytes, start: int) -> tuple[int, int]:
    tag, at = raw[start], start + 1
    if tag & 0x1F != 0x1F:
        return tag, at
    for _ in range(3):
        if at >= len(raw):
            break
        tag, at = tag << 8 | raw[at], at + 1
        if not tag & 0x80 or tag in _PRIVATE_TWO_BYTES:
            return tag, at
    raise Unreadable("tag expected")


def parse(raw: bytes, characters: str = CP437, depth: int = 0) -> tuple[tuple[Node, ...], str]:
    """The nodes, and why reading ended before the last byte ("" if it did not). Never raises."""
    nodes: list[Node] = []
    at, problem = 0, ""
    try:
        while at < len(raw):
            tag, start = _tag_at(raw, at)
            length, start = length_at(raw, start)
            if start + length > len(raw):
                raise Unreadable(f"tag {tag:02X} is longer than its container")
            node, inside = _node(tag, raw[start : start + length], characters, depth)
            nodes.append(node)
            problem = problem or inside  # its length is known: what follows is read
            at = start + length
    except Unreadable as end:
        problem = problem or f"reading ended at byte {at} of the container: {end}"
    return tuple(nodes), problem


def _node(tag: int, value: bytes, characters: str, depth: int) -> tuple[Node, str]:
    known = TAGS.get(tag)
    if tag in mask.SECRET_TAGS:
        return Node(tag, HIDDEN), ""
    if tag in mask.PAN_TAGS:
        return Node(tag, mask.masked_bcd_pan(value)), ""
    if known is None or (known.constructed and depth >= DEPTH_MAX):
        return Node(tag, f"({len(value)} bytes)"), ""
    if known.constructed:
        children, problem = parse(value, characters, depth + 1)
        return Node(tag, "", children), problem and f"tag {tag:02X}: {problem}"
    if tag == APPLICATION_ID and value[:1] >= _REGISTERED:
        return Node(tag, value.hex()), ""  # names the card's program, whatever its digits look like
    return Node(tag, decoded(value, known.encoding, characters)), ""


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node, containers before what is in them, in the order of the bytes."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def first(nodes: tuple[Node, ...], tag: int) -> Node | None:
    return next((node for node in walk(nodes) if node.tag == tag), None)
