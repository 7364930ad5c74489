"""A test payment is taken back, or somebody is told: whatever fails at whatever step."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from contract.messages import CardData, Method, PaymentState
from device_drivers.card_terminals.interface import (
    CANNOT_REVERSE,
    TAKEN_BACK,
    CardResult,
    LastKnown,
    Outcome,
    TerminalSnapshot,
)
from device_drivers.card_terminals.last_transaction import OTHER_AMOUNT
from device_drivers.errors import (
    DeviceError,
    NotReachable,
    OutcomeUnknown,
    ProtocolError,
    Refused,
)
from device_drivers.status import Condition, DeviceStatus, Level
from kiosk.journal.journal import Journal, JournalUnavailable
from kiosk.recovery.test_payment import NOT_CLEAR, TrialPayments, TrialState
from kiosk.runtime.card_desk import CardDesk
from kiosk.ui.gallery.samples import record

APPROVED = CardResult(Outcome.APPROVED, "00", amount_minor=1, receipt_no="0042", trace_no="000042")
DECLINED = CardResult(Outcome.DECLINED, "6C")


class PowerCut(BaseException):
    pass


@dataclass
class Terminal:
    """Holds at most one trial; ``faults`` are raised once each, before or after the deed."""

    faults: dict[str, Exception | None] = field(default_factory=dict)
    answer: CardResult = APPROVED
    held: CardResult | None = None  # what the terminal has for the trial
    reversals: int = 0
    authorised: int = 0
    conditions: tuple[Condition, ...] = ()

    def _may_fail(self, where: str) -> None:
        fault = self.faults.pop(where, None)
        if fault:
            raise fault

    def open(self) -> None: ...

    def status(self) -> DeviceStatus:
        return DeviceStatus("fake", conditions=self.conditions)

    def snapshot(self) -> TerminalSnapshot:
        return TerminalSnapshot(LastKnown("0041", "000041", "T1"))

    def authorise(self, request, observer) -> CardResult:
        self.authorised += 1
        self._may_fail("before taking")
        if self.answer.outcome is Outcome.APPROVED:
            self.held = self.answer
        self._may_fail("after taking")
        if not observer.before_acknowledge(self.answer) and self.held:
            self.held = replace(APPROVED, outcome=Outcome.CANCELLED, code=TAKEN_BACK)
            return replace(APPROVED, outcome=Outcome.CANCELLED, code="not_recorded")
        return self.answer

    def lookup(self, request, before) -> CardResult | None:
        self._may_fail("lookup")
        assert before == LastKnown("0041", "000041", "T1")
        return self.held

    def reverse(self, request) -> CardResult:
        self._may_fail("before giving back")
        assert request.payment.receipt_no == "0042"
        self.reversals += 1
        self.held = replace(APPROVED, outcome=Outcome.CANCELLED, code=TAKEN_BACK)
        self._may_fail("after giving back")
        return APPROVED

    @property
    def keeps_money(self) -> bool:
        return self.held is not None and self.held.outcome is Outcome.APPROVED


def journal_in(folder) -> Journal:
    return Journal(folder / "journal.sqlite3", lambda: datetime.now(UTC))


@pytest.fixture
def journal(tmp_path):
    made = journal_in(tmp_path)
    yield made
    made.close()


def states(journal: Journal) -> list[str]:
    notes = [e.body for e in journal.after(0, 100) if e.body.get("what") == "test_payment"]
    return [note["state"] for note in notes]


def test_each_step_is_in_the_journal_before_it_is_done(journal):
    terminal = Terminal()
    trial = TrialPayments(journal).run(terminal, "CNY")
    assert trial.state is TrialState.RETURNED
    assert not terminal.keeps_money
    assert states(journal) == ["asked", "taken", "taking_back", "returned"]


def test_a_refused_card_is_no_doubt(journal):
    trial = TrialPayments(journal).run(Terminal(answer=DECLINED), "CNY")
    assert (trial.state, trial.reason) == (TrialState.NOT_TAKEN, "6C")


@pytest.mark.parametrize(
    ("faults", "state"),
    [
        ({"before taking": Refused("busy")}, TrialState.NOT_TAKEN),
        ({"before taking": NotReachable("off")}, TrialState.NOT_TAKEN),
        ({"before taking": OutcomeUnknown("silent")}, TrialState.NOT_TAKEN),
        ({"after taking": OutcomeUnknown("silent")}, TrialState.RETURNED),
        ({"after giving back": OutcomeUnknown("silent")}, TrialState.RETURNED),
    ],
)
def test_silence_is_looked_up(journal, faults, state):
    terminal = Terminal(faults)
    trial = TrialPayments(journal).run(terminal, "CNY")
    assert trial.state is state
    assert not terminal.keeps_money
    assert not TrialPayments(journal).open


@pytest.mark.parametrize(
    "faults",
    [
        {"after taking": OutcomeUnknown("silent"), "lookup": NotReachable("off")},
        {"before giving back": NotReachable("off")},
        {"before giving back": OutcomeUnknown("silent")},
        {"after giving back": OutcomeUnknown("silent"), "lookup": NotReachable("off")},
    ],
)
def test_what_is_not_known_stays_open_until_it_is(journal, faults):
    terminal = Terminal(faults)
    trials = TrialPayments(journal)
    trial = trials.run(terminal, "CNY")
    assert not trial.state.final
    assert trials.open
    assert TrialPayments(journal).finish(terminal)
    assert not terminal.keeps_money
    assert states(journal)[-1] == "returned"
    assert terminal.reversals == 1


def test_a_terminal_that_keeps_the_money_is_said_until_a_later_trial_ends_well(journal):
    trials = TrialPayments(journal)
    trial = trials.run(Terminal({"before giving back": Refused("no right", "6A")}), "CNY")
    assert (trial.state, trial.reason) == (TrialState.NOT_RETURNED, "6A")
    assert trials.not_returned
    assert trial.card.receipt_no == "0042"
    trials.run(Terminal(), "CNY")
    assert not trials.not_returned


def test_a_terminal_that_will_never_tell_is_left_to_staff(journal):
    faults = {"after taking": OutcomeUnknown("silent"), "lookup": ProtocolError("9", OTHER_AMOUNT)}
    trial = TrialPayments(journal).run(Terminal(faults), "CNY")
    assert (trial.state, trial.reason) == (TrialState.NOT_RETURNED, OTHER_AMOUNT)


@pytest.mark.parametrize("fails", ["after taking", "before giving back"])
def test_a_terminal_that_tells_nothing_of_the_past_does_not_keep_residents_waiting(journal, fails):
    """Else the trial stays open for good, and with it no card payment can begin."""
    problem = Refused("no", "6A") if fails == "before giving back" else OutcomeUnknown("silent")
    terminal = Terminal({fails: problem, "lookup": ProtocolError("06 20", "zvt.no_details")})
    trials = TrialPayments(journal)
    assert trials.run(terminal, "CNY").state is TrialState.NOT_RETURNED
    assert trials.finish(terminal)
    assert trials.not_returned


def test_what_cannot_be_taken_back_is_not_tried(journal):
    words = {"zh": "无", "en": "none"}
    terminal = Terminal(conditions=(Condition(Level.WARNING, CANNOT_REVERSE, words, words),))
    with pytest.raises(DeviceError) as caught:
        TrialPayments(journal).run(terminal, "CNY")
    assert caught.value.code == CANNOT_REVERSE
    assert terminal.authorised == 0
    assert states(journal) == []


@pytest.mark.parametrize("after_writes", [1, 2, 3, 4])
@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_power_cut_at_any_write_loses_no_sight_of_it(tmp_path, after_writes, cut):
    terminal, journal = Terminal(), journal_in(tmp_path)
    append, written = journal.append, 0

    def dying(kind, body):
        nonlocal written
        written += 1
        if written == after_writes and cut == "before":
            raise PowerCut
        sequence = append(kind, body)
        if written == after_writes:
            raise PowerCut
        return sequence

    journal.append = dying
    with pytest.raises(PowerCut):
        TrialPayments(journal).run(terminal, "CNY")
    journal.close()
    again = journal_in(tmp_path)
    assert TrialPayments(again).finish(terminal)
    assert not terminal.keeps_money
    assert terminal.authorised == (0 if after_writes == 1 else 1)
    again.close()


def test_a_journal_that_fills_up_meanwhile_stops_no_reversal(journal):
    terminal, append, written = Terminal(), journal.append, 0

    def full(kind, body):
        nonlocal written
        written += 1
        if written > 2:
            raise JournalUnavailable("full")
        return append(kind, body)

    journal.append = full
    trial = TrialPayments(journal).run(terminal, "CNY")
    assert not terminal.keeps_money
    assert not trial.state.final, "what is not written down is not claimed"
    journal.append = append
    assert TrialPayments(journal).finish(terminal)
    assert states(journal)[-1] == "returned"


def test_a_trial_that_cannot_be_recorded_is_not_acknowledged(journal):
    terminal, append = Terminal(), journal.append

    def full_after_asking(kind, body):
        if body["state"] != "asked":
            raise JournalUnavailable("full")
        return append(kind, body)

    journal.append = full_after_asking
    TrialPayments(journal).run(terminal, "CNY")
    assert not terminal.keeps_money


def test_no_card_is_offered_while_a_trial_is_open(journal):
    faults = {"after taking": OutcomeUnknown("silent"), "lookup": NotReachable("off")}
    terminal, trials = Terminal(faults), TrialPayments(journal)
    trials.run(terminal, "CNY")
    desk = CardDesk(terminal, lambda event: None, lambda event, s: True, trials)
    terminal.faults["lookup"] = NotReachable("off")
    with pytest.raises(DeviceError) as error:
        desk.snapshot()
    assert error.value.code == NOT_CLEAR
    assert desk.snapshot() == TerminalSnapshot(LastKnown("0041", "000041", "T1"))
    assert not terminal.keeps_money


def test_a_real_payment_is_never_taken_for_the_trial_that_came_after_it(journal):
    """The terminal says that its newest transaction went back: that is the trial, not the payment."""
    paid = record(Method.CARD, PaymentState.APPROVED, card=CardData(receipt_no="0041"))
    journal.append_payment(paid)
    assert journal.last_card_paid() == paid
    TrialPayments(journal).run(Terminal(), "CNY")
    assert journal.last_card_paid() is None
