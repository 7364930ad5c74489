"""What the doctor says: one finding for each thing it looked at, as a table for people or as JSON."""

import textwrap
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from device_drivers.status import Condition, DeviceStatus, Level

MARKS = {Level.OK: "✓", Level.WARNING: "!", Level.ERROR: "✗"}
LEVELS = (Level.OK, Level.WARNING, Level.ERROR)
_LEVEL_WORDS = {
    Level.OK: {"zh": "正常", "en": "ok"},
    Level.WARNING: {"zh": "注意", "en": "warning"},
    Level.ERROR: {"zh": "故障", "en": "error"},
}
SUBJECTS = {
    "config": {"zh": "配置", "en": "configuration"},
    "kiosk": {"zh": "终端程序", "en": "kiosk"},
    "scanner": {"zh": "扫码器", "en": "scanner"},
    "card_terminal": {"zh": "刷卡机", "en": "card terminal"},
    "printer": {"zh": "打印机", "en": "printer"},
    "touch": {"zh": "触摸屏", "en": "touch screen"},
    "server": {"zh": "服务器", "en": "server"},
    "enrolment": {"zh": "配对", "en": "enrolment"},
    "journal": {"zh": "缴费日志", "en": "journal"},
    "space": {"zh": "磁盘空间", "en": "disk space"},
    "fonts": {"zh": "字体", "en": "fonts"},
    "clock": {"zh": "时钟", "en": "clock"},
    "display": {"zh": "显示器", "en": "display"},
    "test_page": {"zh": "打印测试", "en": "test page"},
    "test_scan": {"zh": "扫码测试", "en": "test scan"},
    "test_payment": {"zh": "刷卡测试", "en": "test payment"},
}
SUBJECT_WIDTH = 14
REMEDY_WIDTH = 92


@dataclass(frozen=True)
class Finding:
    """``subject`` is a key of SUBJECTS; ``what`` and ``remedy`` as {"zh", "en"}."""

    subject: str
    level: Level
    code: str
    what: dict[str, str]
    remedy: dict[str, str]
    detail: str = ""  # for whoever knows more: a path, an error's own words


def fine(subject: str, zh: str, en: str, detail: str = "") -> Finding:
    return Finding(subject, Level.OK, f"{subject}.ok", {"zh": zh, "en": en}, {}, detail)


def wrong(subject: str, condition: Condition, detail: str = "") -> Finding:
    staff, remedy = condition.staff, condition.remedy
    return Finding(subject, condition.level, condition.code, staff, remedy, detail)


def of_status(subject: str, status: DeviceStatus, detail: str = "") -> list[Finding]:
    """A finding for each condition, or one that says that all is well."""
    if not status.conditions:
        simulated = {"zh": "（模拟设备）", "en": " (simulated)"} if status.simulated else {}
        name = status.model or status.driver
        return [
            fine(
                subject,
                f"正常：{name}{simulated.get('zh', '')}",
                f"works: {name}{simulated.get('en', '')}",
                detail,
            )
        ]
    return [wrong(subject, condition, detail) for condition in status.conditions]


def worst(findings: list[Finding]) -> Level:
    return max((f.level for f in findings), key=LEVELS.index, default=Level.OK)


def exit_code(findings: list[Finding]) -> int:
    """0: all well; 1: something to see to soon; 2: something does not work."""
    return LEVELS.index(worst(findings))


def table(findings: list[Finding], language: str) -> str:
    """``language``: zh or en."""
    lines = []
    for finding in findings:
        level = _pad(f"{MARKS[finding.level]} {_LEVEL_WORDS[finding.level][language]}", 10)
        subject = _pad(SUBJECTS[finding.subject][language], SUBJECT_WIDTH)
        lines.append(f"{level}{subject}  {finding.what[language]}")
        if finding.level is not Level.OK:
            lines += _below(f"→ {finding.remedy[language]}")
            known = f"{finding.code}  {finding.detail}".strip()
            lines += _below(known)
        elif finding.detail:
            lines += _below(finding.detail)
    return "\n".join(lines)


def as_json(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"level": finding.level.value}


def _below(text: str) -> list[str]:
    room = " " * (10 + SUBJECT_WIDTH + 2)
    return [room + line for line in textwrap.wrap(text, REMEDY_WIDTH) or [""]]


def _pad(text: str, columns: int) -> str:
    """Filled with blanks; a Chinese character takes two columns of a terminal."""
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(1, columns - wide)
