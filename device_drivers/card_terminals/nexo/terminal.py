"""A card terminal that speaks the Terminal API, as the kiosk knows it. Never repeats a payment.

Never run on a real terminal yet: built from the public documentation and Adyen's open libraries, tried
against our own simulator only. It logs in to nothing: a LoginRequest serves the counting of totals by
shift, which the kiosk does not use.
"""

import contextlib
import threading

import structlog

from device_drivers.card_terminals.interface import (
    CardRequest,
    CardResult,
    LastKnown,
    Observer,
    ReversalRequest,
    TerminalSnapshot,
)
from device_drivers.card_terminals.nexo import messages, payment, status, texts
from device_drivers.card_terminals.nexo.crypto import Sealer
from device_drivers.card_terminals.nexo.displays import Displays
from device_drivers.card_terminals.nexo.lookup import lookup
from device_drivers.card_terminals.nexo.payment import Payment
from device_drivers.card_terminals.nexo.settings import NexoSettings
from device_drivers.card_terminals.nexo.talk import Talk, fresh
from device_drivers.command_memory import CommandMemory
from device_drivers.deadlines import Deadlines
from device_drivers.errors import DeviceError, NotReachable, Refused
from device_drivers.status import Condition, DeviceStatus

log = structlog.get_logger(__name__)

CLOSING_LIMIT_S = 5.0


class NexoTerminal:
    """See ``interface.CardTerminal``. Calls from several threads take turns; ``abort``, ``status`` and
    ``close`` do not wait for a running one."""

    def __init__(self, settings: NexoSettings) -> None:
        self._settings = settings
        self._talk = Talk(settings)
        self._turn = threading.Lock()
        self._payment: Payment | None = None
        self._answered: CommandMemory[CardResult] = CommandMemory()
        self._health = status.Health()
        self._trouble: Condition | None = None
        self._displays: Displays | None = None
        self._no_displays: tuple[Condition, ...] = ()

    @property
    def deadlines(self) -> Deadlines:
        talk = self._talk
        asked = talk.call_s_max + self._settings.payment_s + talk.inquiry_s_max
        return Deadlines(
            open_s=talk.call_s_max,
            probe_s=talk.call_s_max,
            close_s=CLOSING_LIMIT_S + 1,
            command_s=talk.call_s_max + asked + talk.call_s_max + talk.inquiry_s_max,
        )

    def open(self) -> None:
        """Asks the terminal how it is; there is no connection to keep.

        Raises NotReachable, Timeout, ProtocolError.
        """
        with self._turn:
            self._listen(self._talk.get_ready())
            self._diagnose(host_too=False)

    def _listen(self, sealer: Sealer) -> None:
        """Payments do not depend on it, so it only warns."""
        told = self._settings.displays
        if told is None or self._displays is not None:
            return
        displays = Displays(told, sealer, self._settings.poi_id, self._seen)
        try:
            displays.start()
        except OSError as problem:
            log.warning("nexo.no_notifications", port=told.port, error=str(problem))
            self._no_displays = (texts.NO_DISPLAYS,)
        else:
            self._displays, self._no_displays = displays, ()

    def _seen(self, service_id: str, event: str) -> None:
        running = self._payment
        if running is not None:
            running.seen(service_id, event)

    def close(self) -> None:
        """A running payment ends as OutcomeUnknown."""
        self._talk.link.stop()
        displays, self._displays = self._displays, None
        if displays is not None:
            displays.stop()
        if self._turn.acquire(timeout=CLOSING_LIMIT_S):
            self._turn.release()

    def status(self) -> DeviceStatus:
        return status.reported(self._health, self._trouble, self._no_displays)

    def probe(self) -> DeviceStatus:
        """Never raises: what is wrong is among the conditions."""
        if self._turn.acquire(blocking=False):
            try:
                with contextlib.suppress(DeviceError):
                    self._diagnose(host_too=True)
            finally:
                self._turn.release()
        return self.status()

    def _diagnose(self, host_too: bool) -> None:
        s = self._settings
        try:
            body = self._talk.ask(messages.diagnosis(host_too, fresh()))
            self._health = status.health(body, s.poi_id)
        except DeviceError as problem:
            self._trouble = status.trouble(problem)
            raise
        self._trouble = None

    # -- money -----------------------------------------------------------------------------------

    def snapshot(self) -> TerminalSnapshot:
        """Payments are found by their name, so only which terminal it is must be kept. A terminal of
        this family takes nothing back unasked."""
        return TerminalSnapshot(LastKnown(terminal_id=self._settings.poi_id))

    def lookup(self, request: CardRequest, before: LastKnown | None) -> CardResult | None:
        with self._turn:
            return lookup(self._talk, request, before)

    def authorise(self, request: CardRequest, observer: Observer) -> CardResult:
        """PaymentRequest. Raises as the interface says."""
        self._check(request.amount_minor, request.currency)
        return self._answered.once(
            request.payment_id, request, lambda: self._pay(Payment(self._talk, request, observer))
        )

    def abort(self) -> None:
        """AbortRequest; only the payment's own answer tells how it ended."""
        running = self._payment
        if running is not None:
            running.abort()

    def reverse(self, request: ReversalRequest) -> CardResult:
        """ReversalRequest for the whole payment. Raises as ``authorise`` does."""
        self._check(request.amount_minor, request.currency)
        if request.amount_minor != request.payment.amount_minor:
            raise Refused("only the whole payment can be taken back", "nexo.partial_reversal")
        return self._answered.once(request.reversal_id, request, lambda: self._reverse(request))

    def _pay(self, running: Payment) -> CardResult:
        self._payment = running
        try:
            with self._turn:
                self._find_out()
                return running.run()
        finally:
            self._payment = None

    def _reverse(self, request: ReversalRequest) -> CardResult:
        with self._turn:
            self._find_out()
            return payment.reverse(self._talk, request.payment)

    def _find_out(self) -> None:
        """That the terminal does not answer is found out before money is asked for.

        Raises NotReachable for whatever goes wrong, as nothing was asked yet.
        """
        try:
            self._diagnose(host_too=False)
        except NotReachable:
            raise
        except DeviceError as problem:
            raise NotReachable(problem.detail, problem.code) from problem

    def _check(self, amount_minor: int, currency: str) -> None:
        ours = self._settings.currency
        if currency != ours:
            raise Refused(f"the terminal is set to {ours}, not {currency}", "nexo.currency")
        if not 0 < amount_minor < 10**10:
            raise Refused(f"{amount_minor} is no amount to ask for", "nexo.amount")
