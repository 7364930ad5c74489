"""Payments as a kiosk makes them, over real sockets, with everything that can go wrong on the way."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from device_drivers.card_terminals.interface import (
    TAKEN_BACK,
    LastKnown,
    Outcome,
    ReversalRequest,
    StepKind,
    TerminalSnapshot,
)
from device_drivers.card_terminals.last_transaction import (
    ANOTHER_TERMINAL,
    NEXO_FORGOTTEN,
    OTHER_AMOUNT,
)
from device_drivers.card_terminals.nexo.payment import NOT_RECORDED
from device_drivers.errors import (
    DeviceError,
    OutcomeUnknown,
    ProtocolError,
    Refused,
)
from tests.device_drivers.card_terminals.nexo.world import AMOUNT_MINOR, Observed, request
from tests.device_drivers.waiting import wait_until


def test_a_payment_is_approved_recorded_and_told_whole(world, device):
    asked, observer = request(), Observed()
    result = device.authorise(asked, observer)
    assert (result.outcome, result.amount_minor, result.currency) == (
        Outcome.APPROVED,
        AMOUNT_MINOR,
        "CNY",
    )
    assert (result.masked_pan, result.card_name) == ("559883****8074", "Mastercard")
    assert result.terminal_id == world.ready["poi_id"]
    assert (result.receipt_no[:3], result.trace_no[:3]) == ("SIM", "PSP")
    assert result.authorisation_code.startswith("75")
    assert "Total  632.08 CNY" in result.receipt_lines
    assert observer.steps == [StepKind.PRESENT_CARD]
    assert observer.results == [result]
    assert world.state_of(asked) == ["approved"]


def test_a_repeated_command_is_answered_and_charges_once(world, device):
    asked = request()
    first, again = device.authorise(asked, Observed()), Observed()
    assert device.authorise(asked, again) == first
    assert (again.steps, again.results) == ([], []), "the terminal was not asked again"
    assert world.state_of(asked) == ["approved"]


def test_a_second_process_cannot_charge_the_same_payment_again(world, device):
    """The terminal itself refuses a name that it heard before; what it knows stands."""
    asked = request()
    device.authorise(asked, Observed())
    again = world.driver()
    assert again.authorise(asked, Observed()).outcome is Outcome.APPROVED, "as it was"
    assert world.state_of(asked) == ["approved"]
    again.close()


@pytest.mark.parametrize(
    ("behaviour", "outcome", "code", "words"),
    [
        ("decline", Outcome.DECLINED, "Refusal", "没有批准"),
        ("wrong_pin", Outcome.DECLINED, "WrongPIN", "密码不正确"),
        ("invalid_card", Outcome.DECLINED, "InvalidCard", "换一张卡"),
        ("restricted", Outcome.DECLINED, "PaymentRestriction", "换一张卡"),
        ("card_left_inside", Outcome.DECLINED, "InsertedCard", "取出"),
        ("host_unreachable", Outcome.DECLINED, "UnreachableHost", "没有扣款"),
        ("device_out", Outcome.DECLINED, "DeviceOut", "换一种付款方式"),
        ("abort_by_resident", Outcome.CANCELLED, "Cancel", "没有扣款"),
        ("timeout", Outcome.CANCELLED, "Cancel", "没有扣款"),
    ],
)
def test_each_refusal_is_told_in_words(world, device, behaviour, outcome, code, words):
    world.next(behaviour)
    asked, observer = request(), Observed()
    result = device.authorise(asked, observer)
    assert (result.outcome, result.code) == (outcome, code)
    assert words in result.message["zh"]
    assert result.message["en"]
    assert observer.results == [result], "a refusal is recorded too"
    assert "approved" not in world.state_of(asked)
    assert device.lookup(asked, None).outcome is outcome


def test_a_busy_terminal_did_not_begin(world, device):
    world.next("busy")
    asked = request()
    with pytest.raises(Refused) as refused:
        device.authorise(asked, Observed())
    assert refused.value.code == "nexo.busy"
    again = device.authorise(asked, Observed())
    assert (again.outcome, again.code) == (Outcome.DECLINED, "Busy"), "its name is used up"
    assert world.state_of(asked) == []


@pytest.mark.parametrize(
    "behaviour",
    [
        *("answer_lost", "garbage", "bad_hmac", "clear", "other_message", "server_error"),
        *("late", "reboot_after_approve"),
    ],
)
def test_an_approval_whose_answer_is_lost_is_found_and_charged_once(world, device, behaviour):
    world.next(behaviour)
    asked, observer = request(), Observed()
    driver = world.driver(payment_timeout_s=0.4) if behaviour == "late" else device
    result = driver.authorise(asked, observer)
    assert (result.outcome, result.amount_minor) == (Outcome.APPROVED, AMOUNT_MINOR)
    assert observer.results == [result]
    assert world.state_of(asked) == ["approved"]


def test_silence_after_the_bank_is_asked_about_after_the_limit(world):
    driver = world.driver(payment_timeout_s=0.4)
    world.next("silent_after_approve")
    asked = request()
    assert driver.authorise(asked, Observed()).outcome is Outcome.APPROVED
    assert world.state_of(asked) == ["approved"]
    driver.close()


@pytest.mark.parametrize("behaviour", ["silent", "reboot"])
def test_a_payment_that_the_terminal_does_not_know_was_not_begun(world, behaviour):
    driver = world.driver(payment_timeout_s=0.4)
    world.next(behaviour)
    asked, observer = request(), Observed()
    result = driver.authorise(asked, observer)
    assert (result.outcome, result.code) == (Outcome.CANCELLED, "NotFound")
    assert observer.results == [result]
    assert world.state_of(asked) == []
    driver.close()


def test_a_terminal_that_does_not_say_in_time_leaves_it_unknown(world):
    driver = world.driver(payment_timeout_s=0.3, status_limit_s=0.3, not_found_s=0.05)
    world.configure(late_s=2.0)
    world.next("late")
    asked = request()
    with pytest.raises(OutcomeUnknown):
        driver.authorise(asked, Observed())
    with pytest.raises(OutcomeUnknown):
        driver.authorise(asked, Observed())  # a repeat is answered, not carried out
    wait_until(lambda: world.state_of(asked) == ["approved"])
    patient = world.driver()
    assert patient.lookup(asked, None).outcome is Outcome.APPROVED
    assert world.state_of(asked) == ["approved"]
    driver.close()
    patient.close()


@pytest.mark.parametrize("behaviour", ["wrong_amount", "partial"])
def test_another_amount_is_believed_by_nobody(world, device, behaviour):
    world.next(behaviour)
    asked, observer = request(), Observed()
    with pytest.raises(OutcomeUnknown):
        device.authorise(asked, observer)
    assert observer.results == []
    with pytest.raises(ProtocolError) as doubt:
        device.lookup(asked, None)
    assert doubt.value.code in (OTHER_AMOUNT, "nexo.partial")


def test_what_cannot_be_recorded_is_taken_back(world, device):
    asked = request()
    result = device.authorise(asked, Observed(records=False))
    assert (result.outcome, result.code) == (Outcome.DECLINED, NOT_RECORDED)
    assert world.state_of(asked) == ["reversed"]


def test_what_can_be_neither_recorded_nor_taken_back_is_unknown(world, device):
    world.configure(refuse_reversals=True)
    asked = request()
    with pytest.raises(OutcomeUnknown):
        device.authorise(asked, Observed(records=False))
    assert world.state_of(asked) == ["approved"]


def test_after_a_restart_a_payment_taken_back_is_not_taken_for_paid(world, device):
    """The kiosk died after the reversal and before it could write that down."""
    asked = request()
    device.authorise(asked, Observed(records=False))
    anew = world.driver()
    found = anew.lookup(asked, None)
    assert (found.outcome, found.code) == (Outcome.CANCELLED, TAKEN_BACK)
    anew.close()


def test_a_payment_is_reversed_once(world, device):
    asked = request()
    paid = device.authorise(asked, Observed())
    reversal = ReversalRequest("r-1", paid, AMOUNT_MINOR, "CNY")
    assert device.reverse(reversal).outcome is Outcome.APPROVED
    assert world.state_of(asked) == ["reversed"]
    assert device.reverse(reversal).outcome is Outcome.APPROVED
    with pytest.raises(Refused):
        device.reverse(replace(reversal, reversal_id="r-2", amount_minor=100))
    anew = world.driver()
    assert anew.reverse(replace(reversal, reversal_id="r-3")).outcome is Outcome.DECLINED
    anew.close()


# --- look-up -------------------------------------------------------------------------------------


def test_an_unknown_payment_took_nothing_if_it_is_young_enough(world, device):
    young = request(age=timedelta(hours=1))
    assert device.lookup(young, device.snapshot().known) is None
    for old in (request(age=timedelta(days=3)), request(age=None)):
        with pytest.raises(ProtocolError) as doubt:
            device.lookup(old, device.snapshot().known)
        assert doubt.value.code == NEXO_FORGOTTEN


def test_another_terminal_says_nothing_about_a_payment(world, device):
    assert device.snapshot() == TerminalSnapshot(LastKnown(terminal_id=world.ready["poi_id"]))
    with pytest.raises(ProtocolError) as doubt:
        device.lookup(request(), LastKnown(terminal_id="SIM1-999999999"))
    assert doubt.value.code == ANOTHER_TERMINAL


def test_not_found_is_believed_only_when_it_is_still_so_later(world):
    """A request that is still on its way when the terminal is asked for the first time."""
    driver = world.driver(not_found_s=1.5, status_limit_s=10.0)
    other, asked = world.driver(), request()
    found = []
    asking = threading.Thread(target=lambda: found.append(driver.lookup(asked, None)))
    asking.start()
    other.authorise(asked, Observed())
    asking.join(20)
    assert found[0].outcome is Outcome.APPROVED
    driver.close()
    other.close()


def test_a_look_up_waits_for_a_payment_that_still_runs(world, device):
    world.configure(late_s=1.0)
    world.next("late")
    asked, ended = request(), []
    other = world.driver()
    paying = threading.Thread(target=lambda: ended.append(other.authorise(asked, Observed())))
    paying.start()
    wait_until(lambda: world.told["in_progress"])
    assert device.lookup(asked, None).outcome is Outcome.APPROVED
    paying.join(10)
    other.close()


def test_a_terminal_that_is_gone_decides_nothing(world):
    driver = world.driver(port=1, status_limit_s=0.2, not_found_s=0.05)
    with pytest.raises(DeviceError):
        driver.lookup(request(), None)
    driver.close()
