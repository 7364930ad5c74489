"""A payment of one minor unit by staff that tries the card terminal, and is taken back at once.

It is money like any other: each step is a note in the journal before it is done, and one whose end is
not known is looked up and taken back before the next card payment. It never names a bill or a unit, so
nothing is booked for it. What the terminal does not give back is said until a later trial ends well.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

import structlog
import uuid6

from contract.message import Message
from contract.messages import CardData, EntryKind
from device_drivers.card_terminals.interface import (
    CANNOT_REVERSE,
    TAKEN_BACK,
    CardRequest,
    CardResult,
    CardStep,
    CardTerminal,
    LastKnown,
    Outcome,
    ReversalRequest,
)
from device_drivers.card_terminals.last_transaction import (
    ANOTHER_TERMINAL,
    FORGOTTEN,
    NEXO_FORGOTTEN,
    OTHER_AMOUNT,
)
from device_drivers.card_terminals.zvt.session import NO_DETAILS
from device_drivers.errors import DeviceError, NotReachable, Refused
from kiosk.journal.journal import Journal, JournalUnavailable
from kiosk.recovery.inquiry import card_data

log = structlog.get_logger("trial_payment")

AMOUNT_MINOR = 1
NOTE = "test_payment"
NOT_CLEAR = "card_terminal.test_payment_open"
# By none of these answers will a later one tell more; a trial that waited would keep residents waiting.
_NEVER_DECIDED = (ANOTHER_TERMINAL, OTHER_AMOUNT, FORGOTTEN, NEXO_FORGOTTEN, NO_DETAILS)


class TrialState(StrEnum):
    ASKED = "asked"  # the terminal is about to be asked for money
    TAKEN = "taken"
    TAKING_BACK = "taking_back"  # the terminal is about to be asked for the reversal
    RETURNED = "returned"
    NOT_TAKEN = "not_taken"
    NOT_RETURNED = "not_returned"  # the terminal keeps it, or will never tell: staff must see to it

    @property
    def final(self) -> bool:
        return self in (TrialState.RETURNED, TrialState.NOT_TAKEN, TrialState.NOT_RETURNED)


class Trial(Message):
    """One trial as it now stands; the body of a journal note. ``amount_minor`` of ``currency``."""

    what: str = NOTE
    trial_id: str
    state: TrialState
    amount_minor: int
    currency: str
    submitted_at: datetime
    before: CardData | None = None
    card: CardData | None = None
    reversal_id: str = ""
    reason: str = ""  # stable code: why it was not taken or not given back

    def request(self, age: timedelta | None) -> CardRequest:
        return CardRequest(self.trial_id, self.amount_minor, self.currency, age)

    @property
    def known_before(self) -> LastKnown | None:
        b = self.before
        return LastKnown(b.receipt_no, b.trace_no, b.terminal_id) if b else None


class _Steps(Protocol):
    def __call__(self, step: CardStep) -> None: ...


class TrialPayments:
    """One at a time, on the thread that has the terminal. ``Trial.state.final`` is False for one whose
    end is not known yet: ``finish`` asks again. Raises JournalUnavailable when made."""

    def __init__(
        self,
        journal: Journal,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: str(uuid6.uuid7()),
    ) -> None:
        self._journal, self._now, self._new_id = journal, now, new_id
        self._asked = ("", 0.0)  # trial's id, and when by the monotonic clock
        body = journal.last_note(NOTE)
        self.last = Trial.model_validate(body) if body else None  # the newest that is on disk

    @property
    def open(self) -> bool:
        """Whether the terminal may hold money of a trial and has to be asked."""
        last = self.last
        return last is not None and not last.state.final

    @property
    def not_returned(self) -> bool:
        last = self.last
        return last is not None and last.state is TrialState.NOT_RETURNED

    def run(
        self, terminal: CardTerminal, currency: str, on_step: _Steps = lambda step: None
    ) -> Trial:
        """Pays and takes back. Raises DeviceError or JournalUnavailable when nothing was asked for."""
        if not self.finish(terminal):
            raise DeviceError("an earlier test payment is not clear", NOT_CLEAR)
        known = terminal.snapshot().known
        if any(one.code == CANNOT_REVERSE for one in terminal.status().conditions):
            raise DeviceError("it cannot take a payment back", CANNOT_REVERSE)
        before = CardData(**vars(known)) if known else None
        trial = Trial(
            trial_id=self._new_id(),
            state=TrialState.ASKED,
            amount_minor=AMOUNT_MINOR,
            currency=currency,
            submitted_at=self._now(),
            before=before,
        )
        self._append(trial)
        self._asked = (trial.trial_id, time.monotonic())
        try:
            result = terminal.authorise(trial.request(timedelta()), _Observer(self, trial, on_step))
        except (Refused, NotReachable) as error:
            return self._now_is(trial, TrialState.NOT_TAKEN, reason=error.code)
        except DeviceError as error:
            log.warning("test_payment_without_answer", code=error.code)
            return self._resolve(terminal, trial)
        if result.outcome is not Outcome.APPROVED:
            return self._now_is(trial, TrialState.NOT_TAKEN, reason=result.code)
        return self._take_back(terminal, trial, result)

    def finish(self, terminal: CardTerminal) -> bool:
        """Takes a trial that was interrupted to its end; whether there is none open any more."""
        last = self.last
        if last is None or last.state.final:
            return True
        return self._resolve(terminal, last).state.final

    def taken(self, trial: Trial, result: CardResult) -> bool:
        """Whether the result is on disk, so that the terminal may be acknowledged."""
        if result.outcome is not Outcome.APPROVED:
            return True
        trial = trial.model_copy(update={"state": TrialState.TAKEN, "card": card_data(result)})
        return self._write(trial)

    def _lookup(self, terminal: CardTerminal, trial: Trial) -> CardResult | None:
        """Raises DeviceError. How old a trial of an earlier process is, nobody knows for sure."""
        trial_id, asked = self._asked
        age = timedelta(seconds=time.monotonic() - asked) if trial_id == trial.trial_id else None
        return terminal.lookup(trial.request(age), trial.known_before)

    def _resolve(self, terminal: CardTerminal, trial: Trial) -> Trial:
        try:
            found = self._lookup(terminal, trial)
        except DeviceError as error:
            if error.code in _NEVER_DECIDED:
                return self._now_is(trial, TrialState.NOT_RETURNED, reason=error.code)
            return trial
        if found is None:
            return self._now_is(trial, TrialState.NOT_TAKEN, reason="terminal_has_none")
        if found.outcome is Outcome.CANCELLED and found.code == TAKEN_BACK:
            return self._now_is(trial, TrialState.RETURNED, card=card_data(found))
        if found.outcome is not Outcome.APPROVED:
            return self._now_is(trial, TrialState.NOT_TAKEN, reason=found.code)
        return self._take_back(terminal, trial, found)

    def _take_back(self, terminal: CardTerminal, trial: Trial, result: CardResult) -> Trial:
        """The terminal said just now that the money is taken, so a reversal is due, whether one was
        asked for before or not."""
        trial = self._now_is(
            trial, TrialState.TAKING_BACK, card=card_data(result), reversal_id=self._new_id()
        )
        request = ReversalRequest(trial.reversal_id, result, trial.amount_minor, trial.currency)
        try:
            answer = terminal.reverse(request)
        except NotReachable:
            return trial
        except Refused as error:
            return self._look_again(terminal, trial, error.code)
        except DeviceError as error:
            return self._look_again(terminal, trial, error.code, may_come=True)
        if answer.outcome is Outcome.APPROVED:
            return self._now_is(trial, TrialState.RETURNED)
        return self._look_again(terminal, trial, answer.code)

    def _look_again(
        self, terminal: CardTerminal, trial: Trial, why: str, *, may_come: bool = False
    ) -> Trial:
        """The reversal was refused, or its answer is missing: the terminal says what is true."""
        try:
            found = self._lookup(terminal, trial)
        except DeviceError as error:
            if error.code in _NEVER_DECIDED:
                return self._now_is(trial, TrialState.NOT_RETURNED, reason=why)
            return trial
        if found is None or found.outcome is not Outcome.APPROVED:
            return self._now_is(trial, TrialState.RETURNED)
        return trial if may_come else self._now_is(trial, TrialState.NOT_RETURNED, reason=why)

    def _now_is(self, trial: Trial, state: TrialState, **changes: object) -> Trial:
        """What is known, written down. A journal that fails here stops nobody from giving money back:
        the note that is on disk says that the end has to be asked for."""
        changed = trial.model_copy(update={"state": state, **changes})
        if not self._write(changed) and state.final:
            return trial
        return changed

    def _write(self, trial: Trial) -> bool:
        try:
            self._append(trial)
        except JournalUnavailable as error:
            log.error("test_payment_not_recorded", state=trial.state.value, error=str(error))
            return False
        return True

    def _append(self, trial: Trial) -> None:
        self._journal.append(EntryKind.NOTE, trial.model_dump(mode="json"))
        self.last = trial


class _Observer:
    def __init__(self, trials: TrialPayments, trial: Trial, on_step: _Steps) -> None:
        self._trials, self._trial, self.on_step = trials, trial, on_step

    def before_acknowledge(self, result: CardResult) -> bool:
        return self._trials.taken(self._trial, result)
