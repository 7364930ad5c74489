"""What can be wrong with a scanner on a line or on USB, in words for staff. Never shown to residents."""

from device_drivers.status import Condition, Level

NOT_REACHABLE = Condition(
    Level.ERROR,
    "scanner.not_reachable",
    {"zh": "扫码器没有连接", "en": "The scanner is not connected"},
    {
        "zh": "检查扫码器的数据线和供电，重新插拔一次",
        "en": "Check the scanner's cable and power, and plug it in again",
    },
)
NOT_GRABBED = Condition(
    Level.ERROR,
    "scanner.not_grabbed",
    {
        "zh": "扫码器被别的程序占用，扫码内容会打到屏幕上",
        "en": "Another program holds the scanner; what it reads would be typed on the screen",
    },
    {
        "zh": "关闭占用扫码器的程序，或重启自助机",
        "en": "End the program that holds the scanner, or restart the kiosk",
    },
)
NOT_ALLOWED = Condition(
    Level.ERROR,
    "scanner.not_allowed",
    {"zh": "没有权限读取扫码器", "en": "The kiosk may not read the scanner"},
    {
        "zh": "安装 config/udev 中的规则，并让运行用户属于 input 组",
        "en": "Install the rules of config/udev and put the kiosk's user into the group input",
    },
)
