"""The kiosk's own state as a device's: whether it can record, and whether it knows the time."""

from contract.heartbeat import ConditionReport, DeviceReport

ROLE = "kiosk"

_CANNOT_WRITE = ConditionReport(
    level="error",
    code="journal.cannot_record",
    staff={
        "zh": "缴费日志不能写入,已停止收款",
        "en": "The journal cannot be written; no money is taken",
    },
    remedy={
        "zh": "检查终端磁盘空间和文件系统是否只读",
        "en": "Check the kiosk's free disk space, and whether its file system became read-only",
    },
)
_DAMAGED = ConditionReport(
    level="error",
    code="journal.damaged",
    staff={"zh": "缴费日志损坏,已停止收款", "en": "The journal is damaged; no money is taken"},
    remedy={
        "zh": "原文件已保留。保持联网,终端会与服务器核对;仍不恢复时检查磁盘并重新配对",
        "en": "The file is kept. Leave it online: it compares with the server. If it does not"
        " recover, check the disk and pair it again",
    },
)
_CLOCK = ConditionReport(
    level="warning",
    code="clock.off",
    staff={
        "zh": "终端时钟不准,已按服务器时间校正",
        "en": "The clock is off; the server's time is used",
    },
    remedy={
        "zh": "检查主板电池和时间同步服务",
        "en": "Check the machine's battery and its time service",
    },
)
_TRIAL_KEPT = ConditionReport(
    level="warning",
    code="test_payment.not_returned",
    staff={
        "zh": "测试付款没有撤销，或不能确认已撤销",
        "en": "A test payment was not taken back, or nobody can tell",
    },
    remedy={
        "zh": "在刷卡机的交易记录里找这一笔，有就手工撤销；然后再做一次测试付款",
        "en": "Look for it in the terminal's list and void it there; then do another test payment",
    },
)


def kiosk_report(
    *, recording: bool, damaged: bool, clock_off: bool, trial_kept: bool = False
) -> DeviceReport:
    """For the heartbeat, beside the devices."""
    conditions = []
    if damaged:
        conditions.append(_DAMAGED)
    elif not recording:
        conditions.append(_CANNOT_WRITE)
    if clock_off:
        conditions.append(_CLOCK)
    if trial_kept:
        conditions.append(_TRIAL_KEPT)
    level = "error" if damaged or not recording else "warning" if conditions else "ok"
    return DeviceReport(role=ROLE, driver="lobbypay", level=level, conditions=conditions)
