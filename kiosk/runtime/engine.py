"""The one thread on which the session changes. Payments are on disk before anybody acts on them.

Events wait in one bounded queue. A step's payment records are written first; only when all of them
are on disk is the new session shown and are the other effects carried out. If one cannot be written,
the step has not happened; what fails afterwards takes nothing back. No payment begins for a bill that,
by the journal, may be paid already.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog
import uuid6

from contract.messages import EntryKind, PaymentRecord
from kiosk.core.effects import AskTerminal, Effect, Record, RecordReceipt
from kiosk.core.events import BillsHeld, CardLost, Event, RecordingSeen, Ticked, Touched
from kiosk.core.model import Moment, Session
from kiosk.core.session import step
from kiosk.journal.journal import Journal, JournalUnavailable

log = structlog.get_logger("engine")

QUEUE_MAX = 1000
TICK_S = 1.0
WRITABLE_CHECK_S = 10.0


class Performer(Protocol):
    """Carries out one effect without blocking; its answer comes back as an event."""

    def perform(self, effect: Effect, session: Session) -> None: ...


@dataclass(frozen=True)
class _Waiting:
    event: Event
    done: Future[bool]


class _MayBePaid(Exception):
    """``held`` may have paid bills of a payment that is about to begin."""

    def __init__(self, held: list[PaymentRecord]) -> None:
        super().__init__(", ".join(record.reference for record in held))
        self.held = tuple(held)


class Engine:
    def __init__(
        self,
        journal: Journal,
        session: Session,
        kiosk_code: str,
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: str(uuid6.uuid7()),
    ) -> None:
        self._journal, self._session, self._kiosk_code = journal, session, kiosk_code
        self._wall, self._new_id = wall, new_id
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(QUEUE_MAX)
        self._performer: Performer | None = None
        self._watchers: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._checked = 0.0
        self.alive_at = time.monotonic()

    @property
    def session(self) -> Session:
        return self._session

    def start(self, performer: Performer) -> None:
        self._performer = performer
        self._thread.start()

    def stop(self) -> None:
        """Ends the loop; events that are still waiting are left."""
        self._queue.put(None)
        self._thread.join(timeout=10)

    def watch(self, changed: Callable[[], None]) -> None:
        """``changed`` is called on the engine's thread after each change of the session."""
        self._watchers.append(changed)

    def post(self, event: Event) -> None:
        """Hands over an event. Touches are dropped when the queue is full; nothing else is."""
        if isinstance(event, Touched) and self._queue.full():
            return
        self._queue.put(_Waiting(event, Future()))

    def commit(self, event: Event, timeout_s: float) -> bool:
        """Hands over an event and waits until its step is on disk. False: it is not, and the caller
        must not act as if it were."""
        waiting = _Waiting(event, Future())
        try:
            self._queue.put(waiting, timeout=timeout_s)
        except queue.Full:
            return False
        try:
            return waiting.done.result(timeout=timeout_s)
        except TimeoutError:
            # Either it is taken back and never happens, or it is happening and its end is awaited.
            return not waiting.done.cancel() and waiting.done.result()

    def _run(self) -> None:
        next_tick = time.monotonic()
        while True:
            try:
                waiting = self._queue.get(timeout=max(0.0, next_tick - time.monotonic()))
            except queue.Empty:
                next_tick = time.monotonic() + TICK_S
                self.alive_at = time.monotonic()
                self._check_writable()
                waiting = _Waiting(Ticked(), Future())
            if waiting is None:
                return
            if waiting.done.set_running_or_notify_cancel():
                waiting.done.set_result(self._take(waiting.event))

    def _take(self, event: Event) -> bool:
        try:
            return self._step(event)
        except Exception:
            log.exception("step_failed", event_type=type(event).__name__)
            return False

    def _step(self, event: Event) -> bool:
        session, effects = step(self._session, event, self._moment())
        try:
            self._write([e for e in effects if isinstance(e, Record | RecordReceipt)])
        except _MayBePaid as paid:
            log.warning("may_be_paid", held=[record.reference for record in paid.held])
            self._step(BillsHeld(paid.held))
            return False
        except JournalUnavailable as error:
            log.error("journal_unavailable", error=str(error))
            if not isinstance(event, RecordingSeen):
                self._step(RecordingSeen(False))
            return False
        self._session = session
        self._tell_watchers()
        for effect in effects:
            if not isinstance(effect, Record | RecordReceipt):
                self._perform(effect, session)
        return True

    def _tell_watchers(self) -> None:
        for changed in self._watchers:
            try:
                changed()
            except Exception:
                log.exception("watcher_failed")

    def _perform(self, effect: Effect, session: Session) -> None:
        """One that fails keeps no other from being done, and no payment without an end."""
        assert self._performer is not None
        try:
            self._performer.perform(effect, session)
        except Exception:
            log.exception("effect_failed", effect=type(effect).__name__)
            if isinstance(effect, AskTerminal):
                self._take(CardLost(effect.record.payment_id, "not_carried_out"))

    def _write(self, effects: list[Record | RecordReceipt]) -> None:
        """All of a step's entries, or none: half a step is not a story."""
        if not effects:
            return
        with self._journal.together():
            for effect in effects:
                match effect:
                    case Record(record):
                        self._check_unpaid(record)
                        self._journal.append_payment(record)
                    case RecordReceipt(payment_id, how, outcome):
                        body = {"payment_id": payment_id, "how": how, "outcome": outcome}
                        self._journal.append(EntryKind.RECEIPT, body)

    def _check_unpaid(self, record: PaymentRecord) -> None:
        """The last gate before a payment begins, however its bills were learnt. Raises _MayBePaid."""
        if record.version > 1:
            return  # it has begun
        held = self._journal.may_have_paid(record.bills, self._session.visit.acknowledged)
        if held:
            raise _MayBePaid(held)

    def _moment(self) -> Moment:
        reference = f"{self._kiosk_code}-{self._journal.next_number():06d}"
        return Moment(time.monotonic(), self._wall(), self._new_id(), reference)

    def _check_writable(self) -> None:
        """While recording is impossible, look now and then whether it is possible again."""
        if self._session.lobby.recording or time.monotonic() - self._checked < WRITABLE_CHECK_S:
            return
        self._checked = time.monotonic()
        try:
            self._journal.check_writable()
        except JournalUnavailable:
            return
        self._take(RecordingSeen(True))
