"""The serial scanner: codes come as lines from a port. Never trusts what comes, never blocks a caller.

An unplugged scanner is waited for; triggers are sent again when it is back.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import serial
import structlog

from device_drivers.errors import NotReachable
from device_drivers.scanners.line_scanner import LineScanner
from device_drivers.scanners.scanner_conditions import NOT_REACHABLE
from device_drivers.scanners.serial_framing import CodeLines, LineShape
from device_drivers.scanners.serial_profiles import PROFILES
from device_drivers.settings import Table
from device_drivers.status import DeviceStatus
from device_drivers.transport import PORT_ERRORS, close_port

log = structlog.get_logger(__name__)

READ_WAIT_S = 0.05
WRITE_TIMEOUT_S = 0.5
CLOSING_S = WRITE_TIMEOUT_S + 2
REOPEN_FIRST_S = 0.5
REOPEN_MAX_S = 5.0
READ_MAX = 4096


@dataclass(frozen=True)
class SerialScannerSettings:
    port: str
    baud: int
    shape: LineShape
    trigger_on: bytes
    trigger_off: bytes
    retrigger_s: float  # 0: never


def create(settings: Mapping[str, Any]) -> "SerialScanner":
    """The driver for its table of the configuration. Raises BadSetting; touches no device."""
    table = Table(settings)
    profile = PROFILES[table.choice("profile", tuple(PROFILES), "continuous")]
    result = SerialScannerSettings(
        port=table.text("port"),
        baud=table.whole("baud", 9600, 1200, 921600),
        shape=LineShape(
            prefix=table.raw_bytes("prefix", b""),
            suffix=table.raw_bytes("suffix", b""),
            idle_s=table.number("idle_s", 0.15, 0.02, 2),
            answer=profile.answer,
        ),
        trigger_on=table.raw_bytes("trigger_on", profile.trigger_on),
        trigger_off=table.raw_bytes("trigger_off", profile.trigger_off),
        retrigger_s=table.number("retrigger_s", profile.retrigger_s, 0, 60),
    )
    table.finish()
    return SerialScanner(result)


class SerialScanner(LineScanner):
    """See ``interface.Scanner``. One thread owns the port; callers only leave wishes for it."""

    def __init__(self, settings: SerialScannerSettings) -> None:
        super().__init__("serial-scan", CLOSING_S)
        self._settings = settings
        self._port: serial.Serial | None = None

    def _begin(self) -> None:
        """Raises NotReachable if the port cannot be opened."""
        self._port = self._open_port()

    def status(self) -> DeviceStatus:
        port = self._settings.port
        return DeviceStatus(
            driver="serial_line",
            model=f"serial scanner {port}",
            # A pseudo terminal has a program at its other end, never a scanner.
            simulated=os.path.realpath(port).startswith("/dev/pts/"),
            conditions=() if self._port is not None else (NOT_REACHABLE,),
        )

    def _open_port(self) -> serial.Serial:
        s = self._settings
        try:
            return serial.Serial(
                s.port,
                s.baud,
                timeout=READ_WAIT_S,
                write_timeout=WRITE_TIMEOUT_S,
                exclusive=True,
            )
        except (OSError, ValueError) as problem:
            raise NotReachable(f"{s.port}: {problem}", NOT_REACHABLE.code) from problem

    def _run(self) -> None:
        """Owns the port until the scanner is closed."""
        pause_s = REOPEN_FIRST_S
        while not self._closing.is_set():
            if self._port is None:
                self._closing.wait(pause_s)
                pause_s = min(pause_s * 2, REOPEN_MAX_S)
                try:
                    self._port = self._open_port()
                except NotReachable:
                    continue
            pause_s = REOPEN_FIRST_S
            try:
                self._serve(self._port)
            except PORT_ERRORS as problem:
                log.warning("scanner.lost", port=self._settings.port, detail=str(problem))
            self._let_go()

    def _let_go(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            close_port(port)

    def _serve(self, port: serial.Serial) -> None:
        """Reads codes and keeps the trigger as wished. Raises OSError when the scanner is gone."""
        s = self._settings
        lines = CodeLines(s.shape)
        triggered_at: float | None = None
        while not self._closing.is_set():
            now = time.monotonic()
            armed = self._delivery.armed
            if self._delivery.newly_armed():
                lines.clear()
                port.reset_input_buffer()
                triggered_at = None
            if armed and self._due(triggered_at, now):
                port.write(s.trigger_on)
                triggered_at = now
            elif not armed and triggered_at is not None:
                port.write(s.trigger_off)
                triggered_at = None
            data = port.read(max(1, min(port.in_waiting, READ_MAX)))
            now = time.monotonic()
            found = lines.feed(data, now) if data else lines.idle(now)
            if found and armed:
                self._delivery.hand_over_lines(found, "serial", now)
                triggered_at = None if s.retrigger_s else triggered_at
        if triggered_at is not None:
            port.write(s.trigger_off)

    def _due(self, triggered_at: float | None, now: float) -> bool:
        s = self._settings
        if not s.trigger_on:
            return False
        return triggered_at is None or bool(s.retrigger_s and now - triggered_at > s.retrigger_s)
