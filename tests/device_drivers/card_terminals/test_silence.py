"""A terminal that takes the command and shows nothing: it is asked to stop, and nothing is made up."""

import pytest

from device_drivers.card_terminals.interface import CardRequest, Outcome, StepKind
from device_drivers.card_terminals.zvt import ZvtTerminal
from device_drivers.card_terminals.zvt.exchange import NO_FIRST_WORD
from device_drivers.errors import OutcomeUnknown
from tests.device_drivers.card_terminals.scripted import APPROVED_12_34, YES, Observed, Script
from tests.device_drivers.card_terminals.test_bare_terminals import used

ABORT = "06b000"
STOPPED = "061e016c"
STEP, DONE = "04ff010a", "060f00"
SOON = {"first_word_s": 0.3, "t4_s": 20.0}


def pays(observer: Observed, payment_id: str = "p-1"):
    return lambda device: device.authorise(CardRequest(payment_id, 1234, "CNY"), observer)


def begun(pt: Script) -> None:
    pt.registration()
    pt.state_asked()
    pt.authorisation()


def test_one_that_answers_the_abort_has_taken_nothing():
    def script(pt: Script) -> None:
        begun(pt)
        pt.expect(ABORT)
        pt.say(YES, STOPPED)

    observer = Observed()
    result = used(script, pays(observer), **SOON)
    assert result.outcome is Outcome.CANCELLED
    assert [step.kind for step in observer.steps] == [StepKind.SILENT]


def test_one_that_says_nothing_at_all_leaves_the_outcome_open(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("device_drivers.card_terminals.zvt.exchange.STOPS_S", 0.5)

    def script(pt: Script) -> None:
        begun(pt)
        pt.expect(ABORT)
        pt.wait(1.5)

    def unknown(device: ZvtTerminal) -> str:
        with pytest.raises(OutcomeUnknown) as caught:
            pays(observer)(device)
        return caught.value.code

    observer = Observed()
    assert used(script, unknown, **SOON) == NO_FIRST_WORD
    assert observer.results == []


def test_one_that_approves_behind_the_abort_is_believed():
    """The card was in, the steps were lost: what it says is what counts."""

    def script(pt: Script) -> None:
        begun(pt)
        pt.expect(ABORT)
        pt.say("840200", APPROVED_12_34, DONE)

    result = used(script, pays(Observed()), **SOON)
    assert result.outcome is Outcome.APPROVED


def test_one_that_spoke_has_its_usual_time():
    def script(pt: Script) -> None:
        begun(pt)
        pt.say(STEP)
        pt.wait(0.8)
        pt.say(APPROVED_12_34, DONE)

    assert used(script, pays(Observed()), **SOON).outcome is Outcome.APPROVED


def test_one_that_shows_no_steps_is_not_hurried_a_second_time():
    """Some tell nothing before the result; that they ended in order shows that they live."""

    def script(pt: Script) -> None:
        begun(pt)
        pt.expect(ABORT)
        pt.say(YES, STOPPED)
        pt.state_asked()
        pt.authorisation()
        pt.wait(0.8)
        pt.say(APPROVED_12_34, DONE)

    def twice(device: ZvtTerminal):
        first = pays(Observed(), "p-1")(device)
        return first.outcome, pays(Observed(), "p-2")(device).outcome

    assert used(script, twice, **SOON) == (Outcome.CANCELLED, Outcome.APPROVED)


def test_without_a_limit_it_is_waited_for():
    def script(pt: Script) -> None:
        begun(pt)
        pt.wait(0.8)
        pt.say(APPROVED_12_34, DONE)

    result = used(script, pays(Observed()), first_word_s=0, t4_s=20.0)
    assert result.outcome is Outcome.APPROVED
