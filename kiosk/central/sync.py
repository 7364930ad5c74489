"""The one thread that keeps kiosk and server at one: heartbeats, configuration, bills, and the outbox.

It owns no state that matters: what it had not done before a crash, it does after the next start.
"""

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from contract.heartbeat import INTERVAL_S, Heartbeat, HeartbeatAnswer
from contract.messages import ErrorCode, KioskConfig
from contract.stop_reason import Presence
from kiosk.central.bills_cache import BillsCache
from kiosk.central.client import CentralClient, Refused, ServerAway, backoff_s
from kiosk.central.outbox import Outbox
from kiosk.journal.journal import JournalUnavailable

log = structlog.get_logger("sync")

BILLS_S = 600.0
BILLS_SPREAD_S = (
    120.0  # after an outage, kiosks whose copy serves meanwhile fetch theirs within this
)
DAYS_S = 600.0
PAUSE_S = 5.0
# It answers, but does not serve this kiosk.
_SHUT_OUT = (ErrorCode.NOT_SIGNED, ErrorCode.KEY_UNKNOWN, ErrorCode.REPLAYED, ErrorCode.CLOCK)
SAID_AGAIN_S = 20.0  # so much later the server must say again that it does not know our key
NOT_KNOWN = "not_known"  # as a reason to stop: the server does not know our key (any more)

_spread = random.uniform  # kiosks that were started together do not march together


class Sync:
    """``heartbeat`` makes one; ``on_config`` and ``on_server`` are told the news. Whether the server is
    there is what heartbeats say: a journal that it cannot take is its own trouble. ``on_stopped`` is told
    why the server serves this kiosk no further, and None whenever it does; ``on_time`` the server's
    time; ``on_answer`` the whole answer to a heartbeat; ``on_bills_cache`` whether the copy of the bills
    could serve now; ``tell_days`` sends what was counted."""

    def __init__(
        self,
        client: CentralClient,
        outbox: Outbox,
        bills: BillsCache,
        *,
        heartbeat: Callable[[str], Heartbeat],
        on_config: Callable[[KioskConfig], None],
        on_server: Callable[[bool], None],
        on_stopped: Callable[[str | None], None] = lambda reason: None,
        on_answer: Callable[[HeartbeatAnswer], None] = lambda answer: None,
        on_time: Callable[[datetime], None] = lambda server_time: None,
        on_bills_cache: Callable[[bool], None] = lambda usable: None,
        presence: Callable[[], Presence | None] = lambda: None,
        tell_days: Callable[[], None] = lambda: None,
    ) -> None:
        self._tell_days, self._days_due = tell_days, 0.0
        self._answer_ms: int | None = None
        self._on_stopped, self._on_time, self._presence = on_stopped, on_time, presence
        self._on_bills_cache, self._on_answer = on_bills_cache, on_answer
        self._client, self._outbox, self._bills = client, outbox, bills
        self._heartbeat, self._on_config, self._on_server = heartbeat, on_config, on_server
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self._config_version, self._heartbeat_due, self._bills_due = "", 0.0, 0.0
        self._config_wanted = True
        self._answered_at: datetime | None = None  # by the server's clock
        self._key_doubted: float | None = None  # since when, by the monotonic clock
        self._away = False  # no heartbeat was answered the last time

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There is something new in the journal."""
        self._wake.set()

    def beat_soon(self) -> None:
        """Something changed that the server's next answer is about."""
        self._heartbeat_due = 0.0
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
                log.exception("sync_failed")
                pause = 15.0
            self._on_bills_cache(self._bills.usable)
            self._count_days()
            self._wake.wait(pause)
            self._wake.clear()

    def _take_turn(self, attempt: int) -> float:
        """One round; returns the seconds until the next. Raises JournalUnavailable."""
        try:
            failed = self._round()
        except (ServerAway, Refused) as error:
            log.warning("server_not_served", error=str(error), attempt=attempt)
            self._heartbeat_due, self._away = 0.0, True
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
        for part in (self._load_config, self._deliver_journal, self._copy_bills):
            try:
                part()
            except (ServerAway, Refused) as error:
                log.warning("part_not_served", part=part.__name__, error=str(error))
                failed = True
                self._beat()  # whether the server is there, and says at once if we are stopped
        return failed

    def _beat(self) -> None:
        beat = self._heartbeat(self._config_version)
        own = {
            "presence": self._presence(),
            "answered_at": self._answered_at,
            "answer_ms": self._answer_ms,
        }
        asked = time.monotonic()
        answer = self._client.heartbeat(beat.model_copy(update=own))
        self._answer_ms = int(1000 * (time.monotonic() - asked))
        self._answered_at = answer.server_time
        self._heartbeat_due = time.monotonic() + INTERVAL_S * _spread(0.8, 1.0)
        self._key_doubted = None
        self._come_back()
        self._config_wanted = answer.config_version != self._config_version
        self._on_server(True)
        self._on_time(answer.server_time)
        self._on_stopped(answer.stopped)
        self._on_answer(answer)
        self._outbox.server_has(answer.journal_received)

    def _come_back(self) -> None:
        """Many kiosks are back at the same moment: what can wait is spread over a while."""
        if self._away and self._bills.usable:
            wait = time.monotonic() + _spread(0.0, BILLS_SPREAD_S)
            self._bills_due = max(self._bills_due, wait)
        if self._away:
            wait = time.monotonic() + _spread(0.0, BILLS_SPREAD_S)
            self._days_due = max(self._days_due, wait)
        self._away = False

    def _load_config(self) -> None:
        if not self._config_wanted:
            return
        config = self._client.config()
        self._config_version, self._config_wanted = config.version, False
        self._on_config(config)

    def _deliver_journal(self) -> None:
        self._outbox.deliver(self._stop.is_set)

    def _count_days(self) -> None:
        """What was counted can wait: a server that does not take it is asked again at the next turn."""
        if self._away or time.monotonic() < self._days_due:
            return
        self._days_due = time.monotonic() + DAYS_S * _spread(0.8, 1.2)
        try:
            self._tell_days()
        except (ServerAway, Refused) as error:
            log.info("days_not_taken", error=str(error))
        except Exception:
            log.exception("days_not_told")

    def _copy_bills(self) -> None:
        if time.monotonic() >= self._bills_due:
            self._bills.sync(self._client, self._outbox.acknowledged)
            self._bills_due = time.monotonic() + BILLS_S * _spread(0.8, 1.2)
