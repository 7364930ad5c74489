"""Every driver that can be found does what its interface says, tried on its simulator."""

import pytest

from device_drivers.conformance import Outcome
from device_drivers.registry import KINDS, names
from lobbypay.device.command import findings, simulated_bench

pytestmark = pytest.mark.slow

# Faults that a kind of device does not have, or that its simulator cannot do.
WITHOUT = {
    "camera": {"hang", "noise"},  # it is looked at, it does not talk
    "keyboard_wedge": {"hang"},
    "serial_line": {"hang"},
    "escpos": set(),
    "zvt": set(),
    "nexo": set(),
    "modbus_rtu": set(),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in names(kind)])
def test_the_driver_conforms(kind: str, name: str) -> None:
    with simulated_bench(kind, name) as bench:
        found = list(findings(kind, name, bench))
    assert [f for f in found if f.outcome is Outcome.FAILS] == []
    for skipped in (f for f in found if f.outcome is Outcome.SKIPPED):
        assert any(need in skipped.why for need in WITHOUT[name]), skipped
