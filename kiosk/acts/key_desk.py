"""Replaces the kiosk's key when the server says that it is time: while nobody is served and no payment is
open or in doubt. Nobody asked for it; what staff ask for is an act (kiosk.acts.desk)."""

import threading
import time
from collections.abc import Callable

import structlog

from contract.heartbeat import HeartbeatAnswer
from kiosk.acts.desk import Engine
from kiosk.central.client import Refused, ServerAway
from kiosk.core.events import ActEnded, ActWanted

log = structlog.get_logger("key")

COMMIT_S = 10.0
LEAVING_S = 30.0  # so long it may take to end this process
REST_S = 600.0  # before it is tried again
ACT = "key"


class KeyDesk:
    """``change`` replaces the key and says whether this process ends by it; it raises ServerAway, Refused
    and OSError."""

    def __init__(
        self,
        engine: Engine,
        open_payments: Callable[[], int],
        change: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._open_payments, self._change = engine, open_payments, change
        self._monotonic, self._rests_until = monotonic, float("-inf")
        self._old = False
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="key", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout=5)

    def heard(self, answer: HeartbeatAnswer) -> None:
        self._old = answer.key_old
        if self._old:
            self._wake.set()

    def look(self) -> None:
        """Replaces the key where it is time and nobody is disturbed."""
        if not self._old or self._open_payments() or self._monotonic() < self._rests_until:
            return
        self._engine.commit(ActWanted(ACT, holds=True), COMMIT_S)
        leaving = False
        try:
            if self._engine.session.lobby.afar.act == ACT:
                leaving = self._changed()
                if leaving:
                    self._stop.wait(LEAVING_S)
        finally:
            if not (leaving and self._stop.is_set()):
                self._engine.post(ActEnded(ACT))

    def _changed(self) -> bool:
        self._rests_until = self._monotonic() + REST_S
        try:
            return self._change()
        except (ServerAway, Refused, OSError) as error:
            log.warning("key_not_replaced", error=str(error))
            return False

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            try:
                self.look()
            except Exception:
                log.exception("key_desk_failed")
