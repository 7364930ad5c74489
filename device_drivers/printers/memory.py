"""What must be remembered of a printer over restarts: its roll, its jobs, what it took back.

One small JSON file, replaced whole and synced, so that a power cut leaves the old or the new one. A tool
may write it meanwhile (a new roll): it is read again before each change. Never touches a device.
"""

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger(__name__)

JOBS_REMEMBERED = 64
DAYS_REMEMBERED = 14
RECEIPT_MM_ASSUMED = 180.0  # until one was printed


@dataclass(frozen=True)
class Remembered:
    """Lengths in millimetres of paper. ``jobs``: id -> outcome, oldest first; ``open_job`` was begun
    and has no outcome yet; ``by_day``: ISO date -> (receipts, millimetres)."""

    used_mm: float = 0.0
    changing: bool = False  # paper was out, or near its end with the cover opened since
    near_end: bool = False
    retracted: int = 0
    jobs: dict[str, str] = field(default_factory=dict)
    open_job: str = ""
    by_day: dict[str, tuple[int, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Forecast:
    receipts: int
    days: float | None  # None until there is a whole day to judge by


class Memory:
    """``path`` None remembers for this process only. An unreadable file is begun anew, and said."""

    def __init__(self, path: Path | None, today: Callable[[], date] = date.today) -> None:
        self._path, self._today = path, today
        self._lock = threading.RLock()  # status may be asked for from any thread
        self._seen_ns = -1
        self._now = Remembered()
        self.read()

    def read(self) -> Remembered:
        """As it stands now, whoever wrote it last."""
        with self._lock:
            if self._path is None:
                return self._now
            try:
                written_ns = self._path.stat().st_mtime_ns
                if written_ns != self._seen_ns:
                    self._seen_ns = written_ns
                    self._now = _remembered(json.loads(self._path.read_text(encoding="utf-8")))
            except FileNotFoundError:
                pass
            except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
                log.warning("printer.memory_unreadable", path=str(self._path), detail=str(problem))
            return self._now

    def begin(self, job_id: str) -> None:
        """From now on, this job may have put something on paper."""
        self._change(open_job=job_id)

    def end(self, outcome: str, printed_mm: float) -> None:
        """The open job came to its outcome and used so much paper."""
        now = self.read()
        jobs = {**now.jobs, now.open_job: outcome} if outcome != "not_printed" else dict(now.jobs)
        for job_id in list(jobs)[:-JOBS_REMEMBERED]:
            del jobs[job_id]
        day = self._today()
        count, length = now.by_day.get(day.isoformat(), (0, 0.0))
        by_day = {**now.by_day, day.isoformat(): (count + 1, length + printed_mm)}
        oldest = (day - timedelta(days=DAYS_REMEMBERED)).isoformat()
        self._change(
            jobs=jobs,
            open_job="",
            used_mm=now.used_mm + printed_mm,
            by_day={d: n for d, n in by_day.items() if d > oldest} if printed_mm else now.by_day,
        )

    def paper(self, *, out: bool, near_end: bool, cover_open: bool) -> bool:
        """What the sensors say. Paper that is there again after it was out, or is plenty again after
        the cover was open near its end, is a new roll; tells whether it is."""
        now = self.read()
        if out or cover_open:
            near = now.near_end or near_end
            seen = replace(now, changing=now.changing or out or near, near_end=near)
            renewed = False
        else:
            renewed = now.changing and not near_end
            seen = replace(now, changing=False, near_end=near_end)
        if renewed:
            seen = replace(seen, used_mm=0.0)
        if seen != now:
            self._write(seen)
        return renewed

    def new_roll(self) -> None:
        self._change(used_mm=0.0, changing=False, near_end=False)

    def retracted(self) -> None:
        self._change(retracted=self.read().retracted + 1)

    def bin_emptied(self) -> None:
        self._change(retracted=0)

    def forecast(self, roll_mm: float) -> Forecast:
        """By the mean receipt and the mean day of the last two weeks."""
        now, today = self.read(), self._today()
        receipts = sum(count for count, _ in now.by_day.values())
        length = sum(length for _, length in now.by_day.values())
        left = max(0.0, roll_mm - now.used_mm)
        mean = length / receipts if receipts and length else RECEIPT_MM_ASSUMED
        first = min(now.by_day, default=today.isoformat())
        whole_days = (today - date.fromisoformat(first)).days
        before_today = length - now.by_day.get(today.isoformat(), (0, 0.0))[1]
        daily = before_today / whole_days if whole_days else 0.0
        return Forecast(int(left / mean), left / daily if daily else None)

    def _change(self, **changes: Any) -> None:
        self._write(replace(self.read(), **changes))

    def _write(self, new: Remembered) -> None:
        with self._lock:
            self._now = new
            if self._path is None:
                return
            part = self._path.with_suffix(".part")
            try:
                with part.open("w", encoding="utf-8") as file:
                    json.dump(asdict(new), file)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(self._path)
                self._seen_ns = self._path.stat().st_mtime_ns
            except OSError as problem:
                # A full disk must not keep a receipt from being printed; the journal tells of it.
                detail = str(problem)
                log.warning("printer.memory_not_written", path=str(self._path), detail=detail)


def _remembered(raw: Mapping[str, Any]) -> Remembered:
    """Raises ValueError, TypeError and KeyError for what this module did not write."""
    by_day = {
        date.fromisoformat(day).isoformat(): (int(count), float(length))
        for day, (count, length) in raw["by_day"].items()
    }
    return Remembered(
        used_mm=float(raw["used_mm"]),
        changing=bool(raw["changing"]),
        near_end=bool(raw["near_end"]),
        retracted=int(raw["retracted"]),
        jobs={str(job): str(outcome) for job, outcome in raw["jobs"].items()},
        open_job=str(raw["open_job"]),
        by_day=by_day,
    )
