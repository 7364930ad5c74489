"""What supervisors say of a device beyond what its driver says, and all of it in the contract's words."""

from dataclasses import replace

from contract.heartbeat import ConditionReport, DeviceReport
from device_drivers.errors import DeviceError
from device_drivers.status import Condition, DeviceStatus, Level

DRIVER_FAILED = "device.driver_failed"
_LOST = (".not_reachable", ".timeout", ".driver_failed")

QUARANTINED = Condition(
    Level.ERROR,
    "device.quarantined",
    {
        "zh": "设备反复断开，已暂停使用几分钟",
        "en": "The device was lost again and again; it is left alone for some minutes",
    },
    {
        "zh": "检查插头、电源和数据线是否松动；仍反复出现请更换设备",
        "en": "Look for a loose plug, power supply or cable; replace the device if it goes on",
    },
)


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
    condition = Condition(
        Level.ERROR,
        error.code,
        {"zh": f"设备连接不上:{driver}", "en": f"The device cannot be reached: {driver}"},
        {"zh": "检查电源和连接线", "en": "Check its power and cable"},
    )
    return DeviceStatus(driver, conditions=(condition,))


def driver_failed(driver: str, error: Exception) -> DeviceStatus:
    condition = Condition(
        Level.ERROR,
        DRIVER_FAILED,
        {"zh": f"驱动程序出错:{driver}", "en": f"The driver failed: {driver}"},
        {
            "zh": "重启自助机；仍出现请把日志发给技术支持",
            "en": "Restart the kiosk; if it stays, send the log to technical support",
        },
    )
    return DeviceStatus(driver, conditions=(condition,))


def is_lost(status: DeviceStatus) -> bool:
    """Whether the device is not there, rather than there and in need of something."""
    return any(c.level is Level.ERROR and c.code.endswith(_LOST) for c in status.conditions)


def quarantined(status: DeviceStatus) -> DeviceStatus:
    return replace(status, conditions=(QUARANTINED, *status.conditions))


def untested(status: DeviceStatus, why: tuple[str, ...]) -> DeviceStatus:
    """What a probe says, and that the last self-test failed, if it did."""
    if not why:
        return status
    condition = Condition(
        Level.WARNING,
        "device.self_test_failed",
        {"zh": f"设备自检没有通过:{why[0]}", "en": f"The device's self-test failed: {why[0]}"},
        {
            "zh": "留意该设备；反复出现时运行 lobbypay device conformance",
            "en": "Keep an eye on it; if it comes again, run lobbypay device conformance",
        },
    )
    return replace(status, conditions=(*status.conditions, condition))
