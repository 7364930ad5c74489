"""Receipts that the terminal lets us print, the customer's and the merchant's told apart.

They come line by line (06 D1, PA00P015 3.5) or in blocks (06 D3, 3.6). A block says whose it is (tag
1F07); lines say so in a TLV behind their text with some makers, else the receipt's own words do.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from device_drivers.card_terminals.zvt import fields, tlv
from device_drivers.card_terminals.zvt.values import CP437, text

MERCHANT, CUSTOMER, ADMINISTRATION = 1, 2, 3
LINES_MAX = 400  # of one command; what comes after is dropped
_LINE_TEXT, _LINE_ATTRIBUTE, _RECEIPT_TYPE = 0x07, 0x09, 0x1F07
_FEEDS, _RESERVED, _LAST, _FEEDS_MAX = 0xFF, 0x80, 0x80, 10
_WORDS = {
    MERCHANT: ("ndlerbeleg", "haendlerbeleg", "merchant", "commerçant", "esercente", "商户存根"),
    CUSTOMER: ("kundenbeleg", "customer", "cardholder", "client", "cliente", "持卡人存根"),
    ADMINISTRATION: ("kassenschnitt", "kassenabschluss", "tagesabschluss", "end of day", "结算"),
}


@dataclass(frozen=True)
class Printed:
    """Part of a receipt. ``kind`` is None if it does not say; ``last``: the receipt ends with it."""

    lines: tuple[str, ...]
    kind: int | None = None
    last: bool = False


def printed_line(data: bytes, characters: str = CP437) -> Printed:
    """06 D1: an attribute and a text; attribute FF feeds lines."""
    if not data:
        return Printed(("",))
    attribute = data[0]
    if attribute == _FEEDS:
        count = data[1] if len(data) > 1 else 1
        return Printed(("",) * min(count, _FEEDS_MAX))
    said, kind = _without_kind(data[1:])
    lines = tuple(line.rstrip() for line in text(said, characters).split("\n"))
    return Printed(lines, kind, _is_last(attribute))


def printed_block(data: bytes, characters: str = CP437) -> Printed:
    """06 D3: receipt type 1F07, and lines 07 with attributes 09 inside 25."""
    nodes = fields.read(data, characters).nodes
    lines: list[str] = []
    last = False
    for node in tlv.walk(nodes):
        if node.tag == _LINE_TEXT:
            lines.extend(line.rstrip() for line in str(node.value).split("\n"))
        elif node.tag == _LINE_ATTRIBUTE and isinstance(node.value, int):
            if node.value == _FEEDS:
                lines.append("")
            last = _is_last(node.value)
    return Printed(tuple(lines), _kind(nodes), last)


def _is_last(attribute: int) -> bool:
    return bool(attribute & _LAST) and attribute != _RESERVED


def _without_kind(said: bytes) -> tuple[bytes, int | None]:
    """The text, and the receipt type that a TLV (field 06) behind it tells."""
    for at in range(len(said) - 1):
        if said[at] == fields.TLV and said[at + 1] == len(said) - at - 2:
            kind = _kind(fields.read(said[at:]).nodes)
            if kind is not None:
                return said[:at], kind
    return said, None


def _kind(nodes: tuple[tlv.Node, ...]) -> int | None:
    found = tlv.first(nodes, _RECEIPT_TYPE)
    return found.value if found and isinstance(found.value, int) else None


@dataclass
class _Receipt:
    lines: list[str] = field(default_factory=list)
    kinds: Counter[int] = field(default_factory=Counter)
    ended: bool = False

    @property
    def kind(self) -> int | None:
        """As most of its parts say, else as its words do."""
        if self.kinds:
            return self.kinds.most_common(1)[0][0]
        words = "\n".join(self.lines).lower()
        return next(
            (kind for kind, known in _WORDS.items() if any(w in words for w in known)), None
        )


class Receipts:
    """Collects what one command prints."""

    def __init__(self) -> None:
        self._receipts: list[_Receipt] = []
        self._count = 0

    def add_line(self, printed: Printed) -> None:
        """Lines follow each other until one says that it is the last."""
        if not self._receipts or self._receipts[-1].ended:
            self._receipts.append(_Receipt())
        self._add(self._receipts[-1], printed)

    def add_block(self, printed: Printed) -> None:
        """A block of another kind begins another receipt, even if the one before did not end."""
        now = self._receipts[-1] if self._receipts else None
        if now is None or now.ended or (now.kinds and printed.kind not in now.kinds):
            self._receipts.append(_Receipt())
        self._add(self._receipts[-1], printed)

    def _add(self, receipt: _Receipt, printed: Printed) -> None:
        taken = printed.lines[: max(0, LINES_MAX - self._count)]
        self._count += len(taken)
        receipt.lines.extend(taken)
        if printed.kind is not None:
            receipt.kinds[printed.kind] += 1
        receipt.ended = printed.last

    @property
    def customer(self) -> tuple[str, ...]:
        """What is handed out. One that does not say whose it is counts as the customer's."""
        return tuple(self._of(CUSTOMER)) or tuple(self._of(None))

    @property
    def merchant(self) -> tuple[str, ...]:
        return tuple(self._of(MERCHANT))

    @property
    def administration(self) -> tuple[str, ...]:
        """Of a command that is no payment: everything that is not marked otherwise."""
        return tuple(self._of(ADMINISTRATION)) or tuple(self._of(None))

    def _of(self, kind: int | None) -> Iterator[str]:
        return (
            line for receipt in self._receipts if receipt.kind == kind for line in receipt.lines
        )
