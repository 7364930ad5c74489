"""One thread at the card terminal: payments, recovery and probing take turns, never side by side.

The result of a payment is on disk before the terminal is acknowledged (``before_acknowledge``).
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import structlog

from contract.messages import CardData, PaymentRecord
from device_drivers.card_terminals.interface import (
    CardRequest,
    CardResult,
    CardStep,
    CardTerminal,
    LastKnown,
    TerminalSnapshot,
)
from device_drivers.errors import DeviceError, NotReachable, OutcomeUnknown, Refused
from device_drivers.status import DeviceStatus
from kiosk.core.events import CardAnswered, CardLost, CardNotAsked, CardStepped, Event
from kiosk.core.model import CardProgress
from kiosk.journal.journal import JournalUnavailable
from kiosk.recovery.inquiry import card_data
from kiosk.recovery.test_payment import NOT_CLEAR, Trial, TrialPayments

log = structlog.get_logger("card_desk")

COMMIT_S = 4.0  # the terminal waits five seconds for our acknowledgement (PA00P016, T3)
PROBE_S = 30.0
TRYING = "test payment"  # instead of a payment's id
Answer = TypeVar("Answer")


class _Observer:
    """Shows progress and puts each result on disk before it is acknowledged."""

    def __init__(self, desk: "CardDesk", payment_id: str) -> None:
        self._desk, self._payment_id = desk, payment_id

    def on_step(self, step: CardStep) -> None:
        progress = CardProgress(step.kind.value, step.text)
        self._desk.post(CardStepped(self._payment_id, progress))

    def before_acknowledge(self, result: CardResult) -> bool:
        return self._desk.commit(_answered(self._payment_id, result), COMMIT_S)


def _answered(payment_id: str, result: CardResult) -> CardAnswered:
    return CardAnswered(payment_id, result.outcome.value, result.code, card_data(result))


def request_of(record: PaymentRecord, age: timedelta | None) -> CardRequest:
    return CardRequest(record.payment_id, record.amount_minor, record.currency, age)


def known_before(record: PaymentRecord) -> LastKnown | None:
    before = record.terminal_before
    if before is None:
        return None
    return LastKnown(before.receipt_no, before.trace_no, before.terminal_id)


class CardDesk:
    """``age_of`` tells how long ago a payment of an earlier run was intended; None: nobody knows."""

    def __init__(
        self,
        terminal: CardTerminal,
        post: Callable[[Event], None],
        commit: Callable[[Event, float], bool],
        trials: TrialPayments | None = None,
        age_of: Callable[[PaymentRecord], timedelta | None] = lambda record: None,
    ) -> None:
        self._terminal, self.post, self.commit = terminal, post, commit
        self._trials, self._age_of = trials, age_of
        self._asked_last = ("", 0.0)  # payment's id, and when by the monotonic clock
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="card_desk")
        self._open, self._asking, self._wanted_abort = False, "", threading.Event()

    def ask(self, record: PaymentRecord) -> None:
        """Asks for money; the answers come as events."""
        self._wanted_abort.clear()
        self._asking = record.payment_id
        self._asked_last = (record.payment_id, time.monotonic())
        self._pool.submit(self._authorise, record)

    def abort(self, payment_id: str) -> None:
        if self._asking == payment_id:
            self._wanted_abort.set()
            threading.Thread(target=self._abort, name="card_abort", daemon=True).start()

    def snapshot(self) -> TerminalSnapshot:
        """Raises DeviceError, also while a test payment is not clear. Waits for its turn."""

        def ask() -> TerminalSnapshot:
            if self._trials is not None and not self._trials.finish(self._terminal):
                raise DeviceError("a test payment is not clear", NOT_CLEAR)
            return self._terminal.snapshot()

        return self._in_turn(lambda: self._when_ready(ask)).result()

    def try_payment(self, currency: str, ended: Callable[[Trial | str], None]) -> None:
        """Pays one minor unit and takes it back.

        ``ended`` hears how, or why nothing was asked for (a code).
        """
        self._asking = TRYING
        self._pool.submit(self._try_payment, currency, ended)

    def lookup(self, record: PaymentRecord) -> CardResult | None:
        """What the terminal knows of a payment. Raises DeviceError. Waits for its turn."""

        def ask() -> CardResult | None:
            request = request_of(record, self._age(record))
            return self._terminal.lookup(request, known_before(record))

        return self._in_turn(lambda: self._when_ready(ask)).result()

    def _age(self, record: PaymentRecord) -> timedelta | None:
        """What this process asked for, it counted itself; no clock has a say in that."""
        payment_id, asked = self._asked_last
        if payment_id == record.payment_id:
            return timedelta(seconds=time.monotonic() - asked)
        return self._age_of(record)

    def probe(self) -> DeviceStatus:
        """The terminal's state; while a payment runs, what was last known."""
        if self._asking:
            return self._terminal.status()
        turn = self._in_turn(lambda: self._when_ready(self._terminal.probe))
        try:
            return turn.result(timeout=PROBE_S)
        except DeviceError:
            return self._terminal.status()
        except TimeoutError:
            turn.cancel()  # or, once the terminal comes back, residents would wait for all of them
            return self._terminal.status()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._terminal.close()

    def _in_turn(self, call: Callable[[], Answer]) -> "Future[Answer]":
        return self._pool.submit(call)

    def _ready(self) -> None:
        if not self._open:
            self._terminal.open()
            self._open = True

    def _when_ready(self, call: Callable[[], Answer]) -> Answer:
        try:
            self._ready()
            return call()
        except DeviceError:
            self._open = False
            raise

    def _authorise(self, record: PaymentRecord) -> None:
        payment_id, started = record.payment_id, time.monotonic()
        try:
            self.post(self._outcome(record))
        except Exception:
            log.exception("authorise_failed", reference=record.reference)
            self.post(CardLost(payment_id, "driver_failed"))
        finally:
            self._asking = ""
            log.info("card_asked", reference=record.reference, s=round(time.monotonic() - started))

    def _try_payment(self, currency: str, ended: Callable[[Trial | str], None]) -> None:
        try:
            ended(self._trial(currency))
        except DeviceError as error:
            ended(error.code)
        except JournalUnavailable:
            ended("journal.cannot_record")
        except Exception:
            log.exception("test_payment_failed")
            ended("device.driver_failed")
        finally:
            self._asking = ""

    def _trial(self, currency: str) -> Trial:
        trials = self._trials
        if trials is None:
            raise DeviceError("test payments need a journal", NOT_CLEAR)

        def on_step(step: CardStep) -> None:
            self.post(CardStepped(TRYING, CardProgress(step.kind.value, step.text)))

        return self._when_ready(lambda: trials.run(self._terminal, currency, on_step))

    def _outcome(self, record: PaymentRecord) -> Event:
        payment_id, request = record.payment_id, request_of(record, timedelta())
        try:
            self._ready()
            if self._wanted_abort.is_set():
                return CardAnswered(payment_id, "cancelled", "resident", CardData())
            result = self._terminal.authorise(request, _Observer(self, payment_id))
        except OutcomeUnknown as error:
            self._open = False
            return CardLost(payment_id, error.detail or error.code)
        except Refused as error:
            return CardNotAsked(payment_id, error.code)
        except NotReachable as error:
            self._open = False
            return CardNotAsked(payment_id, error.code)
        except DeviceError as error:
            self._open = False
            return CardLost(payment_id, error.code)
        return _answered(payment_id, result)

    def _abort(self) -> None:
        try:
            self._terminal.abort()
        except DeviceError as error:
            log.warning("abort_failed", code=error.code)
