"""Takes every payment whose end is not known to its true end, by asking, never by charging again.

At start it looks at what the journal left unfinished; later it takes what the session hands over. Its
findings are events like any other: the core decides what they mean and the journal records them.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from contract.http_signature import WINDOW
from contract.messages import CardData, ErrorCode, Method, PaymentRecord, PaymentState
from device_drivers.card_terminals.interface import CardResult, LastKnown, TerminalSnapshot
from device_drivers.errors import DeviceError
from kiosk.central.client import CentralClient, Refused, ServerAway, backoff_s
from kiosk.clock import Clock
from kiosk.core.events import CardAnswered, Event, OrderSeen, RecoveryDone, TerminalRead
from kiosk.journal.continuation import HANDED_OVER
from kiosk.journal.journal import Journal, JournalUnavailable

log = structlog.get_logger("recovery")

READ_AGAIN_S = 10.0
# A request to charge a phone may still be under way; the server takes none that is older than this. One
# that does not know an order whose code was shown has lost it, and learns of it from the journal.
NEVER_ARRIVES_S = WINDOW.total_seconds() + 30.0
# Staff may settle at the server what no terminal can tell; one that is back by then tells itself.
SETTLED_AFTER_S = 900.0
FIRST_LOOK_S = 45.0  # the kiosk opens for business at the latest then; asking goes on


def card_data(result: CardResult) -> CardData:
    """The terminal's result in the contract's words."""
    return CardData(
        receipt_no=result.receipt_no,
        trace_no=result.trace_no,
        terminal_id=result.terminal_id,
        authorisation_code=result.authorisation_code,
        card_name=result.card_name,
        masked_pan=result.masked_pan,
        receipt_lines=list(result.receipt_lines),
    )


def age_of(record: PaymentRecord, journal: Journal, clock: Clock) -> timedelta | None:
    """How long ago a payment of an earlier run was intended; None: not known, at least not yet. Raises
    JournalUnavailable.

    A terminal that forgets is believed to have taken nothing only while it cannot have forgotten. So a
    guess would cost money: both ends of the time must come from a clock that the server had set right.
    """
    intended = journal.intended_at(record.payment_id)
    if intended is None or not clock.confirmed:
        return None
    age = clock.now() - intended
    return age if age >= timedelta() else None


def _known(known: LastKnown | None) -> CardData | None:
    if known is None:
        return None
    return CardData(
        receipt_no=known.receipt_no, trace_no=known.trace_no, terminal_id=known.terminal_id
    )


class TerminalMemory(Protocol):
    """What recovery asks of the card terminal. Each raises DeviceError, and charges nothing."""

    def snapshot(self) -> TerminalSnapshot: ...

    def lookup(self, record: PaymentRecord) -> CardResult | None:
        """None: the terminal took nothing for it."""
        ...


@dataclass
class _Case:
    """``since`` and ``due`` by the monotonic clock."""

    record: PaymentRecord
    since: float
    attempt: int = 0
    due: float = 0.0


class Recovery:
    """``tell`` takes findings and says whether they are on disk; what is not is asked about again.

    ``without_receipt`` is asked after the first look, which may change the answer.
    """

    def __init__(
        self,
        tell: Callable[[Event], bool],
        client: CentralClient | None,
        terminal: TerminalMemory | None,
        unfinished: list[PaymentRecord],
        without_receipt: Callable[[], PaymentRecord | None] = lambda: None,
    ) -> None:
        self._tell, self._client, self._terminal = tell, client, terminal
        self._terminal_read, self._read_due = terminal is None, 0.0
        self._lock, self._wake, self._stop = threading.Lock(), threading.Event(), threading.Event()
        self._cases = {r.payment_id: _Case(r, time.monotonic()) for r in unfinished}
        self._without_receipt = without_receipt
        self._thread = threading.Thread(target=self._run, name="recovery", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=5)

    @property
    def open_cases(self) -> int:
        return len(self._cases)

    def read_terminal(self) -> None:
        """The terminal may hold something new: it is read as soon as it has time."""
        self._terminal_read, self._read_due = False, 0.0
        self._wake.set()

    def take(self, record: PaymentRecord) -> None:
        """From now on, ask until this payment's end is known."""
        with self._lock:
            now = time.monotonic()
            self._cases[record.payment_id] = _Case(record, now, due=now + 1.0)
        self._wake.set()

    def _run(self) -> None:
        self._first_look()
        opened = self._open()
        while not self._stop.is_set():
            self._wake.wait(1.0)
            self._wake.clear()
            opened = opened or self._open()
            self._read_terminal()
            for case in self._due():
                self._ask(case)

    def _open(self) -> bool:
        try:
            resumed = self._without_receipt()
        except (JournalUnavailable, ValueError) as error:
            log.warning("receipt_not_looked_up", error=str(error))
            resumed = None
        return self._tell(RecoveryDone(resumed))

    def _first_look(self) -> None:
        end = time.monotonic() + FIRST_LOOK_S
        self._read_terminal()
        while not self._stop.is_set():
            for case in self._due():
                self._ask(case)
            waiting = [c for c in self._cases.values() if c.attempt == 0]
            if not waiting or time.monotonic() >= end:
                return

    def _read_terminal(self) -> None:
        """So that the next card payment knows what the terminal held before it."""
        if self._terminal_read or self._terminal is None:
            return
        if time.monotonic() < self._read_due:
            return
        try:
            snapshot = self._terminal.snapshot()
        except DeviceError as error:
            log.warning("terminal_not_read", code=error.code)
            self._read_due = time.monotonic() + READ_AGAIN_S
            return
        except Exception:
            log.exception("terminal_reading_failed")
            self._read_due = time.monotonic() + READ_AGAIN_S
            return
        back = snapshot.taken_back
        read = TerminalRead(
            _known(snapshot.known), back is not None, back.amount_minor if back else None
        )
        self._terminal_read = self._tell(read)

    def _due(self) -> list[_Case]:
        now = time.monotonic()
        with self._lock:
            return [c for c in self._cases.values() if c.due <= now]

    def _ask(self, case: _Case) -> None:
        finding = self._answer(case)
        case.attempt += 1
        if finding is None or not self._tell(finding):
            case.due = time.monotonic() + backoff_s(case.attempt, first=1.0, most=30.0)
            return
        log.info("recovery_found", reference=case.record.reference)
        with self._lock:
            self._cases.pop(case.record.payment_id, None)

    def _answer(self, case: _Case) -> Event | None:
        """None: nobody could say yet. Whatever goes wrong, it is asked again, and so are the others."""
        reference = case.record.reference
        try:
            return self._find(case)
        except (DeviceError, ServerAway) as error:
            code = getattr(error, "code", "server_away")
            log.warning("recovery_could_not_ask", reference=reference, code=code, error=str(error))
        except Exception:
            log.exception("recovery_failed", reference=reference)
        return None

    def _find(self, case: _Case) -> Event | None:
        if case.record.method is not Method.CARD:
            return self._ask_server(case)
        try:
            found = self._ask_terminal(case.record)
        except DeviceError:
            settled = self._settled_by_staff(case)
            if settled is None:
                raise
            return settled
        return found or self._settled_by_staff(case)

    def _settled_by_staff(self, case: _Case) -> Event | None:
        """A card payment that is open here ends at the server by nothing but a person's decision."""
        if self._client is None or time.monotonic() - case.since < SETTLED_AFTER_S:
            return None
        try:
            view = self._client.payment(case.record.payment_id, case.record.reference)
        except (Refused, ServerAway):
            return None
        if not view.state.final:
            return None
        return CardAnswered(case.record.payment_id, view.state.value, "staff", CardData())

    def _ask_terminal(self, record: PaymentRecord) -> Event | None:
        """A payment that was only intended was never asked for; of others the terminal knows."""
        if record.state is PaymentState.CREATED:
            return CardAnswered(record.payment_id, "cancelled", "end_before_charge", CardData())
        if self._terminal is None:
            return None
        found = self._terminal.lookup(record)
        if found is None and record.reason == HANDED_OVER:
            # It may come from a kiosk whose terminal was replaced with it: then one that knows
            # nothing proves nothing, whatever is known of what the other one held before.
            log.error("terminal_may_be_another", reference=record.reference)
            return None
        if found is None:
            return CardAnswered(record.payment_id, "cancelled", "terminal_has_none", CardData())
        return CardAnswered(record.payment_id, found.outcome.value, "recovered", card_data(found))

    def _ask_server(self, case: _Case) -> Event | None:
        """Nobody is in front of the screen any more: the order is ended, unless it was paid."""
        record = case.record
        if self._client is None:
            return None
        try:
            view = self._client.cancel_payment(record.payment_id, record.reference)
        except Refused as refused:
            if refused.error.code is not ErrorCode.NOT_FOUND:
                log.warning("recovery_refused", code=refused.error.code)
                return None
            intended = record.state is PaymentState.CREATED  # no code was shown, no phone charged
            if not intended and time.monotonic() - case.since < NEVER_ARRIVES_S:
                return None
            return CardAnswered(record.payment_id, "cancelled", "never_ordered", CardData())
        return OrderSeen(view) if view.state.final else None
