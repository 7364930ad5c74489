"""Tells systemd that the kiosk lives. A kiosk that only looks alive is restarted."""

import os
import socket
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger("health")


class Watchdog:
    """Tells systemd that the kiosk lives (sd_notify), from the interface's own clock, and only while
    every thread that matters shows signs of life: a ping from a side thread would prove nothing."""

    def __init__(self, alive: Callable[[], bool]) -> None:
        self._alive = alive
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        interval_us = int(os.environ.get("WATCHDOG_USEC", "0") or 0)
        self._every_s = interval_us / 2_000_000 if interval_us else 10.0
        self._due = 0.0

    def ready(self) -> None:
        self._notify("READY=1")

    def on_frame(self, monotonic: float) -> None:
        if monotonic < self._due:
            return
        self._due = monotonic + self._every_s
        if self._alive():
            self._notify("WATCHDOG=1")
        else:
            log.error("not_alive")

    def _notify(self, message: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
                notifier.sendto(message.encode(), address)
        except OSError as error:
            log.warning("notify_failed", error=str(error))


def uptime_s(started: float) -> int:
    """Whole seconds since ``started`` (monotonic)."""
    return int(time.monotonic() - started)
