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
        "zh": "关机等两分钟再开（打印头可能过热）；仍报故障请送修",
        "en": "Switch it off for two minutes (the head may be hot); if it stays, have it repaired",
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
