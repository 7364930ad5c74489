"""Stops the machine in order before its battery is empty: only while nobody is served and no payment of
this kiosk waits for its end on the screen. What is open in the journal goes on at the next start."""

import subprocess
import threading
from collections.abc import Callable

import structlog

from kiosk.core.model import Session
from kiosk.core.patience import RESTING

log = structlog.get_logger("health")
HELD_S = 30.0  # so long it must be low without a break, and nobody there
COMMAND_S = 60.0


class BatteryWatch:
    """``power_off``: the command's words; empty: it is not stopped. ``see`` is called when the session
    changed, which it does each second."""

    def __init__(
        self,
        power_off: list[str],
        session: Callable[[], Session],
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self._command, self._session, self._before = power_off, session, before
        self._since: float | None = None
        self._stopping = False

    def see(self) -> None:
        session = self._session()
        cabinet, resting = session.lobby.cabinet, session.visit.screen in RESTING
        if not cabinet.battery_low or not resting or session.may_hold_money:
            self._since = None
            return
        if self._since is None:
            self._since = session.now
        if session.now - self._since < HELD_S or self._stopping or not self._command:
            return
        self._stopping = True
        log.warning("battery_low_stopping")
        threading.Thread(target=self._stop, name="power-off", daemon=True).start()

    def _stop(self) -> None:
        self._before()
        try:
            subprocess.run(self._command, check=True, timeout=COMMAND_S, capture_output=True)
        except (OSError, subprocess.SubprocessError) as error:
            log.error("not_stopped", error=type(error).__name__)
            self._stopping, self._since = False, None
