"""What the kiosk tells the updater of its machine, and how it gives way to it: when nobody is served and
no payment is open or in doubt, and only for a while. It never decides which release runs."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog
from pydantic import ValidationError

from contract.heartbeat import STILL_S, HeartbeatAnswer
from contract.releases import WantedRelease
from kiosk.acts.changed_settings import wrong_devices
from kiosk.core.events import ActEnded, ActWanted, Event
from kiosk.core.model import Session

log = structlog.get_logger("updates")

FILE = "update.json"
PAUSE_S = 5.0
COMMIT_S = 10.0
HOLD_S = 120.0  # an updater that has not stopped the kiosk by then does not come
REST_S = 600.0  # before the next time


class Engine(Protocol):
    """What grants (kiosk.runtime.engine)."""

    @property
    def session(self) -> Session: ...

    def post(self, event: Event) -> None: ...

    def commit(self, event: Event, timeout_s: float) -> bool: ...


@dataclass(frozen=True)
class Looks:
    """``open_payments``: open or in doubt, by the journal. ``drawn_s``: since the screen was drawn.
    ``journal_well``: it can be read. ``asks``: for what the updater wants the kiosk to give way."""

    version: str
    open_payments: Callable[[], int]
    drawn_s: Callable[[], int | None]
    journal_well: Callable[[], bool]
    clock_off: Callable[[], bool]
    asks: Callable[[], str]


class UpdateDesk:
    """``folder`` is the kiosk's own, where the updater reads its word."""

    def __init__(
        self,
        folder: Path,
        engine: Engine,
        looks: Looks,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._engine, self._looks = folder / FILE, engine, looks
        self._monotonic = monotonic
        self._start, self._beat = uuid.uuid4().hex[:16], 0
        self._server = False
        self._held, self._until = "", 0.0
        self._rests_until = float("-inf")
        self._wanted = self._wanted_before()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="updates", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout=5)

    def heard(self, answer: HeartbeatAnswer) -> None:
        self._server, self._wanted = True, answer.wanted

    def look(self) -> None:
        """Gives way or takes it back, and says how the kiosk is. Raises OSError."""
        asks = self._looks.asks()
        if self._held and (asks != self._held or self._monotonic() >= self._until):
            self._take_back(waits=asks == self._held)
        if asks and not self._held and self._monotonic() >= self._rests_until:
            self._give_way(asks)
        self._write(self._word())

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_S):
            try:
                self.look()
            except OSError as error:
                log.warning("word_not_written", error=str(error))
            except Exception:
                log.exception("update_desk_failed")

    def _give_way(self, asks: str) -> None:
        """The way back from a release that is not well does not wait for a payment in doubt."""
        if self._looks.open_payments() and not asks.startswith("back:"):
            return
        act = _act(asks)
        self._engine.commit(ActWanted(act, holds=True), COMMIT_S)
        if self._engine.session.lobby.afar.act != act:
            self._engine.post(ActEnded(act))  # should it be granted after all, late
            return
        self._held, self._until = asks, self._monotonic() + HOLD_S
        log.info("gives_way", asks=asks)

    def _take_back(self, *, waits: bool) -> None:
        self._engine.post(ActEnded(_act(self._held)))
        log.warning("gave_way_in_vain", asks=self._held)
        self._held = ""
        self._rests_until = self._monotonic() + (REST_S if waits else 0.0)

    def _word(self) -> dict[str, Any]:
        """Nothing of any resident is in it."""
        session, self._beat = self._engine.session, self._beat + 1
        drawn = self._looks.drawn_s()
        return {
            "start": self._start,
            "beat": self._beat,
            "version": self._looks.version,
            "server": self._server,
            "screen": drawn is not None and drawn <= STILL_S,
            "journal": session.lobby.recording and self._looks.journal_well(),
            "wrong": wrong_devices(session) if session.lobby.devices else None,
            "open": self._looks.open_payments(),
            "given_way": self._held,
            "clock_off": self._looks.clock_off(),
            "wanted": self._wanted.model_dump(mode="json") if self._wanted else None,
        }

    def _write(self, word: dict[str, Any]) -> None:
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(word), encoding="utf-8")
        partial.replace(self._path)

    def _wanted_before(self) -> WantedRelease | None:
        """A start without a line goes on with what was wanted."""
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
            return WantedRelease.model_validate(said["wanted"]) if said["wanted"] else None
        except (OSError, ValueError, KeyError, TypeError, ValidationError):
            return None


def _act(asks: str) -> str:
    return f"update:{asks}"
