"""One payment, from request to explicit result. Its request is never sent twice.

The protocol has no acknowledgement by us: when the terminal answers, the money has moved. A result is
handed to the observer first; what cannot be recorded is reversed. Without an answer the terminal is asked
what became of it (docs.adyen.com, Verify transaction status). One that shows nothing of a payment in its
first seconds, and does not say that it goes on when asked, is asked to stop; that alone ends no payment.
"""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog

from device_drivers.card_terminals.interface import (
    CardRequest,
    CardResult,
    CardStep,
    Observer,
    Outcome,
    StepKind,
)
from device_drivers.card_terminals.nexo import answers, messages, texts
from device_drivers.card_terminals.nexo.talk import Talk, fresh, now
from device_drivers.errors import (
    DeviceError,
    NotReachable,
    OutcomeUnknown,
    ProtocolError,
    Refused,
)

log = structlog.get_logger(__name__)

ABORT_AGAIN_S, ABORTS_MAX = 3.0, 40  # an abort that comes before its payment is not heard
ALIVE_S = 5.0  # what a terminal without a word has for saying that the payment goes on,
STOPS_S = 5.0  # for answering the payment once it was asked to stop,
TELLS_S = 10.0  # and for telling what became of it
NOT_RECORDED = "not_recorded"
NOT_ASKED = "not_asked"


class Payment:
    """Use once. ``abort`` may come from another thread at any time."""

    def __init__(self, talk: Talk, request: CardRequest, observer: Observer) -> None:
        self._talk, self._request, self._observer = talk, request, observer
        self._message = messages.payment(
            request.payment_id, request.amount_minor, request.currency, now()
        )
        self._wanted_abort, self._sent, self._ended = (threading.Event() for _ in range(3))
        self._heard, self._silent = threading.Event(), threading.Event()

    def abort(self) -> None:
        if not self._wanted_abort.is_set():
            self._wanted_abort.set()
            threading.Thread(target=self._send_aborts, name="nexo_abort", daemon=True).start()

    def seen(self, service_id: str, event: str) -> None:
        """The terminal tells how a payment goes on; shown if it is this one, and it runs."""
        step = texts.EVENTS.get(event)
        running = self._sent.is_set() and not self._ended.is_set()
        if step and running and service_id == self._message.service_id:
            self._heard.set()
            self._observer.on_step(step)

    def run(self) -> CardResult:
        """Raises NotReachable if it was never sent, Refused if the terminal did not begin it, and
        OutcomeUnknown for every other end without an explicit result."""
        if self._wanted_abort.is_set():
            return CardResult(Outcome.CANCELLED, NOT_ASKED, texts.NOT_ASKED)
        try:
            return self._recorded(self._result())
        finally:
            self._ended.set()

    def _result(self) -> CardResult:
        s = self._talk.settings
        try:
            body = self._talk.ask(self._message, s.payment_s, self._on_sent)
            self._doubt(answers.response(body))
            return answers.payment_result(body, s.poi_id)
        except (NotReachable, Refused):
            raise
        except DeviceError as problem:
            log.warning("nexo.no_answer", code=problem.code, detail=problem.detail)
            if not self._silent.is_set():
                self._observer.on_step(texts.ASKING)
            return self._looked_up(problem)

    def _doubt(self, said: answers.Response) -> None:
        """Of an answer that came directly. Busy: another transaction runs, unless it is this very one.
        Not allowed may mean that the terminal heard this request before: what it did then counts."""
        ours = self._message.service_id in said.more.values()
        if said.condition == answers.NOT_ALLOWED or (said.condition == answers.BUSY and ours):
            raise ProtocolError(said.detail, "nexo.asked_before")
        if said.condition == answers.BUSY:
            raise Refused(said.detail, "nexo.busy")

    def _looked_up(self, problem: DeviceError) -> CardResult:
        try:
            patience_s = TELLS_S if self._silent.is_set() else None
            body = self._talk.what_became(self._message.reference, patience_s)
            if body is None:
                return not_begun(self._talk.settings.poi_id)
            return answers.payment_result(body, self._talk.settings.poi_id)
        except DeviceError as doubt:
            raise OutcomeUnknown(f"{problem.code}, then {doubt.detail}", doubt.code) from doubt

    def _recorded(self, result: CardResult) -> CardResult:
        if result.outcome is not Outcome.APPROVED:
            self._observer.before_acknowledge(result)
            return result
        wrong = mismatch(result, self._request)
        if wrong:
            raise OutcomeUnknown(wrong, "nexo.doubtful_result")
        if self._observer.before_acknowledge(result):
            return result
        return self._taken_back(result)

    def _taken_back(self, result: CardResult) -> CardResult:
        log.warning("nexo.taking_back", receipt_no=result.receipt_no)
        try:
            reversed_ = reverse(self._talk, result)
        except DeviceError as problem:
            detail = f"{result.receipt_no}: not recorded, and the reversal is not confirmed"
            raise OutcomeUnknown(detail, "nexo.not_reversed") from problem
        if reversed_.outcome is not Outcome.APPROVED:
            detail = f"{result.receipt_no}: not recorded, and not reversed: {reversed_.code}"
            raise OutcomeUnknown(detail, "nexo.not_reversed")
        return replace(
            result, outcome=Outcome.DECLINED, code=NOT_RECORDED, message=texts.NOT_RECORDED
        )

    def _on_sent(self, give_up: Callable[[], None]) -> None:
        self._sent.set()
        self._observer.on_step(texts.PRESENT_CARD)
        if self._talk.settings.first_word_s:
            watch = threading.Thread(
                target=self._watch, args=(give_up,), name="nexo_first_word", daemon=True
            )
            watch.start()

    def _watch(self, give_up: Callable[[], None]) -> None:
        """Without a notification (they may not be set up) the terminal is asked whether the payment
        goes on. The wish to stop decides nothing: the answer or the look-up does."""
        if self._ended.wait(self._talk.settings.first_word_s) or self._heard.is_set():
            return
        if self._talk.goes_on(self._message.reference, ALIVE_S):
            return
        if self._ended.is_set() or self._heard.is_set() or self._wanted_abort.is_set():
            return
        log.warning("nexo.no_first_word")
        self._silent.set()
        self._observer.on_step(CardStep(StepKind.SILENT, ""))
        self.abort()
        if not self._ended.wait(STOPS_S):
            give_up()

    def _send_aborts(self) -> None:
        sale_id = self._talk.settings.sale_id
        for _ in range(ABORTS_MAX):
            if self._ended.is_set():
                return
            if self._sent.is_set():
                if not self._silent.is_set():
                    self._observer.on_step(texts.CANCELLING)
                with contextlib.suppress(DeviceError):
                    self._talk.ask(messages.abort(self._message.reference, sale_id, fresh()))
            self._ended.wait(ABORT_AGAIN_S if self._sent.is_set() else 0.05)


