"""A scanner that passes for a keyboard: its key events are taken before the window sees any.

The device is grabbed (EVIOCGRAB) or not used at all: a scan must never type into the screen.
Only for codes in ASCII, typed as on a US keyboard, which is how these scanners are delivered.
"""

import contextlib
import errno
import fcntl
import os
import select
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from device_drivers.errors import DeviceError, NotReachable, Refused
from device_drivers.scanners.key_events import EVENT, KeyDecoder
from device_drivers.scanners.line_scanner import LineScanner
from device_drivers.scanners.scanner_conditions import NOT_ALLOWED, NOT_GRABBED, NOT_REACHABLE
from device_drivers.scanners.serial_framing import CodeLines, LineShape
from device_drivers.settings import Table
from device_drivers.status import DeviceStatus

log = structlog.get_logger(__name__)

EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int)
EVIOCGNAME_128 = 0x80804506  # _IOC(_IOC_READ, 'E', 0x06, 128)
INPUT_MAJOR = 13  # the kernel's number of all input devices
PTY_MAJORS = range(136, 144)
READ_WAIT_S = 0.05
CLOSING_S = READ_WAIT_S + 2
READ_MAX = 64 * EVENT.size
REOPEN_FIRST_S = 0.5
REOPEN_MAX_S = 5.0
_CONDITIONS = {c.code: c for c in (NOT_REACHABLE, NOT_GRABBED, NOT_ALLOWED)}


@dataclass(frozen=True)
class WedgeSettings:
    """``device``: the name that udev gives it, e.g. /dev/lobbypay-scanner; numbers change."""

    device: str
    shape: LineShape


def create(settings: Mapping[str, Any]) -> "KeyboardWedge":
    """The driver for its table of the configuration. Raises BadSetting; touches no device."""
    table = Table(settings)
    result = WedgeSettings(
        device=table.text("device"),
        shape=LineShape(
            prefix=table.raw_bytes("prefix", b""),
            suffix=table.raw_bytes("suffix", b""),
            idle_s=table.number("idle_s", 0.3, 0.05, 2),
        ),
    )
    table.finish()
    return KeyboardWedge(result)


class KeyboardWedge(LineScanner):
    """See ``interface.Scanner``. One thread owns the device, and keeps it grabbed while disarmed."""

    def __init__(self, settings: WedgeSettings) -> None:
        super().__init__("wedge-scan", CLOSING_S)
        self._settings = settings
        self._fd = -1
        self._problem = NOT_REACHABLE.code  # why the device is not open
        self._model = ""
        self._simulated = False

    def _begin(self) -> None:
        """Raises NotReachable (nothing there, no right to read it), or Refused (not grabbed)."""
        self._open_device()

    def status(self) -> DeviceStatus:
        return DeviceStatus(
            driver="keyboard_wedge",
            model=self._model or f"keyboard scanner {self._settings.device}",
            simulated=self._simulated,
            conditions=() if self._fd >= 0 else (_CONDITIONS[self._problem],),
        )

    def _open_device(self) -> None:
        path = self._settings.device
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except PermissionError as problem:
            raise self._failed(NotReachable(str(problem), NOT_ALLOWED.code)) from problem
        except OSError as problem:
            raise self._failed(NotReachable(str(problem), NOT_REACHABLE.code)) from problem
        try:
            self._take_over(fd)
        except DeviceError as problem:
            os.close(fd)
            raise self._failed(problem) from problem.__cause__
        self._fd = fd

    def _failed(self, problem: DeviceError) -> DeviceError:
        self._problem = problem.code
        return problem

    def _take_over(self, fd: int) -> None:
        """Grabs an input device. A FIFO or a pty is a simulator's: no window hears it anyway."""
        path = self._settings.device
        node = os.fstat(fd)
        major = os.major(node.st_rdev) if stat.S_ISCHR(node.st_mode) else 0
        is_input = major == INPUT_MAJOR
        is_simulated = not is_input and (stat.S_ISFIFO(node.st_mode) or major in PTY_MAJORS)
        if not is_input and not is_simulated:
            raise NotReachable(f"{path} is no input device", NOT_REACHABLE.code)
        self._simulated = is_simulated
        if is_input:
            self._model = grab(fd, path)

    def _run(self) -> None:
        """Owns the device until the scanner is closed."""
        pause_s = REOPEN_FIRST_S
        while not self._closing.is_set():
            if self._fd < 0:
                self._closing.wait(pause_s)
                pause_s = min(pause_s * 2, REOPEN_MAX_S)
                try:
                    self._open_device()
                except DeviceError:
                    continue
            pause_s = REOPEN_FIRST_S
            try:
                self._serve(self._fd)
            except OSError as problem:
                log.warning("scanner.lost", device=self._settings.device, detail=str(problem))
            fd, self._fd = self._fd, -1
            self._problem = NOT_REACHABLE.code
            with contextlib.suppress(OSError):
                os.close(fd)  # the kernel ends the grab with it

    def _serve(self, fd: int) -> None:
        """Reads codes until closed. Raises OSError when the scanner is gone."""
        lines = CodeLines(self._settings.shape)
        keys = KeyDecoder()
        while not self._closing.is_set():
            ready = select.select([fd], [], [], READ_WAIT_S)[0]
            if self._delivery.newly_armed():
                lines.clear()
                keys = self._discard(fd)
                continue
            now = time.monotonic()
            found = lines.idle(now)
            if ready:
                found += lines.feed(keys.feed(_read(fd)), now)
            if found and self._delivery.armed:
                self._delivery.hand_over_lines(found, "keyboard_wedge", now)

    def _discard(self, fd: int) -> KeyDecoder:
        """What was typed before anybody asked is nobody's."""
        with contextlib.suppress(BlockingIOError):
            while len(_read(fd)) == READ_MAX:
                pass
        return KeyDecoder()


def _read(fd: int) -> bytes:
    data = os.read(fd, READ_MAX)
    if not data:
        raise OSError(errno.ENODEV, "the device has gone")
    return data


def grab(fd: int, path: str) -> str:
    """Takes the device for this process alone; returns its name. Raises Refused, NotReachable."""
    try:
        fcntl.ioctl(fd, EVIOCGRAB, 1)
    except OSError as problem:
        if problem.errno == errno.EBUSY:
            raise Refused(f"{path} is held by another program", NOT_GRABBED.code) from problem
        raise NotReachable(f"{path} cannot be grabbed: {problem}", NOT_REACHABLE.code) from problem
    name = bytearray(128)
    try:
        fcntl.ioctl(fd, EVIOCGNAME_128, name)
    except OSError:
        return path
    return bytes(name).split(b"\0", 1)[0].decode("utf-8", "replace")
