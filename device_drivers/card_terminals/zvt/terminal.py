"""A card terminal that speaks ZVT, as the kiosk knows it. Never repeats a command that takes money.

Never run on a real terminal yet: built from the specification (PA00P015 rev 13.08, PA00P016 rev 04)
and from captures of terminals, tried against our own simulator only.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator

import structlog

from device_drivers.card_terminals import last_transaction as memory
from device_drivers.card_terminals.interface import (
    CardRequest,
    CardResult,
    LastKnown,
    Observer,
    Outcome,
    ReversalRequest,
    TerminalSnapshot,
)
from device_drivers.card_terminals.zvt import checks, commands, texts
from device_drivers.card_terminals.zvt.apdu import Apdu
from device_drivers.card_terminals.zvt.exchange import ENDING_S_MAX
from device_drivers.card_terminals.zvt.last_transaction import last_transaction
from device_drivers.card_terminals.zvt.payment import Payment, Silent
from device_drivers.card_terminals.zvt.service import Service
from device_drivers.card_terminals.zvt.session import NO_DETAILS, Session
from device_drivers.card_terminals.zvt.settings import ZvtSettings
from device_drivers.command_memory import CommandMemory
from device_drivers.deadlines import Deadlines
from device_drivers.errors import DeviceError, ProtocolError, Refused
from device_drivers.status import DeviceStatus

log = structlog.get_logger(__name__)

READY_LIMIT_S = 10.0  # a payment waits this long for a busy terminal
CLOSING_LIMIT_S = 2.0
NOT_ASKED = "not_asked"
NOT_LOGGED_ON = "6B"  # ch. 10: it lost its registration, as after a restart behind a serial line


class ZvtTerminal:
    """See ``interface.CardTerminal``. Calls from several threads take turns; ``abort``, ``status``
    and ``close`` do not wait for a running one."""

    def __init__(self, settings: ZvtSettings) -> None:
        self._settings = settings
        self._session = Session(settings)
        self._turn = threading.Lock()
        self._paying = False
        self._answered: CommandMemory[CardResult] = CommandMemory()
        self.service = Service(self._session, settings, self._talking, self._pay_once)
        self.can_print: Callable[[], bool] = lambda: True
        """Whether the terminal's receipts can be printed or kept; else it hears ``84 CC 00``."""

    @property
    def deadlines(self) -> Deadlines:
        connect_s = self._settings.connect_s_max
        return Deadlines(
            open_s=connect_s,
            probe_s=connect_s,
            close_s=CLOSING_LIMIT_S + 1,
            command_s=READY_LIMIT_S + connect_s + ENDING_S_MAX,
        )

    @contextlib.contextmanager
    def _talking(self) -> Iterator[None]:
        with self._turn, self._session.watched():
            yield

    def open(self) -> None:
        """Waits until no earlier payment runs in the terminal, then registers (2.1).

        Raises NotReachable, Timeout, ProtocolError, Refused.
        """
        with self._talking():
            self._session.connect(self._settings.busy_limit_s)

    def close(self) -> None:
        """A running payment ends as OutcomeUnknown."""
        self._session.wishes.close.set()
        if self._turn.acquire(timeout=CLOSING_LIMIT_S):
            self._session.let_go()
            self._turn.release()

    def status(self) -> DeviceStatus:
        return self._session.status()

    def probe(self) -> DeviceStatus:
        """Never raises: what is wrong is among the conditions."""
        if self._turn.acquire(blocking=False):
            try:
                with contextlib.suppress(DeviceError), self._session.watched():
                    self._session.connect_if_needed()
                    self._session.ask_state()
            finally:
                self._turn.release()
        return self._session.status()

    # -- money -----------------------------------------------------------------------------------

    def last_transaction(self) -> CardResult | None:
        """06 20 (2.20), see ``last``. Raises DeviceError."""
        s, session = self._settings, self._session
        with self._talking():
            session.connect_if_needed()
            session.until_not_busy(s.busy_limit_s)
            try:
                last = last_transaction(session.exchange(), s.password, s.no_transaction_codes)
            except ProtocolError as problem:
                if problem.code == NO_DETAILS:
                    session.note_details(False)
                raise
            session.note_details(True)
            if last is not None:
                self._note_numbers(last)
            return last

    def _note_numbers(self, result: CardResult) -> None:
        if result.outcome is Outcome.APPROVED:
            self._session.note_numbers(checks.can_be_reversed(result))

    def snapshot(self) -> TerminalSnapshot:
        """A terminal that does not tell its last transaction can be paid at; see ``untold``."""
        try:
            return memory.snapshot(self.last_transaction())
        except ProtocolError as problem:
            if problem.code != NO_DETAILS:
                raise
            return memory.untold()

    def lookup(self, request: CardRequest, before: LastKnown | None) -> CardResult | None:
        """By its last transaction, as ZVT knows payments by no name of ours."""
        return memory.lookup(request, before, self.last_transaction())

    def authorise(self, request: CardRequest, observer: Observer) -> CardResult:
        """06 01 (2.2). Raises as the interface says."""
        checks.amount(request.amount_minor, request.currency, self._settings.currency)
        command = commands.authorise(request.amount_minor, request.currency)
        return self._pay_once(request.payment_id, request, command, request.amount_minor, observer)

    def reverse(self, request: ReversalRequest) -> CardResult:
        """06 30 (2.9). Raises as ``authorise`` does."""
        amount_minor = request.amount_minor
        checks.amount(amount_minor, request.currency, self._settings.currency)
        checks.reversible(request.payment)
        command = commands.reverse(
            self._settings.password, request.payment, amount_minor, request.currency
        )
        return self._pay_once(request.reversal_id, request, command, amount_minor, Silent())

    def _pay_once(
        self,
        command_id: str,
        asked: object,
        command: Apdu,
        amount_minor: int | None,
        observer: Observer,
    ) -> CardResult:
        """A repeat of ``command_id`` is answered; ``asked`` is what it stands for."""
        return self._answered.once(
            command_id, asked, lambda: self._pay(command, amount_minor, observer)
        )

    def abort(self) -> None:
        """The thread that talks sends 06 B0 (2.23); only it learns how the payment ended."""
        if self._paying:
            self._session.wishes.abort.set()

    def _pay(self, command: Apdu, amount_minor: int | None, observer: Observer) -> CardResult:
        with self._talking():
            self._session.wishes.abort.clear()
            self._paying = True
            try:
                self._session.get_ready(READY_LIMIT_S)
                if self._session.wishes.abort.is_set():
                    return CardResult(Outcome.CANCELLED, NOT_ASKED, texts.result_message(0x6C))
                return self._run(command, amount_minor, observer)
            finally:
                self._paying = False

    def _run(self, command: Apdu, amount_minor: int | None, observer: Observer) -> CardResult:
        takes_card = command.command == commands.AUTHORISE
        exchange = self._session.exchange(abortable=True, takes_card=takes_card)
        currency = self._settings.currency
        payment = Payment(exchange, command, amount_minor, currency, observer, self._may_print)
        try:
            result = payment.run(self._take_back)
        except Refused as problem:
            self._session.note_refusal(problem)
            raise
        self._session.note_result(result.code)
        if takes_card:
            self._session.note_steps(exchange.heard_step)
            self._note_numbers(result)
        if payment.end_lost or result.code == NOT_LOGGED_ON:
            self._session.let_go()  # and registers anew before the next command
        return result

    def _may_print(self) -> bool:
        return self.can_print()

    def _take_back(self, result: CardResult) -> bool:
        """Whether the terminal confirmed that it reversed the payment."""
        log.warning("zvt.taking_back", receipt_no=result.receipt_no)
        amount_minor, s = result.amount_minor, self._settings
        if not checks.can_be_reversed(result) or amount_minor is None:
            return False
        command = commands.reverse(s.password, result, amount_minor, s.currency)
        try:
            self._session.until_not_busy(READY_LIMIT_S)
            exchange = self._session.exchange()
            reversal = Payment(exchange, command, amount_minor, s.currency, Silent()).run(
                lambda _: False
            )
        except DeviceError as problem:
            log.warning("zvt.not_taken_back", code=problem.code)
            return False
        return reversal.outcome is Outcome.APPROVED
