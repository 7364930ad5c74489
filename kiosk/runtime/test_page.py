"""The page that staff print to see whether a printer is well: letters, figures, a code, the cutter."""

from datetime import datetime

from device_drivers.printers.interface import Align, Document, QrCode, Rule, TextLine

_WORDS = {
    "title": {"zh_CN": "打印测试", "en": "Test page"},
    "time": {"zh_CN": "时间", "en": "Time"},
    "version": {"zh_CN": "版本", "en": "Version"},
    "kiosk": {"zh_CN": "终端", "en": "Kiosk"},
    "letters": {
        "zh_CN": "缴费小票 物业服务费 违约金 㛃頔翀",
        "en": "Property fee, late fee, receipt",
    },
    "amount": {"zh_CN": "金额对齐", "en": "Amounts in line"},
    "scan": {"zh_CN": "用手机扫一扫，应显示 LOBBYPAY TEST", "en": "A phone reads: LOBBYPAY TEST"},
    "cut": {"zh_CN": "下面应整齐切断", "en": "It is cut cleanly below"},
}


def trial_page(job_id: str, language: str, *, kiosk: str, version: str, at: datetime) -> Document:
    """``language`` as on the screen (zh_CN, en); ``job_id`` new for each page."""

    def say(name: str) -> str:
        return _WORDS[name]["en" if language == "en" else "zh_CN"]

    when = at.strftime("%Y-%m-%d %H:%M:%S %z")
    blocks = (
        TextLine(say("title"), bold=True, large=True, align=Align.CENTER),
        Rule(),
        TextLine(say("kiosk"), kiosk),
        TextLine(say("version"), version),
        TextLine(say("time"), when),
        Rule(),
        TextLine(say("letters")),
        TextLine("0123456789 ABCDEFG abcdefg"),
        TextLine(say("amount"), "￥1,234.56", bold=True),
        TextLine(say("amount"), "￥0.01"),
        QrCode("LOBBYPAY TEST", say("scan")),
        Rule(),
        TextLine(say("cut"), align=Align.CENTER),
    )
    return Document(job_id, blocks, language)
