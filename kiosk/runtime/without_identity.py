"""A kiosk without an identity: it shows by what code it is paired, and begins when somebody has done so.

It takes no money, keeps no journal, and shows nothing of any resident: never anything but PAIRING.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from contract.enrolment import JournalPosition
from kiosk.central import identity as identity_file
from kiosk.central.config_cache import ConfigCache
from kiosk.central.identity import Identity, NotEnrolled
from kiosk.central.pairing import Pairing
from kiosk.core.events import Event, Tapped
from kiosk.core.model import Action, Lobby, Moment, Screen, Session, Visit
from kiosk.core.pairing import Pairing as Shown
from kiosk.core.pairing import PairingShown
from kiosk.core.session import step
from kiosk.journal.continuation import current, open_payments
from kiosk.journal.opening import save_begin
from kiosk.journal.salvage import salvage

log = structlog.get_logger("pairing")

SHOWN_AGAIN_S = 1.0  # the time that is left is on the screen
TRY_AGAIN_S = 10.0
_DOES = (Action.LANGUAGE, Action.ELDER, Action.HIGH_CONTRAST, Action.LOW_REACH)


def payments_in_doubt(folder: Path) -> list[str]:
    """Whose end the disk does not know, of a kiosk that this machine was before."""
    path = current(folder)
    return open_payments(salvage(path)) if path.exists() else []


def keep(folder: Path, identity: Identity, begin: JournalPosition) -> None:
    """The identity last: until it is there, all of it is asked for again. Raises OSError."""
    save_begin(folder, begin, identity.seal.public_key)
    ConfigCache(folder / "config.json").forget()
    identity_file.save(folder, identity)


class Unpaired:
    """What the interface sees of it (kiosk.ui.kiosk_port.Kiosk)."""

    def __init__(self, url: str, folder: Path, on_frame: Callable[[float], None]) -> None:
        self._folder, self._on_frame = folder, on_frame
        self._pairing = Pairing(url, folder, payments_in_doubt(folder), self._show, self._pause)
        self._lock = threading.Lock()
        lobby = Lobby(pairing=Shown(server=url))
        self._session = Session(lobby=lobby, visit=Visit(screen=Screen.PAIRING))
        self._stop, self.mended = threading.Event(), False
        self._mended: Callable[[], None] = lambda: None
        self._changed: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="pairing", daemon=True)

    def start(self, mended: Callable[[], None], changed: Callable[[], None]) -> None:
        """``mended`` is called once, from another thread, when there is an identity; ``changed`` whenever
        something else is to be shown."""
        self._mended, self._changed = mended, changed
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def session(self) -> Session:
        with self._lock:
            return replace(self._session, now=time.monotonic(), wall=datetime.now(UTC))

    def post(self, event: Event) -> None:
        """Only how it is shown can be changed here."""
        if not isinstance(event, Tapped) or event.action not in _DOES:
            return
        with self._lock:
            moment = Moment(time.monotonic(), datetime.now(UTC), "", "")
            self._session, _effects = step(self._session, event, moment)
        self._changed()

    def preview(self) -> None:
        return None

    def on_frame(self, monotonic: float) -> None:
        self._on_frame(monotonic)

    def _show(self, shown: PairingShown) -> None:
        log.info("pairing_shown", code=bool(shown.code), trouble=shown.trouble)
        until = time.monotonic() + shown.lives_s
        with self._lock:
            lobby = self._session.lobby
            pairing = Shown(shown, until, lobby.pairing.server)
            self._session = replace(self._session, lobby=replace(lobby, pairing=pairing))
        self._changed()

    def _run(self) -> None:
        while not self._stop.is_set() and not self.mended:
            try:
                self._pair()
            except Exception:
                log.exception("pairing_failed")
            if self.mended:
                self._mended()
            else:
                self._stop.wait(TRY_AGAIN_S)

    def _pair(self) -> None:
        found = self._pairing.until_paired()
        if found is not None:
            keep(self._folder, *found)
            self._pairing.done()
        self.mended = self._known()

    def _pause(self, seconds: float) -> bool:
        """Whether to ask no more: it is to end, or somebody gave it an identity by a command."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stop.wait(min(left, SHOWN_AGAIN_S)):
                return True
            self._changed()
        return self._known()

    def _known(self) -> bool:
        try:
            identity_file.load(self._folder)
        except NotEnrolled:
            return False
        return True
