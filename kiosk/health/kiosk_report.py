"""The kiosk's own state as a device's: whether it can record, knows the time, and how its computer is."""

from collections.abc import Sequence

from contract.heartbeat import DeviceReport
from device_drivers.status import Condition, DeviceStatus, Level
from kiosk.health.device_reports import report
from kiosk.texts.conditions import condition

ROLE = "kiosk"


def kiosk_report(
    *,
    recording: bool,
    damaged: bool,
    clock_off: bool,
    trial_kept: bool = False,
    machine: Sequence[Condition] = (),
) -> DeviceReport:
    """For the heartbeat, beside the devices."""
    found = []
    if damaged:
        found.append(condition(Level.ERROR, "journal.damaged"))
    elif not recording:
        found.append(condition(Level.ERROR, "journal.cannot_record"))
    if clock_off:
        found.append(condition(Level.WARNING, "clock.off"))
    if trial_kept:
        found.append(condition(Level.WARNING, "test_payment.not_returned"))
    found += machine
    return report(ROLE, DeviceStatus("lobbypay", conditions=tuple(found)))
