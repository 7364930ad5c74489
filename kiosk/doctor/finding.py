"""What the doctor says: one finding for each thing it looked at, as a table for people or as JSON."""

import textwrap
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from device_drivers.status import Condition, DeviceStatus, Level
from kiosk.doctor.conditions import Known
from kiosk.texts.catalogue import both
from kiosk.texts.conditions import condition

MARKS = {Level.OK: "✓", Level.WARNING: "!", Level.ERROR: "✗"}
LEVELS = (Level.OK, Level.WARNING, Level.ERROR)
SUBJECT_WIDTH = 14
REMEDY_WIDTH = 92


@dataclass(frozen=True)
class Finding:
    """``subject`` has its words under ``subject.SUBJECT``; ``what`` and ``remedy`` as {"zh", "en"}."""

    subject: str
    level: Level
    code: str
    what: dict[str, str]
    remedy: dict[str, str]
    detail: str = ""  # for whoever knows more: a path, an error's own words


def fine(subject: str, said: str = "", detail: str = "", **values: object) -> Finding:
    """``said``: the id of its words in the service catalogue, where it is not ``SUBJECT.ok``."""
    id = f"{subject}.ok"
    return Finding(subject, Level.OK, id, both(said or id, **values), {}, detail)


def wrong(subject: str, known: Known, detail: str = "") -> Finding:
    return of_condition(subject, condition(known.level, known.code), detail)


def of_condition(subject: str, found: Condition, detail: str = "") -> Finding:
    return Finding(subject, found.level, found.code, found.staff, found.remedy, detail)


def of_status(subject: str, status: DeviceStatus, detail: str = "") -> list[Finding]:
    """A finding for each condition, or one that says that all is well."""
    if not status.conditions:
        said = "device.works_simulated" if status.simulated else "device.works"
        return [fine(subject, said, detail, name=status.model or status.driver)]
    return [of_condition(subject, found, detail) for found in status.conditions]


def worst(findings: list[Finding]) -> Level:
    return max((f.level for f in findings), key=LEVELS.index, default=Level.OK)


def exit_code(findings: list[Finding]) -> int:
    """0: all well; 1: something to see to soon; 2: something does not work."""
    return LEVELS.index(worst(findings))


def table(findings: list[Finding], language: str) -> str:
    """``language``: zh or en."""
    lines = []
    for finding in findings:
        level = _pad(f"{MARKS[finding.level]} {both(f'level.{finding.level.value}')[language]}", 10)
        subject = _pad(both(f"subject.{finding.subject}")[language], SUBJECT_WIDTH)
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
