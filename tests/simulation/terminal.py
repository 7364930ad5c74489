"""A card terminal and its bank: the truth about card money. To the kiosk it speaks as a driver.

The terminal is a machine of its own: when the kiosk dies in the middle it goes on, may ask the bank, and
then keeps or reverses what was not acknowledged, as it pleases.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from device_drivers.card_terminals import last_transaction as memory
from device_drivers.card_terminals.interface import (
    TAKEN_BACK,
    CardRequest,
    CardResult,
    CardStep,
    LastKnown,
    Observer,
    Outcome,
    StepKind,
    TerminalSnapshot,
)
from device_drivers.errors import NotReachable, OutcomeUnknown, Timeout
from device_drivers.status import DeviceStatus
from tests.simulation.faults import Faults
from tests.simulation.scheduler import Scheduler
from tests.simulation.threads import Event

CARD_FOR_S = 40.0  # without a card the terminal gives up after that
SILENCE_S = 60.0  # without a word for so long, the driver gives up
ACKNOWLEDGED_WITHIN_S = 5.0


@dataclass
class Transaction:
    """What the bank knows: ``taken`` unless it went back. ``told_no``: how the memory of the terminal
    names it that was asked, the first, second, ... at its place."""

    receipt_no: int
    amount_minor: int
    taken: bool = True
    told_no: int = 0
    payment_id: str = ""
    terminal: int = 0


@dataclass
class _Call:
    """One authorisation between driver and terminal."""

    request: CardRequest
    terminal: int
    news: Event = field(default_factory=Event)
    said: list[CardStep | CardResult] = field(default_factory=list)
    acknowledgement: Event = field(default_factory=Event)
    recorded: bool = False
    failed: str = ""
    ended: bool = False

    def says(self, what: CardStep | CardResult | None = None) -> None:
        if what is not None:
            self.said.append(what)
        self.news.set()


class SimulatedTerminal:
    """``wish`` is what the resident does with the card: approve, decline, nothing. ``asked`` hears that
    somebody is about to be asked for a card, ``acknowledged`` that the kiosk is about to acknowledge an
    approval as recorded."""

    def __init__(
        self,
        scheduler: Scheduler,
        faults: Faults,
        first_no: int,
        asked: Callable[[CardRequest], None],
        acknowledged: Callable[[CardRequest], None],
    ) -> None:
        self._is_asked, self._is_acknowledged = asked, acknowledged
        self._scheduler, self._faults = scheduler, faults
        self._next, self._aborted, self._busy = first_no, False, False
        self.wish, self.simulated = "approve", True
        self.transactions: list[Transaction] = []
        self._terminal = 0  # how often it was replaced by one that has taken nothing yet

    def replaced(self) -> None:
        """The old one goes on with whatever it was asked, somewhere in a cupboard."""
        self._terminal += 1
        self._busy = False

    def took(self, payment_id: str) -> bool:
        """By the bank's list of the day."""
        return any(t.taken and t.payment_id == payment_id for t in self.transactions)

    def open(self) -> None:
        self._scheduler.sleep(0.3)
        if self._busy:
            raise NotReachable("busy with a customer")

    def snapshot(self) -> TerminalSnapshot:
        return memory.snapshot(self._last_transaction())

    def lookup(self, request: CardRequest, before: LastKnown | None) -> CardResult | None:
        return memory.lookup(request, before, self._last_transaction())

    def _last_transaction(self) -> CardResult | None:
        self._scheduler.sleep(0.4)
        if self._busy:
            raise Timeout("busy with a customer")
        own = [t for t in self.transactions if t.terminal == self._terminal]
        if not own:
            return None
        last = own[-1]
        outcome = Outcome.APPROVED if last.taken else Outcome.CANCELLED
        return self._result(last, outcome, last.told_no or last.receipt_no)

    def authorise(self, request: CardRequest, observer: Observer) -> CardResult:
        if self._busy:
            raise NotReachable("busy with a customer")
        self._is_asked(request)
        self._aborted, self._busy = False, True
        call = _Call(request, self._terminal)
        self._scheduler.spawn(lambda: self._serves(call), self._scheduler.world, "terminal")
        result: CardResult | None = None
        while True:
            call.news.clear()
            if not call.said and not call.ended and not call.news.wait(SILENCE_S):
                raise OutcomeUnknown("silence", "zvt.silence")
            for word in call.said:
                if isinstance(word, CardStep):
                    observer.on_step(word)
                    continue
                result = word
                call.recorded = observer.before_acknowledge(word)
                if call.recorded and word.outcome is Outcome.APPROVED:
                    self._is_acknowledged(request)
                call.acknowledgement.set()
            call.said.clear()
            if call.ended:
                return self._ending(call, result)

    def _ending(self, call: _Call, result: CardResult | None) -> CardResult:
        if call.failed or result is None:
            raise OutcomeUnknown(call.failed or "no result", "zvt.not_reversed")
        if result.outcome is Outcome.APPROVED and not call.recorded:
            return self._result(self.transactions[-1], Outcome.DECLINED, 0)
        return result

    def _serves(self, call: _Call) -> None:
        try:
            self._serve(call)
        finally:
            self._busy = self._busy and call.terminal != self._terminal

    def _serve(self, call: _Call) -> None:
        call.says(CardStep(StepKind.PRESENT_CARD, "0A"))
        refused = self._card_comes()
        if self._faults.strikes("terminal_silent"):
            return
        if refused is not None:
            call.ended = True
            call.says(refused)
            return
        call.says(CardStep(StepKind.ASKING_BANK, "0E"))
        self._scheduler.sleep(self._scheduler.random.uniform(0.5, 3.0))
        taken = Transaction(self._next, call.request.amount_minor)
        taken.payment_id, taken.terminal = call.request.payment_id, call.terminal
        self._next += 1
        self.transactions.append(taken)
        if self._faults.strikes("terminal_wrong_receipt_number"):
            taken.told_no = self._next
            self._next += 1
        if self._faults.strikes("terminal_completion_lost"):
            taken.taken = not self._faults.strikes("terminal_reverses_unasked")
            return
        call.says(self._result(taken, Outcome.APPROVED, taken.receipt_no))
        if not call.acknowledgement.wait(ACKNOWLEDGED_WITHIN_S):
            taken.taken = not self._faults.strikes("terminal_reverses_unasked")
            return
        self._scheduler.sleep(0.2)
        if not call.recorded:
            self._takes_back(taken, call)
        elif self._faults.strikes("terminal_acknowledgement_lost"):
            taken.taken = False
        if call.recorded and self._faults.strikes("terminal_silent_in_the_end"):
            return
        call.ended = True
        call.says()

    def _takes_back(self, taken: Transaction, call: _Call) -> None:
        if self._faults.strikes("terminal_refuses_reversal"):
            call.failed = "not recorded, and the reversal is not confirmed"
        else:
            taken.taken = False

    def _card_comes(self) -> CardResult | None:
        waited, takes = 0.0, self._scheduler.random.uniform(1.0, 6.0)
        while waited < CARD_FOR_S and not self._aborted:
            self._scheduler.sleep(0.5)
            waited += 0.5
            if self.wish == "decline" and waited >= takes:
                return CardResult(Outcome.DECLINED, "05")
            if self.wish == "approve" and waited >= takes:
                return None
        return CardResult(Outcome.CANCELLED, "6C")

    def _result(self, of: Transaction, outcome: Outcome, number: int) -> CardResult:
        return CardResult(
            outcome,
            "00" if outcome is Outcome.APPROVED else TAKEN_BACK,
            amount_minor=of.amount_minor,
            currency="CNY",
            receipt_no=f"{number:04d}",
            trace_no=f"{of.receipt_no + 40000:06d}",
            terminal_id="52523535",
            masked_pan="559883******8074",
        )

    def abort(self) -> None:
        self._aborted = True

    def reverse(self, receipt_no: str, amount_minor: int, currency: str) -> CardResult:
        raise OutcomeUnknown("nobody asks for reversals but the driver itself")

    def status(self) -> DeviceStatus:
        return DeviceStatus("simulated", simulated=self.simulated)

    def probe(self) -> DeviceStatus:
        return self.status()

    def close(self) -> None:
        pass
