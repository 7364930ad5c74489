"""A terminal that takes a payment and shows nothing of it is asked to stop, and nothing is made up."""

import threading
import time

import pytest

from device_drivers.card_terminals.interface import Outcome, StepKind
from device_drivers.card_terminals.nexo import payment
from device_drivers.card_terminals.nexo.talk import Talk
from device_drivers.errors import OutcomeUnknown
from tests.device_drivers.card_terminals.nexo.test_abort_and_state import paying
from tests.device_drivers.card_terminals.nexo.world import Observed, request
from tests.device_drivers.waiting import wait_until

SOON = {"first_word_s": 0.3, "payment_timeout_s": 60.0}


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(payment, "STOPS_S", 0.3)


def test_one_that_knows_nothing_of_it_when_asked_has_taken_nothing(world):
    world.next("silent")
    driver, asked, observer = world.driver(**SOON), request(), Observed()
    begun = time.monotonic()
    result = driver.authorise(asked, observer)
    assert result.outcome is Outcome.CANCELLED
    assert observer.steps == [StepKind.PRESENT_CARD, StepKind.SILENT]
    assert time.monotonic() - begun < 30, "long before the payment's own time-out"
    assert world.state_of(asked) == []
    driver.close()


def test_one_that_approved_without_a_word_is_believed(world):
    world.next("silent_after_approve")
    driver, asked, observer = world.driver(**SOON), request(), Observed()
    assert driver.authorise(asked, observer).outcome is Outcome.APPROVED
    assert world.state_of(asked) == ["approved"]
    driver.close()


def test_one_that_is_not_reached_any_more_leaves_the_outcome_open(world, monkeypatch):
    def unheard(self, of, limit_s=None):
        return "nexo.timeout", None

    world.next("silent")
    driver, observer = world.driver(**SOON, status_limit_s=0.3), Observed()
    monkeypatch.setattr(Talk, "_ask_once", unheard)
    with pytest.raises(OutcomeUnknown):
        driver.authorise(request(), observer)
    assert StepKind.SILENT in observer.steps
    assert observer.results == []
    driver.close()


def test_one_that_waits_for_a_card_says_so_when_asked_and_is_not_hurried(world):
    world.configure(wait_for_card=True)
    driver, asked, observer = world.driver(**SOON), request(), Observed()
    asked_alive = threading.Event()
    goes_on = Talk.goes_on

    def told(self, *arguments):
        said = goes_on(self, *arguments)
        asked_alive.set()
        return said

    Talk.goes_on = told
    try:
        thread, ended = paying(driver, asked, observer)
        assert asked_alive.wait(20)
    finally:
        Talk.goes_on = goes_on
    wait_until(lambda: world.told["display"] == "present_card")
    world.press("card")
    thread.join(20)
    assert ended[0].outcome is Outcome.APPROVED
    assert StepKind.SILENT not in observer.steps
    driver.close()
