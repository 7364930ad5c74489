"""The bytes by which the simulated printer says how it is.

Sources: Epson ESC/POS reference (DLE EOT, GS a, GS r); Custom KPM and Pyramid Reliance manuals (DLE EOT
20, GS e 6).
"""

from simulators.receipt_printer.faults import Faults


def real_time(faults: Faults, number: int) -> bytes:
    """The answer to DLE EOT ``number``; empty for a number that the printer does not know."""
    paper = 0x60 if "paper_out" in faults else 0
    bits = {
        1: 0x08 if faults.stopped else 0,
        2: _bit(faults, 0x04, "cover_open")
        | _bit(faults, 0x20, "paper_out")
        | _bit(faults, 0x40, "error", "cutter", "overheated", "jam"),
        3: _bit(faults, 0x08, "cutter")
        | _bit(faults, 0x20, "error", "jam")
        | _bit(faults, 0x40, "overheated"),
        4: _bit(faults, 0x0C, "near_end", "paper_out") | paper,
    }
    return bytes((0x12 | bits[number],)) if number in bits else b""


def automatic(faults: Faults) -> bytes:
    """The four bytes of GS a."""
    first = 0x10 | (0x08 if faults.stopped else 0) | _bit(faults, 0x20, "cover_open")
    second = (
        _bit(faults, 0x08, "cutter")
        | _bit(faults, 0x20, "error", "jam")
        | _bit(faults, 0x40, "overheated")
    )
    third = _bit(faults, 0x03, "near_end", "paper_out") | _bit(faults, 0x0C, "paper_out")
    return bytes((first, second, third, 0x0F))


def full(faults: Faults, ticket: bool) -> bytes:
    """The six bytes of DLE EOT 20."""
    paper = _bit(faults, 0x01, "paper_out") | _bit(faults, 0x04, "near_end", "paper_out")
    passing = _bit(faults, 0x01, "overheated") | _bit(faults, 0x40, "jam")
    lasting = _bit(faults, 0x01, "cutter") | _bit(faults, 0x08, "error", "offline")
    user = _bit(faults, 0x02, "cover_open")
    return bytes((0x10, 0x0F, paper | (0x20 if ticket else 0), user, passing, lasting))


def paper_in_order(faults: Faults) -> bytes:
    """The answer to GS r 1."""
    return bytes((_bit(faults, 0x03, "near_end", "paper_out") | _bit(faults, 0x0C, "paper_out"),))


def _bit(faults: Faults, bit: int, *names: str) -> int:
    return bit if any(name in faults for name in names) else 0
