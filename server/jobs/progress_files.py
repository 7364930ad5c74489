"""How far a job has come that is within one long transaction, and whether it is to end: small files.

What such a job would write of itself in the database is seen by nobody before its end, and on SQLite,
which has one writer at a time, nobody else can write there that it is to be cancelled.
"""

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Progress:
    """``at``: when it was written, as a sign of life."""

    done: int
    total: int
    at: datetime


def write(job: int, done: int, total: int) -> None:
    """As a whole or not at all: whoever reads meanwhile finds the earlier figures."""
    path = _path(job, "json")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_suffix(".new")
    new.write_text(json.dumps([done, total]))
    new.replace(path)


def read(job: int) -> Progress | None:
    """None where the job has written nothing."""
    path = _path(job, "json")
    try:
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        done, total = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return Progress(done, total, at)


def ask_to_end(job: int) -> None:
    path = _path(job, "end")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch()


def asked_to_end(job: int) -> bool:
    return _path(job, "end").exists()


def forget(job: int) -> None:
    """Once the job has ended, or before it begins anew."""
    for ending in ("json", "new", "end"):
        with contextlib.suppress(OSError):
            _path(job, ending).unlink(missing_ok=True)


def _path(job: int, ending: str) -> Path:
    return Path(settings.DATA_FOLDER) / "jobs" / f"{job}.{ending}"
