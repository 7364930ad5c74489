"""What supervisors say of a device beyond what its driver says, and all of it in the contract's words."""

from dataclasses import replace

from contract.heartbeat import ConditionReport, DeviceReport
from device_drivers.errors import DeviceError
from device_drivers.status import DeviceStatus, Level
from kiosk.texts.conditions import condition

DRIVER_FAILED = "device.driver_failed"
_LOST = (".not_reachable", ".timeout", ".driver_failed")


def report(role: str, status: DeviceStatus) -> DeviceReport:
    return DeviceReport(
        role=role,
        driver=status.driver,
        model=status.model,
        simulated=status.simulated,
        level=status.level.value,
        conditions=[
            ConditionReport(level=c.level.value, code=c.code, staff=c.staff, remedy=c.remedy)
            for c in status.conditions
        ],
    )


def out_of_reach(driver: str, error: DeviceError) -> DeviceStatus:
    lost = condition(Level.ERROR, "device.out_of_reach", code=error.code, driver=driver)
    return DeviceStatus(driver, conditions=(lost,))


def driver_failed(driver: str, error: Exception) -> DeviceStatus:
    return DeviceStatus(driver, conditions=(condition(Level.ERROR, DRIVER_FAILED, driver=driver),))


def is_lost(status: DeviceStatus) -> bool:
    """Whether the device is not there, rather than there and in need of something."""
    return any(c.level is Level.ERROR and c.code.endswith(_LOST) for c in status.conditions)


def quarantined(status: DeviceStatus) -> DeviceStatus:
    left_alone = condition(Level.ERROR, "device.quarantined")
    return replace(status, conditions=(left_alone, *status.conditions))


def untested(status: DeviceStatus, why: tuple[str, ...]) -> DeviceStatus:
    """What a probe says, and that the last self-test failed, if it did."""
    if not why:
        return status
    failed = condition(Level.WARNING, "device.self_test_failed", why=why[0])
    return replace(status, conditions=(*status.conditions, failed))
