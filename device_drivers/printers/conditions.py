"""What can be wrong with a receipt printer, in words for staff. Never shown to residents."""

from device_drivers.status import Condition, Level

PAPER_OUT = Condition(
    Level.ERROR,
    "printer.paper_out",
    {"zh": "打印机缺纸", "en": "The printer is out of paper"},
    {
        "zh": "换上新纸卷，热敏面朝打印头，合上盖子",
        "en": "Put in a new roll, thermal side to the print head, and close the cover",
    },
)
PAPER_NEAR_END = Condition(
    Level.WARNING,
    "printer.paper_near_end",
    {"zh": "打印纸快用完了", "en": "The paper is near its end"},
    {"zh": "今天内更换纸卷", "en": "Change the roll today"},
)
COVER_OPEN = Condition(
    Level.ERROR,
    "printer.cover_open",
    {"zh": "打印机上盖没有合好", "en": "The printer's cover is open"},
    {"zh": "合上打印机上盖，听到卡扣声", "en": "Close the cover until it clicks"},
)
CUTTER = Condition(
    Level.ERROR,
    "printer.cutter",
    {"zh": "切刀卡住", "en": "The cutter is jammed"},
    {
        "zh": "关机，取出卡住的纸，把切刀转回原位后再开机",
        "en": "Switch it off, take out the jammed paper, turn the cutter back, switch it on",
    },
)
OFFLINE = Condition(
    Level.ERROR,
    "printer.offline",
    {"zh": "打印机处于脱机状态", "en": "The printer is offline"},
    {
        "zh": "按打印机的联机键或走纸键；仍脱机请关机再开",
        "en": "Press its online or feed key; if it stays offline, switch it off and on",
    },
)
ERROR = Condition(
    Level.ERROR,
    "printer.error",
    {"zh": "打印机报告故障", "en": "The printer reports a fault"},
    {
        "zh": "关机等一分钟再开；仍报故障请送修",
        "en": "Switch it off for a minute; if the fault stays, have it repaired",
    },
)
OVERHEATED = Condition(
    Level.ERROR,
    "printer.overheated",
    {"zh": "打印头过热，已停止打印", "en": "The print head is too hot and has stopped"},
    {
        "zh": "等几分钟让它降温，会自动恢复；常出现请检查通风和电压",
        "en": "It goes on by itself in minutes; if it happens often, see to air and supply voltage",
    },
)
JAM = Condition(
    Level.ERROR,
    "printer.jam",
    {"zh": "打印机卡纸", "en": "Paper is jammed in the printer"},
    {
        "zh": "打开打印头，取出卡住的纸，重新装好后合上",
        "en": "Open the head, take out the jammed paper, lead it in again, close the head",
    },
)
PRESENTER = Condition(
    Level.ERROR,
    "printer.presenter",
    {"zh": "小票卡在出纸口", "en": "A receipt is stuck in the presenter"},
    {
        "zh": "打开出纸口，取出小票，检查有无异物，再关机重开",
        "en": "Open the presenter, take the receipt out, look for foreign bodies, switch off and on",
    },
)
TICKET_AT_EXIT = Condition(
    Level.OK,
    "printer.ticket_at_exit",
    {"zh": "出纸口有小票，等待取走", "en": "A receipt in the presenter waits to be taken"},
    {
        "zh": "不用处理；到时未取会自动收回",
        "en": "Nothing to do; it is retracted if nobody takes it",
    },
)
NOT_REACHABLE = Condition(
    Level.ERROR,
    "printer.not_reachable",
    {"zh": "打印机没有应答", "en": "The printer does not answer"},
    {
        "zh": "检查打印机电源和数据线，再检查自助机配置中的端口或地址",
        "en": "Check its power and cable, then the port or address in the kiosk's configuration",
    },
)
ONE_WAY = Condition(
    Level.WARNING,
    "printer.one_way",
    {
        "zh": "打印机不能回报状态，缺纸时无法知道",
        "en": "The printer cannot report; no paper goes unseen",
    },
    {
        "zh": "每天查看纸卷；建议换用能回报状态的打印机或连接方式",
        "en": "Look at the roll daily; better use a printer or a cable that reports",
    },
)


def receipts_retracted(count: int, bin_holds: int) -> Condition:
    """Receipts that nobody took, since the bin was emptied; a warning once it may be full."""
    return Condition(
        Level.WARNING if count >= bin_holds else Level.OK,
        "printer.receipts_retracted",
        {
            "zh": f"已收回 {count} 张没有取走的小票",
            "en": f"{count} receipts that nobody took were retracted",
        },
        {
            "zh": "清空回收盒，销毁小票，再运行 lobbypay printer bin-emptied",
            "en": "Empty the bin, destroy the receipts, run `lobbypay printer bin-emptied`",
        },
    )


def paper_forecast(receipts: int, days: float | None, soon: bool) -> Condition:
    """How long the roll will last at the recent use; ``soon`` makes it a warning."""
    zh = f"剩余的纸约够打 {receipts} 张小票"
    en = f"Paper for about {receipts} more receipts"
    if days is not None:
        told = f"{days:.1f}" if days < 3 else f"{days:.0f}"
        zh, en = f"{zh}，按近期用量约 {told} 天", f"{en}, {told} days at the recent rate"
    return Condition(
        Level.WARNING if soon else Level.OK,
        "printer.paper_forecast",
        {"zh": zh, "en": en},
        {
            "zh": "备好新纸卷；提前换纸后运行 lobbypay printer new-roll",
            "en": "Have a new roll ready; after an early change run `lobbypay printer new-roll`",
        },
    )