def not_begun(poi_id: str) -> CardResult:
    return CardResult(Outcome.CANCELLED, answers.NOT_FOUND, texts.NOT_ASKED, terminal_id=poi_id)


def mismatch(result: CardResult, request: CardRequest) -> str:
    """Why an approval is not the one that was asked for; empty if it is."""
    got, asked = (result.amount_minor, result.currency), (request.amount_minor, request.currency)
    if got == asked:
        return ""
    return f"the terminal approved {got[0]} {got[1]} instead of {asked[0]} {asked[1]}"


def reverse(talk: Talk, paid: CardResult) -> CardResult:
    """APPROVED: the terminal accepted the reversal; the provider carries it out later and may still
    refuse, which only its reports tell.

    Raises NotReachable if nothing was sent or nothing begun, Refused for a result that cannot be
    reversed, OutcomeUnknown otherwise.
    """
    transaction, stamp = answers.transaction_of(paid)
    if not transaction:
        raise Refused("a payment without the terminal's name for it", "nexo.no_reference")
    message = messages.reversal(transaction, stamp, now())
    poi_id = talk.settings.poi_id
    try:
        return answers.reversal_result(talk.ask(message), poi_id)
    except NotReachable:
        raise
    except DeviceError as problem:
        log.warning("nexo.no_answer", code=problem.code, detail=problem.detail)
    try:
        body: Any = talk.what_became(message.reference)
        if body is not None:
            return answers.reversal_result(body, poi_id)
    except DeviceError as doubt:
        raise OutcomeUnknown(doubt.detail, doubt.code) from doubt
    raise NotReachable("the reversal never arrived", "nexo.reversal_lost")
