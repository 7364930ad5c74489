"""One process at a kiosk's journal and devices: the kiosk itself, or a tool that tries the devices.

The lock is the kernel's: it ends with the process, however that ends. Where the folder cannot be
written there is no lock, and the kiosk starts all the same.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

log = structlog.get_logger("one_process")

_FILE = "kiosk.lock"
TRY_AGAIN_S = 0.1


class AlreadyRunning(Exception):
    """Another process holds this kiosk's journal and devices."""


@contextmanager
def alone(folder: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Holds the kiosk until left. Raises AlreadyRunning when another process still does after
    ``wait_s``."""
    fd = _opened(folder)
    try:
        if fd is not None:
            _lock(fd, folder, time.monotonic() + wait_s)
        yield
    finally:
        if fd is not None:
            os.close(fd)


def is_running(folder: Path) -> bool:
    try:
        with alone(folder):
            return False
    except AlreadyRunning:
        return True


def _opened(folder: Path) -> int | None:
    path = folder / _FILE
    try:
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except PermissionError:  # made by another user, e.g. root
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        log.warning("no_lock", error=str(error))
        return None


def _lock(fd: int, folder: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise AlreadyRunning(f"{folder}: another process is this kiosk") from None
            time.sleep(TRY_AGAIN_S)
