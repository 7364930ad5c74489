"""One transaction that moves money, from command to explicit result. Never sends its command twice.

An approval is handed to the observer before the terminal is acknowledged (PA00P015 2.2.8: that
acknowledgement is the commit point). A refusal is handed over only at the end, because a terminal may
ask for the PIN again and then approve.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from device_drivers.card_terminals.interface import (
    CardResult,
    CardStep,
    Observer,
    Outcome,
    StepKind,
)
from device_drivers.card_terminals.zvt import apdu as kinds
from device_drivers.card_terminals.zvt import fields, texts
from device_drivers.card_terminals.zvt.answers import aborted, card_result
from device_drivers.card_terminals.zvt.apdu import YES, Apdu, no
from device_drivers.card_terminals.zvt.exchange import Ending, Exchange, Handlers
from device_drivers.errors import DeviceError, NotReachable, OutcomeUnknown, Refused

log = structlog.get_logger(__name__)

REVERSE_PLEASE = 0x66  # answered to a status information: not delivered, reverse it (2.2.9)
NOT_RECORDED = "not_recorded"


@dataclass(frozen=True)
class Silent:
    """An observer of transactions that nobody watches."""

    def on_step(self, step: CardStep) -> None:
        pass

    def before_acknowledge(self, result: CardResult) -> bool:
        return True


class Payment:
    """``command`` moves ``amount_minor`` of ``currency``; None: whatever the terminal says. Use once."""

    def __init__(
        self,
        exchange: Exchange,
        command: Apdu,
        amount_minor: int | None,
        currency: str,
        observer: Observer,
        can_print: Callable[[], bool] = lambda: True,
    ) -> None:
        self._exchange, self._command, self._observer = exchange, command, observer
        self._amount_minor, self._currency = amount_minor, currency
        self._can_print = can_print
        self._approved: CardResult | None = None  # recorded and acknowledged
        self._refused: CardResult | None = None
        self._not_recorded: CardResult | None = None
        self._doubt = ""  # why no end can be believed
        self.end_lost = False  # the connection cannot be used any more

    def run(self, reverse: Callable[[CardResult], bool]) -> CardResult:
        """``reverse`` takes back an approval that could not be recorded and says whether it did.

        Raises NotReachable if the command was never sent, Refused if it was refused before anything
        could be taken, and OutcomeUnknown for every other end without an explicit result.
        """
        handlers = Handlers(
            self._on_step, self._on_result, self._on_end, self._can_print, self._on_silence
        )
        try:
            ending = self._exchange.run(self._command, handlers, may_repeat=False)
        except Refused:
            raise
        except DeviceError as problem:
            if not self._exchange.sent:
                raise NotReachable(problem.detail, problem.code) from problem
            return self._without_end(problem)
        return self._with_end(ending, reverse)

    def _on_step(self, code: int, shown: str) -> None:
        self._observer.on_step(texts.step(code, shown))

    def _on_silence(self) -> None:
        self._observer.on_step(CardStep(StepKind.SILENT, ""))

    def _on_result(self, apdu: Apdu) -> Apdu:
        read = self._exchange.read(apdu)
        result = card_result(read)
        if read.problem:
            log.warning("zvt.result_not_read_whole", problem=read.problem)
        if result is None:
            self._doubt = f"a result that cannot be read: {read.problem or 'no result code'}"
            return YES
        if result.outcome is not Outcome.APPROVED:
            self._refused = result
            return YES
        if self._approved is not None:
            if not _same(result, self._approved):
                self._doubt = "two different approvals"
            return YES
        if self._not_recorded is not None:
            return no(REVERSE_PLEASE)
        return self._on_approval(result, read)

    def _on_approval(self, result: CardResult, read: fields.Fields) -> Apdu:
        self._refused = None  # a wrong PIN before
        wrong = self._mismatch(result, bool(read.problem))
        if wrong:
            self._doubt = wrong
            return YES
        if self._observer.before_acknowledge(result):
            self._approved = result
            return YES
        self._not_recorded = result
        return no(REVERSE_PLEASE)

    def _mismatch(self, result: CardResult, damaged: bool) -> str:
        amount, currency = result.amount_minor, result.currency
        if self._amount_minor is None:
            return ""
        if amount is None and damaged:
            return "an approval whose amount cannot be read"
        if amount not in (None, self._amount_minor) or currency not in (None, self._currency):
            asked = f"{self._amount_minor} {self._currency}"
            return f"the terminal approved {amount} {currency} instead of {asked}"
        return ""

    def _on_end(self, apdu: Apdu) -> None:
        """Records an end without approval before the terminal is acknowledged."""
        if self._approved or self._not_recorded or self._doubt:
            return
        refusal = self._refusal(apdu)
        if refusal is not None:
            self._observer.before_acknowledge(refusal)

    def _refusal(self, apdu: Apdu) -> CardResult | None:
        if self._refused is not None:
            return self._refused
        return aborted(apdu.data) if apdu.command == kinds.ABORT else None

    def _with_end(self, ending: Ending, reverse: Callable[[CardResult], bool]) -> CardResult:
        if self._not_recorded is not None:
            return self._taken_back(self._not_recorded, ending, reverse)
        if self._doubt:
            raise OutcomeUnknown(self._doubt, "zvt.doubtful_result")
        if self._approved is not None:
            if not ending.completed or self._refused is not None:
                raise OutcomeUnknown("the terminal approved, then refused", "zvt.contradiction")
            return _with_receipts(self._approved, ending)
        refusal = self._refusal(ending.apdu)
        if refusal is None:
            raise OutcomeUnknown("the terminal ended without a result", "zvt.no_result")
        return _with_receipts(refusal, ending)

    def _without_end(self, problem: DeviceError) -> CardResult:
        if self._doubt:
            raise OutcomeUnknown(self._doubt, "zvt.doubtful_result") from problem
        if self._approved is not None and self._refused is None:
            # Recorded and acknowledged: it stands, even if the terminal's end is lost (2.2.8).
            log.warning("zvt.end_lost", detail=problem.detail)
            self.end_lost = True
            return self._approved
        raise OutcomeUnknown(f"{problem.code}: {problem.detail}", problem.code) from problem

    def _taken_back(
        self, result: CardResult, ending: Ending, reverse: Callable[[CardResult], bool]
    ) -> CardResult:
        said_so = not ending.completed or self._refused is not None
        if not said_so and not reverse(result):
            detail = f"receipt {result.receipt_no}: not recorded, and the reversal is not confirmed"
            raise OutcomeUnknown(detail, "zvt.not_reversed")
        return replace(
            result, outcome=Outcome.DECLINED, code=NOT_RECORDED, message=texts.NOT_RECORDED
        )


def _with_receipts(result: CardResult, ending: Ending) -> CardResult:
    receipts = ending.receipts
    return replace(result, receipt_lines=receipts.customer, merchant_lines=receipts.merchant)


def _same(one: CardResult, other: CardResult) -> bool:
    return (one.receipt_no, one.trace_no, one.amount_minor) == (
        other.receipt_no,
        other.trace_no,
        other.amount_minor,
    )
