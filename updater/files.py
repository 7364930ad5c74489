"""Writing so that a power cut leaves the old or the new, never a part: files and links."""

import json
import os
import stat
from pathlib import Path
from typing import Any


def sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_json(path: Path, said: Any) -> None:
    """Readable by everybody: nothing in it is secret. Raises OSError."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(said, file)
        file.flush()
        os.fsync(file.fileno())
    partial.chmod(0o644)
    partial.replace(path)
    sync_folder(path.parent)


def point(link: Path, to: str) -> None:
    """``link`` leads to ``to`` from one instant to the next: rename(2) of a temporary link. Raises
    OSError."""
    partial = link.with_name(link.name + ".partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(to)
    partial.replace(link)
    sync_folder(link.parent)


def read_untrusted(path: Path, size_max: int) -> dict[str, Any]:
    """A JSON object that another user wrote; empty where there is none. Follows no link and reads nothing
    but a plain file."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return {}
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return {}
    with os.fdopen(fd, "rb") as file:
        try:
            said = json.loads(file.read(size_max + 1)[:size_max])
        except (OSError, ValueError, RecursionError):
            return {}
    return said if isinstance(said, dict) else {}
