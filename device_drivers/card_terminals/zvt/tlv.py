"""Tag, length, value (PA00P015 ch. 9). Unknown tags are skipped whole; card data is never kept."""

from collections.abc import Iterator
from dataclasses import dataclass

from device_drivers.card_terminals.zvt import mask
from device_drivers.card_terminals.zvt.tables import TAGS
from device_drivers.card_terminals.zvt.values import Unreadable, Value, decoded

DEPTH_MAX = 8
_PRIVATE_TWO_BYTES = range(0x1F80, 0x1F84)  # two bytes, although BER would read a third


@dataclass(frozen=True)
class Node:
    """``value`` is readable and masked; ``raw`` is empty where card data was."""

    tag: int
    value: Value
    raw: bytes = b""
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


def parse(raw: bytes, depth: int = 0) -> tuple[Node, ...]:
    """Raises Unreadable if the bytes end inside a tag."""
    nodes: list[Node] = []
    at = 0
    while at < len(raw):
        tag, at = _tag_at(raw, at)
        length, at = length_at(raw, at)
        if at + length > len(raw):
            raise Unreadable("tag longer than its container")
        nodes.append(_node(tag, raw[at : at + length], depth))
        at += length
    return tuple(nodes)


def _node(tag: int, value: bytes, depth: int) -> Node:
    known = TAGS.get(tag)
    if tag in mask.SECRET_TAGS:
        return Node(tag, mask.HIDDEN)
    if tag in mask.PAN_TAGS:
        return Node(tag, mask.masked_bcd_pan(value))
    if known is None:
        return Node(tag, f"({len(value)} bytes)")
    if known.constructed and depth < DEPTH_MAX:
        return Node(tag, "", children=parse(value, depth + 1))
    return Node(tag, decoded(value, known.encoding), value)


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node, containers before what is in them, in the order of the bytes."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def first(nodes: tuple[Node, ...], tag: int) -> Node | None:
    return next((node for node in walk(nodes) if node.tag == tag), None)
