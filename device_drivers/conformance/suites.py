"""Which checks a kind has, in their order."""

from device_drivers.conformance import card_terminals, every_kind, printers, scanners, sensors
from device_drivers.conformance.check import Check

SUITES: dict[str, tuple[Check, ...]] = {
    kind: (*every_kind.FIRST, *own, *every_kind.FAULTS, *every_kind.LAST)
    for kind, own in (
        ("scanners", scanners.CHECKS),
        ("card_terminals", card_terminals.CHECKS),
        ("printers", printers.CHECKS),
        ("sensors", sensors.CHECKS),
    )
}
