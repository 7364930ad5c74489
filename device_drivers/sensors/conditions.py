"""What sensors say that needs somebody, in words for staff. Never shown to residents."""

from device_drivers.sensors.interface import Readings, Signal
from device_drivers.status import Condition, Level

NOT_REACHABLE = Condition(
    Level.ERROR,
    "sensors.not_reachable",
    {"zh": "传感器板没有应答", "en": "The sensor board does not answer"},
    {
        "zh": "检查传感器板的供电、串口线和地址",
        "en": "Check the sensor board's power, serial cable and address",
    },
)
_OF_SIGNAL = {
    Signal.DOOR: Condition(
        Level.ERROR,
        "sensors.door_open",
        {"zh": "机柜门开着，已停止收款", "en": "The cabinet is open; no money is taken"},
        {
            "zh": "到现场查看是谁打开的，关好并锁上机柜门",
            "en": "See on the spot who opened it; close and lock the cabinet",
        },
    ),
    Signal.TILT: Condition(
        Level.ERROR,
        "sensors.tilted",
        {"zh": "机柜被倾斜或移动，已停止收款", "en": "The cabinet was tilted; no money is taken"},
        {
            "zh": "到现场查看，把机柜放正固定",
            "en": "See on the spot; set the cabinet upright and fix it",
        },
    ),
    Signal.SHOCK: Condition(
        Level.WARNING,
        "sensors.shock",
        {"zh": "机柜受到撞击", "en": "The cabinet was struck"},
        {"zh": "查看监控和机柜外观", "en": "Look at the cameras and at the cabinet's outside"},
    ),
    Signal.POWER_LOST: Condition(
        Level.WARNING,
        "sensors.power_lost",
        {"zh": "市电中断，正在用电池", "en": "No mains power; it runs on its battery"},
        {
            "zh": "查看插座、空气开关和物业配电",
            "en": "Check the socket, the breaker and the building's supply",
        },
    ),
    Signal.BATTERY_LOW: Condition(
        Level.ERROR,
        "sensors.battery_low",
        {"zh": "电池快用完，不再刷卡", "en": "The battery is nearly empty; no cards are taken"},
        {
            "zh": "尽快恢复市电；关机前正在办理的会办完",
            "en": "Restore mains power soon; what was begun is ended before it stops",
        },
    ),
}
_CHARGING = Condition(
    Level.WARNING,
    "sensors.battery_charging",
    {"zh": "电池电量低，正在用市电", "en": "The battery is nearly empty; mains power is there"},
    {
        "zh": "几小时后仍是这样，请更换电池",
        "en": "Replace the battery if this goes on for hours",
    },
)
_HOT = {"zh": "机柜内温度过高", "en": "It is too hot inside the cabinet"}
_COLD = {"zh": "机柜内温度过低", "en": "It is too cold inside the cabinet"}
_AIR = {
    "zh": "查看风扇、滤网和阳光直射",
    "en": "Check the fan, the filter and whether the sun shines on it",
}
_HEATING = {"zh": "查看加热器和安装位置", "en": "Check the heater and where it stands"}

SENSED = frozenset(
    {condition.code for condition in (*_OF_SIGNAL.values(), _CHARGING)}
    | {"sensors.too_hot", "sensors.too_cold"}
)  # of what is around a board that works


def conditions_of(
    now: Readings, wired: frozenset[Signal], low_c: float, high_c: float
) -> tuple[Condition, ...]:
    """``low_c``, ``high_c``: degrees outside of which somebody must look."""
    found = [_OF_SIGNAL[signal] for signal in _OF_SIGNAL if signal in now.on]
    if Signal.POWER_LOST in wired - now.on:
        low = _OF_SIGNAL[Signal.BATTERY_LOW]
        found = [_CHARGING if one is low else one for one in found]
    if now.temperature_c is not None and now.temperature_c >= high_c:
        found.append(Condition(Level.ERROR, "sensors.too_hot", _HOT, _AIR))
    if now.temperature_c is not None and now.temperature_c <= low_c:
        found.append(Condition(Level.WARNING, "sensors.too_cold", _COLD, _HEATING))
    return tuple(found)
