"""What can be wrong with a camera scanner, in words for staff. Never shown to residents."""

from device_drivers.status import Condition, Level

NOT_REACHABLE = Condition(
    Level.ERROR,
    "camera.not_reachable",
    {"zh": "摄像头没有画面", "en": "The camera gives no picture"},
    {
        "zh": "检查摄像头的 USB 线和供电，重新插拔一次；仍无画面请更换摄像头",
        "en": "Check the camera's USB cable and plug it in again; replace it if that fails",
    },
)
BLACK = Condition(
    Level.WARNING,
    "camera.black",
    {"zh": "摄像头画面是黑的或被挡住", "en": "The camera sees nothing: black or covered"},
    {
        "zh": "擦净镜头，移开遮挡物，检查大堂灯光",
        "en": "Clean the lens, remove what covers it, check the light in the lobby",
    },
)
READER_FAILING = Condition(
    Level.WARNING,
    "camera.reader_failing",
    {"zh": "识码程序反复重启", "en": "The code reader keeps restarting"},
    {
        "zh": "查看镜头前是否一直放着异常的二维码；没有则重启自助机",
        "en": "See whether an odd code is kept before the lens; if not, restart the kiosk",
    },
)
