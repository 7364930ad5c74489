"""A kiosk without a journal: it says so on the screen and to staff, takes no money, and tries again.

It never records, never asks for money and never shows anything but OUT_OF_ORDER.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version

import structlog

from contract.heartbeat import Heartbeat
from contract.messages import KioskConfig
from contract.stop_reason import StopReason
from kiosk.central.client import CentralClient, Refused, ServerAway
from kiosk.central.config_cache import ConfigCache
from kiosk.central.identity import Identity
from kiosk.core.events import Event
from kiosk.core.model import Lobby, Screen, Session, Visit
from kiosk.health.kiosk_report import kiosk_report
from kiosk.health.watchdog import uptime_s
from kiosk.recovery.journal_repair import Trouble, mend
from kiosk.settings import Settings

log = structlog.get_logger("waiting")

TRY_AGAIN_S = 10.0


class Waiting:
    """What the interface sees of it (kiosk.ui.kiosk_port.Kiosk). ``mend`` tries once to get a journal."""

    def __init__(
        self,
        config: KioskConfig | None,
        client: CentralClient,
        mend: Callable[[], Trouble],
        heartbeat: Callable[[], Heartbeat],
        on_frame: Callable[[float], None],
    ) -> None:
        self._config, self._client, self._mend = config, client, mend
        self._heartbeat, self._on_frame = heartbeat, on_frame
        self._trouble, self._stop = Trouble.CANNOT_WRITE, threading.Event()
        self._mended: Callable[[], None] = lambda: None
        self._changed: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="waiting", daemon=True)

    @property
    def mended(self) -> bool:
        return self._trouble is Trouble.NONE

    def start(self, mended: Callable[[], None], changed: Callable[[], None]) -> None:
        """``mended`` is called once, from another thread, when there is a journal again; ``changed``
        each time that the reason why there is none became another."""
        self._mended, self._changed = mended, changed
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def session(self) -> Session:
        stopped = {
            Trouble.DAMAGED: StopReason.DAMAGED.value,
            Trouble.ANOTHER: Trouble.ANOTHER.value,
        }.get(self._trouble, "")
        lobby = Lobby(config=self._config, recording=False, recovering=False, stopped=stopped)
        return Session(lobby=lobby, visit=Visit(screen=Screen.OUT_OF_ORDER))

    def post(self, event: Event) -> None:
        """Nothing that a resident does changes anything here."""

    def preview(self) -> None:
        return None

    def on_frame(self, monotonic: float) -> None:
        self._on_frame(monotonic)

    def _run(self) -> None:
        while not self._stop.is_set():
            before = self._trouble
            try:
                self._trouble = self._mend()
            except Exception:
                log.exception("mending_failed")
            if self.mended:
                self._mended()
                return
            if self._trouble is not before:
                self._changed()
            self._tell()
            self._stop.wait(TRY_AGAIN_S)

    def _tell(self) -> None:
        own = kiosk_report(
            recording=False, damaged=self._trouble is Trouble.DAMAGED, clock_off=False
        )
        try:
            self._client.heartbeat(self._heartbeat().model_copy(update={"devices": [own]}))
        except (ServerAway, Refused) as error:
            log.warning("staff_not_told", error=str(error))


def waiting(
    settings: Settings,
    me: Identity,
    now: Callable[[], datetime],
    on_frame: Callable[[float], None],
) -> Waiting:
    """A kiosk that has no journal to record in: it says so, and tries to get one."""
    folder, started = settings.data_dir, time.monotonic()
    client = CentralClient.of(settings.server.url, me, settings.server.timeout_s)

    def heartbeat() -> Heartbeat:
        return Heartbeat(
            at=now(),
            software=version("lobbypay"),
            uptime_s=uptime_s(started),
            state="out_of_order",
            offers=[],
            devices=[],
            journal_last=0,
            journal_acknowledged=0,
            open_payments=0,
            config_version="",
        )

    return Waiting(
        ConfigCache(folder / "config.json").load(),
        client,
        lambda: mend(folder, me.seal, now, client.continue_journal),
        heartbeat,
        on_frame,
    )
