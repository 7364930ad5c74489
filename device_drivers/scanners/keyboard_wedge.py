"""A scanner that passes for a keyboard: its key events are taken before the window sees any.

The device is grabbed (EVIOCGRAB) or not used at all: a scan must never type into the screen.
Only for codes in ASCII, typed as on a US keyboard, which is how these scanners are delivered.
"""

import contextlib
import errno
import os
import select
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from device_drivers.errors import DeviceError
from device_drivers.input_devices import node
from device_drivers.scanners.key_events import EVENT, KeyDecoder
from device_drivers.scanners.line_scanner import LineScanner
from device_drivers.scanners.scanner_conditions import NOT_ALLOWED, NOT_GRABBED, NOT_REACHABLE
from device_drivers.scanners.serial_framing import CodeLines, LineShape
from device_drivers.settings import Table
from device_drivers.status import DeviceStatus

log = structlog.get_logger(__name__)

READ_MAX = 64 * EVENT.size
_CONDITIONS = {
    node.NOT_REACHABLE: NOT_REACHABLE,
    node.NOT_GRABBED: NOT_GRABBED,
    node.NOT_ALLOWED: NOT_ALLOWED,
}


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
        super().__init__("wedge-scan", node.CLOSING_S)
        self._settings = settings
        self._fd = -1
        self._problem = NOT_REACHABLE  # why the device is not open
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
            conditions=() if self._fd >= 0 else (self._problem,),
        )

    def _open_device(self) -> None:
        """A FIFO or a pty is a simulator's, and not grabbed: no window hears it anyway."""
        try:
            opened = node.open_node(self._settings.device, grabbed=True)
        except DeviceError as error:
            self._problem = _CONDITIONS[error.code]
            raise type(error)(error.detail, self._problem.code) from error.__cause__
        self._fd, self._simulated = opened.fd, opened.simulated
        if not opened.simulated:
            self._model = opened.name

    def _run(self) -> None:
        """Owns the device until the scanner is closed."""
        pause_s = node.REOPEN_FIRST_S
        while not self._closing.is_set():
            if self._fd < 0:
                self._closing.wait(pause_s)
                pause_s = min(pause_s * 2, node.REOPEN_MAX_S)
                try:
                    self._open_device()
                except DeviceError:
                    continue
            pause_s = node.REOPEN_FIRST_S
            try:
                self._serve(self._fd)
            except OSError as problem:
                log.warning("scanner.lost", device=self._settings.device, detail=str(problem))
            fd, self._fd = self._fd, -1
            self._problem = NOT_REACHABLE
            with contextlib.suppress(OSError):
                os.close(fd)  # the kernel ends the grab with it

    def _serve(self, fd: int) -> None:
        """Reads codes until closed. Raises OSError when the scanner is gone."""
        lines = CodeLines(self._settings.shape)
        keys = KeyDecoder()
        while not self._closing.is_set():
            ready = select.select([fd], [], [], node.READ_WAIT_S)[0]
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
