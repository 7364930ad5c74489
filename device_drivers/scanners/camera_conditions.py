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
    {"zh": "摄像头画面是黑的", "en": "The camera's picture is black"},
    {
        "zh": "检查大堂灯光和镜头盖；设置了固定曝光时，请调高或改为自动",
        "en": "Check the light in the lobby and the lens cap; raise a fixed exposure or leave it out",
    },
)
COVERED = Condition(
    Level.WARNING,
    "camera.covered",
    {"zh": "摄像头被挡住", "en": "The camera is covered"},
    {
        "zh": "移开镜头前的遮挡物，撕掉贴纸，擦净镜头",
        "en": "Remove what is before the lens, stickers too, and clean it",
    },
)
FROZEN = Condition(
    Level.ERROR,
    "camera.frozen",
    {"zh": "摄像头画面不动", "en": "The camera gives one picture again and again"},
    {
        "zh": "自助机正在重新打开摄像头；仍不动请重新插拔，再不行更换摄像头",
        "en": "The kiosk opens it anew; if that does not help plug it in again, then replace it",
    },
)
BLURRED = Condition(
    Level.WARNING,
    "camera.blurred",
    {"zh": "摄像头画面模糊", "en": "The camera is out of focus"},
    {
        "zh": "擦净镜头；把对焦距离调到账单出示的位置（约 15 至 25 厘米），或设置 focus",
        "en": "Clean the lens; focus it where bills are held (some 15 to 25 cm), or set focus",
    },
)
OF_PICTURE = {"black": BLACK, "covered": COVERED, "frozen": FROZEN, "blurred": BLURRED}


def setting_refused(names: tuple[str, ...]) -> Condition:
    """``names``: keys of the scanner's table in the kiosk's configuration."""
    keys = ", ".join(names)
    return Condition(
        Level.WARNING,
        "camera.setting_refused",
        {
            "zh": f"摄像头不接受这些设置：{keys}",
            "en": f"The camera does not take these settings: {keys}",
        },
        {
            "zh": "用 v4l2-ctl --list-ctrls-menus 和 --list-formats-ext 查看它支持什么，再改配置",
            "en": "See what it can do: v4l2-ctl --list-ctrls-menus, --list-formats-ext; then change them",
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
