"""A nexo terminal against the simulator: how it is, and how a payment is broken off."""

import threading
from dataclasses import replace

import pytest

from device_drivers.card_terminals.interface import (
    Outcome,
    StepKind,
)
from device_drivers.card_terminals.nexo.payment import NOT_ASKED
from device_drivers.errors import (
    DeviceError,
    NotReachable,
    OutcomeUnknown,
    ProtocolError,
    Refused,
    Timeout,
)
from device_drivers.status import Level
from tests.device_drivers.card_terminals.nexo.world import Observed, request
from tests.device_drivers.waiting import wait_until

# --- abort and close -----------------------------------------------------------------------------


def paying(driver, asked, observer):
    ended = []

    def run():
        try:
            ended.append(driver.authorise(asked, observer))
        except DeviceError as problem:
            ended.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, ended


def test_an_abort_ends_a_payment_that_waits_for_a_card(world, device):
    world.configure(wait_for_card=True)
    asked, observer = request(), Observed()
    thread, ended = paying(device, asked, observer)
    wait_until(lambda: world.told["display"] == "present_card")
    device.abort()
    thread.join(15)
    assert (ended[0].outcome, ended[0].code) == (Outcome.CANCELLED, "Aborted")
    assert StepKind.CANCELLING in observer.steps
    assert world.state_of(asked) == []


def test_an_abort_that_comes_too_late_does_not_hide_the_approval(world, device):
    asked = request()
    world.configure(wait_for_card=True, step_delay_s=0.5)
    thread, ended = paying(device, asked, Observed())
    wait_until(lambda: world.told["display"] == "present_card")
    world.press("card")
    wait_until(lambda: world.state_of(asked) == ["approved"])
    device.abort()
    thread.join(15)
    assert ended[0].outcome is Outcome.APPROVED


def test_an_abort_before_anything_was_sent_sends_nothing(world, device):
    """The payment waits for its turn while a look-up runs."""
    world.configure(late_s=1.5)
    world.next("late")
    first, asked = request(), request()
    other = world.driver()
    running, _ = paying(other, first, Observed())
    wait_until(lambda: world.told["in_progress"])
    looking = threading.Thread(target=lambda: device.lookup(first, None))
    looking.start()
    thread, ended = paying(device, asked, Observed())
    wait_until(lambda: device._payment is not None)
    device.abort()
    for one in (thread, looking, running):
        one.join(15)
    assert (ended[0].outcome, ended[0].code) == (Outcome.CANCELLED, NOT_ASKED)
    assert world.state_of(asked) == []
    other.close()


def test_closing_ends_a_payment_as_unknown_and_it_is_found_later(world):
    driver, asked = world.driver(), request()
    driver.open()
    world.configure(wait_for_card=True)
    thread, ended = paying(driver, asked, Observed())
    wait_until(lambda: world.told["display"] == "present_card")
    driver.close()
    thread.join(10)
    assert isinstance(ended[0], OutcomeUnknown)
    world.press("card")
    wait_until(lambda: world.state_of(asked) == ["approved"])
    driver.open()
    assert driver.lookup(asked, None).outcome is Outcome.APPROVED
    driver.close()


# --- how it is -----------------------------------------------------------------------------------


def test_a_terminal_that_is_well_says_so_and_that_it_is_simulated(world, device):
    status = device.probe()
    assert (status.level, status.driver, status.simulated) == (Level.OK, "nexo", True)
    assert "SIM1" in status.model


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"host_reachable": False}, "card_terminal.host_unreachable"),
        ({"global_status": "Maintenance"}, "card_terminal.maintenance"),
        ({"global_status": "Busy"}, "card_terminal.busy"),
        ({"global_status": "OnFire"}, "card_terminal.out_of_order"),
        ({"unsent": 3}, "card_terminal.unsent_payments"),
    ],
)
def test_each_trouble_of_the_terminal_has_a_name_and_a_remedy(world, device, settings, code):
    world.configure(**settings)
    (condition,) = device.probe().conditions
    assert condition.code == code
    for words in (condition.staff, condition.remedy):
        assert words["zh"]
        assert words["en"]


def test_a_terminal_that_is_gone_was_not_asked_for_money(world):
    driver = world.driver(port=1)
    with pytest.raises(NotReachable):
        driver.open()
    with pytest.raises(NotReachable):
        driver.authorise(request(), Observed())
    assert driver.probe().conditions[0].code == "card_terminal.not_reachable"
    driver.close()


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"poi_id": "SIM1-000000002"}, "card_terminal.certificate"),
        ({"environment": "live"}, "card_terminal.certificate"),
        ({"fingerprint": "00" * 32}, "card_terminal.certificate"),
        ({"key_identifier": "another"}, "card_terminal.shared_key"),
        ({"passphrase_file": "/nowhere/passphrase"}, "card_terminal.passphrase_file"),
    ],
)
def test_a_terminal_that_is_not_ours_is_not_paid_at(world, settings, code):
    driver = world.driver(**settings)
    asked = request()
    with pytest.raises(NotReachable):
        driver.authorise(asked, Observed())
    assert driver.probe().conditions[0].code == code
    assert world.state_of(asked) == []
    driver.close()


def test_a_fingerprint_alone_is_proof_enough(world):
    driver = world.driver(ca_file="", fingerprint=world.ready["fingerprint"])
    assert driver.authorise(request(), Observed()).outcome is Outcome.APPROVED
    driver.close()


def test_another_currency_or_amount_is_not_asked_for(device):
    for wrong in (replace(request(), currency="EUR"), replace(request(), amount_minor=0)):
        with pytest.raises(Refused):
            device.authorise(wrong, Observed())


def test_a_wrong_passphrase_is_told_as_such(world, tmp_path):
    wrong = tmp_path / "passphrase"
    wrong.write_text("not the one")
    driver = world.driver(passphrase_file=str(wrong))
    with pytest.raises((ProtocolError, Timeout)):
        driver.open()
    assert driver.status().conditions[0].code == "card_terminal.shared_key"
    assert "not the one" not in repr(driver._settings)
    driver.close()
