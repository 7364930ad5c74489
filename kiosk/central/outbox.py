"""Keeps the server informed: journal entries until acknowledged, heartbeats, configuration, bills.

One thread. It owns no state that matters: whatever it had not sent before a crash is in the journal.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from contract.messages import ErrorCode, Heartbeat, JournalAnswer, JournalEntry, KioskConfig
from kiosk.central.bills_cache import OpenBillsCopy
from kiosk.central.client import CentralClient, Refused, ServerAway, backoff_s
from kiosk.central.presence_counter import PresenceCounter
from kiosk.journal.journal import Journal, JournalUnavailable

log = structlog.get_logger("reporter")

HEARTBEAT_S = 30.0
BILLS_S = 600.0
BATCH, BATCH_BYTES = 200, 500_000  # whichever is reached first
PAUSE_S = 5.0
# It answers, but does not serve this kiosk.
_SHUT_OUT = (ErrorCode.NOT_SIGNED, ErrorCode.KEY_UNKNOWN, ErrorCode.REPLAYED, ErrorCode.CLOCK)
SAID_AGAIN_S = 20.0  # so much later the server must say again that it does not know our key
NOT_KNOWN = "not_known"  # as a reason to stop: the server does not know our key (any more)


class Reporter:
    """``heartbeat`` makes one; ``on_config`` and ``on_server`` are told the news. Whether the server is
    there is what heartbeats say: a journal that it cannot take is its own trouble. ``on_stopped`` is told
    why the server serves this kiosk no further, and None whenever it does; ``on_time`` the server's
    time; ``on_copy`` whether the copy of the bills could serve now."""

    def __init__(
        self,
        client: CentralClient,
        journal: Journal,
        bills: OpenBillsCopy,
        *,
        heartbeat: Callable[[str], Heartbeat],
        on_config: Callable[[KioskConfig], None],
        on_server: Callable[[bool], None],
        on_stopped: Callable[[str | None], None] = lambda reason: None,
        on_time: Callable[[datetime], None] = lambda server_time: None,
        on_copy: Callable[[bool], None] = lambda usable: None,
        voice: PresenceCounter | None = None,
    ) -> None:
        self._on_stopped, self._on_time, self._voice = on_stopped, on_time, voice
        self._on_copy = on_copy
        self._client, self._journal, self._bills = client, journal, bills
        self._heartbeat, self._on_config, self._on_server = heartbeat, on_config, on_server
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)
        self._config_version, self._heartbeat_due, self._bills_due = "", 0.0, 0.0
        self._config_wanted = True
        self._received: int | None = None  # up to where the server said that it has the journal
        self._key_doubted: float | None = None  # since when, by the monotonic clock

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There is something new in the journal."""
        self._wake.set()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            try:
                pause = self._take_turn(attempt)
                attempt = 0 if pause == PAUSE_S else attempt + 1
            except JournalUnavailable as error:
                log.warning("journal_unavailable", error=str(error))
                pause = 15.0
            except Exception:
                log.exception("reporter_failed")
                pause = 15.0
            self._on_copy(self._bills.usable)
            self._wake.wait(pause)
            self._wake.clear()

    def _take_turn(self, attempt: int) -> float:
        """One round; returns the seconds until the next. Raises JournalUnavailable."""
        try:
            failed = self._round()
        except (ServerAway, Refused) as error:
            log.warning("server_not_served", error=str(error), attempt=attempt)
            self._heartbeat_due = 0.0
            self._doubt_key(error)
            self._on_server(isinstance(error, Refused) and error.error.code not in _SHUT_OUT)
            failed = True
        return backoff_s(attempt, first=1.0, most=15.0) if failed else PAUSE_S

    def _doubt_key(self, error: ServerAway | Refused) -> None:
        """That our key is not known stops the kiosk when it was said, and said again later to another
        request, with no answered heartbeat between. Nothing else says so: no status, no other code."""
        if not isinstance(error, Refused) or error.error.code is not ErrorCode.KEY_UNKNOWN:
            return
        now = time.monotonic()
        if self._key_doubted is None:
            self._key_doubted = now
        elif now - self._key_doubted >= SAID_AGAIN_S:
            self._on_stopped(NOT_KNOWN)

    def _round(self) -> bool:
        """Whether a part of it failed, although the server answers heartbeats: that part is tried again,
        and everything else goes on. Raises ServerAway or Refused when it answers none."""
        if time.monotonic() >= self._heartbeat_due:
            self._beat()
        failed = False
        for part in (self._load_config, self._report, self._copy_bills):
            try:
                part()
            except (ServerAway, Refused) as error:
                log.warning("part_not_served", part=part.__name__, error=str(error))
                failed = True
                self._beat()  # whether the server is there, and says at once if we are stopped
        return failed

    def _beat(self) -> None:
        beat = self._heartbeat(self._config_version)
        if self._voice is not None:
            beat = beat.model_copy(update={"presence": self._voice.presence()})
        answer = self._client.heartbeat(beat)
        self._heartbeat_due = time.monotonic() + HEARTBEAT_S
        self._key_doubted = None
        self._config_wanted = answer.config_version != self._config_version
        self._on_server(True)
        self._on_time(answer.server_time)
        self._on_stopped(answer.stopped)
        self._received = answer.journal_received

    def _copy_bills(self) -> None:
        if time.monotonic() >= self._bills_due:
            self._bills.sync(self._client, self._journal.acknowledged())
            self._bills_due = time.monotonic() + BILLS_S

    def _load_config(self) -> None:
        if not self._config_wanted:
            return
        config = self._client.config()
        self._config_version, self._config_wanted = config.version, False
        self._on_config(config)

    def _report(self) -> None:
        self._send_what_was_lost()
        while not self._stop.is_set():
            entries = self._journal.after(self._journal.acknowledged(), BATCH, BATCH_BYTES)
            if not entries:
                return
            before = self._journal.acknowledged()
            try:
                answer = self._post(entries)
            except Refused as refused:
                if refused.error.code is not ErrorCode.JOURNAL_GAP:
                    raise
                answer = self._fill_gap(int(refused.error.details["acknowledged"]))
            self._journal.acknowledge(answer.acknowledged)
            if self._journal.acknowledged() == before:
                return

    def _send_what_was_lost(self) -> None:
        """The server says that it has less than it acknowledged: what an older backup lacks is sent again
        at once, whether there is anything new to tell or not. What another file began is not here."""
        received, self._received = self._received, None
        begins, acknowledged = self._journal.first_link[0], self._journal.acknowledged()
        if received is not None and begins <= received < acknowledged:
            self._fill_gap(received)

    def _post(self, entries: list[JournalEntry]) -> JournalAnswer:
        answer = self._client.post_journal(entries, self._voice.presence() if self._voice else None)
        for change in answer.refused:
            log.error("change_refused", sequence=change.sequence, code=change.code)
        return answer

    def _fill_gap(self, position: int) -> JournalAnswer:
        """The server lost what it had acknowledged (an older backup): it gets it again."""
        log.warning("server_lacks_entries", after=position)
        while True:
            answer = self._post(self._journal.after(position, BATCH, BATCH_BYTES))
            if (
                answer.acknowledged <= position
                or answer.acknowledged >= self._journal.last_sequence
            ):
                return answer
            position = answer.acknowledged
