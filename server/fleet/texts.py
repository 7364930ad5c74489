"""What the fleet page calls things, in both languages."""

from contract.messages import Flow, Method, Text
from contract.methods import METHODS

ROLES = {
    "kiosk": Text(zh="终端本机", en="The kiosk itself"),
    "scanner": Text(zh="扫描器", en="Scanner"),
    "card_terminal": Text(zh="刷卡机", en="Card terminal"),
    "printer": Text(zh="打印机", en="Printer"),
    "touch": Text(zh="触摸屏", en="Touch screen"),
}
FLOWS = {
    Flow.SCAN_BILL: Text(zh="扫账单", en="Scan a bill"),
    Flow.TYPE_UNIT: Text(zh="输房号", en="Enter a unit"),
    Flow.WECHAT_QR: METHODS[Method.WECHAT].name,
    Flow.ALIPAY_QR: METHODS[Method.ALIPAY].name,
    Flow.PAYMENT_CODE: Text(zh="付款码", en="Code on the phone"),
    Flow.CARD: METHODS[Method.CARD].name,
    Flow.PRINT_RECEIPT: Text(zh="打印小票", en="Printed receipt"),
    Flow.PHONE_RECEIPT: Text(zh="手机收据", en="Receipt on the phone"),
}
STATES = {
    "idle": Text(zh="空闲", en="Idle"),
    "in_session": Text(zh="有人使用", en="In use"),
    "out_of_order": Text(zh="暂停服务", en="Out of service"),
}
NEVER_PAIRED = Text(zh="等待配对", en="Waiting to be paired")
NEVER_HEARD = Text(zh="还没有心跳", en="Not heard yet")
SWITCHED_OFF = Text(zh="已停用", en="Switched off")
NOT_HEARD = Text(
    zh="收不到心跳。请检查终端的电源和网络",
    en="No heartbeat. Check the kiosk's power and network",
)
STOPPED = Text(zh="已停止收款", en="Stopped: takes no money")
PAIR_AGAIN = {
    "twin": Text(
        zh="两台设备使用同一身份。停用多余的一台,再用新配对码重新配对",
        en="Two machines use one identity. Switch the wrong one off, then pair again",
    ),
    "behind": Text(
        zh="磁盘被恢复到旧备份。查明原因,再用新配对码重新配对",
        en="It was started from an old disk image. Find out why, then pair again",
    ),
    "forked": Text(
        zh="日志与已收到的不一致。查明原因,再用新配对码重新配对",
        en="Its journal contradicts what was received. Find out why, then pair again",
    ),
    "damaged": Text(
        zh="缴费日志损坏,有条目丢失。核对刷卡机交易后重新配对",
        en="Its journal was damaged and entries are lost. Compare the terminal, then pair again",
    ),
    "not_signed": Text(
        zh="日志不是本终端签名的。检查终端是否被动过,再重新配对",
        en="Its journal is not signed by it. Check it for tampering, then pair again",
    ),
}
PAIR_IT = Text(
    zh="在终端上输入配对码", en="Enter its pairing code at the kiosk (lobbypay kiosk enrol)"
)


def age(seconds: int) -> Text:
    """How long ago, as people say it."""
    if seconds < 100:
        return Text(zh=f"{seconds} 秒前", en=f"{seconds} s ago")
    if seconds < 100 * 60:
        return Text(zh=f"{seconds // 60} 分钟前", en=f"{seconds // 60} min ago")
    if seconds < 48 * 3600:
        return Text(zh=f"{seconds // 3600} 小时前", en=f"{seconds // 3600} h ago")
    return Text(zh=f"{seconds // 86400} 天前", en=f"{seconds // 86400} days ago")
