"""The driver against the simulated terminal, over real TCP and a real pseudo terminal."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from device_drivers.card_terminals.interface import (
    CardRequest,
    Outcome,
    ReversalRequest,
    StepKind,
)
from device_drivers.card_terminals.last_transaction import untold
from device_drivers.card_terminals.zvt import ZvtTerminal
from device_drivers.errors import NotReachable, OutcomeUnknown, ProtocolError, Refused
from device_drivers.status import Level
from tests.device_drivers.card_terminals.scripted import Observed
from tests.device_drivers.card_terminals.simulated import Simulator, simulator
from tests.device_drivers.waiting import wait_until

pytestmark = pytest.mark.slow
REQUEST = CardRequest("p-1", 4200, "CNY")
WAYS = ("tcp", "serial")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulator(tmp_path_factory.mktemp("terminal")) as started:
        yield started


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Simulator]:
    with simulator(tmp_path) as started:
        yield started


@pytest.fixture(autouse=True)
def usual(world: Simulator) -> None:
    world.configure(step_delay_s=0.02, wait_for_card=False, bare_repeat=False)


@pytest.fixture(params=WAYS)
def device(world: Simulator, request: pytest.FixtureRequest) -> Iterator[ZvtTerminal]:
    terminal = world.driver(request.param)
    terminal.open()
    yield terminal
    terminal.close()


def newest(world: Simulator) -> str:
    return world.states[-1]


def test_a_payment_is_approved(world: Simulator, device: ZvtTerminal) -> None:
    observer = Observed()
    result = device.authorise(REQUEST, observer)
    assert (result.outcome, result.code) == (Outcome.APPROVED, "00")
    assert (result.amount_minor, result.currency) == (4200, "CNY")
    assert result.masked_pan == "559883******8074"
    assert result.receipt_lines[0] == "LobbyPay SIMULATOR"
    assert [line for line in result.receipt_lines if line.startswith("Amount")] == [
        "Amount  42.00 CNY"
    ]
    assert len(observer.results) == 1
    kinds = [step.kind for step in observer.steps]
    assert kinds[0] is StepKind.PRESENT_CARD
    assert {StepKind.ENTER_PIN, StepKind.ASKING_BANK, StepKind.REMOVE_CARD} <= set(kinds)
    assert newest(world) == "approved"

    last = device.last_transaction()
    assert last is not None
    assert (last.outcome, last.receipt_no) == (Outcome.APPROVED, result.receipt_no)


def test_a_repeated_payment_is_answered_and_not_charged_again(
    world: Simulator, device: ZvtTerminal
) -> None:
    observer = Observed()
    first = device.authorise(REQUEST, observer)
    charged = len(world.states)
    assert device.authorise(REQUEST, observer) == first
    with pytest.raises(Refused):
        device.authorise(replace(REQUEST, amount_minor=4300), observer)
    assert len(world.states) == charged
    assert len(observer.results) == 1


def test_a_payment_is_declined(world: Simulator, device: ZvtTerminal) -> None:
    world.next("decline")
    result = device.authorise(REQUEST, Observed())
    assert (result.outcome, result.code) == (Outcome.DECLINED, "05")
    assert newest(world) == "declined"
    last = device.last_transaction()
    assert last is not None
    assert last.outcome is Outcome.DECLINED


@pytest.mark.parametrize("behaviour", ["abort_by_resident", "timeout"])
def test_the_resident_stops(world: Simulator, device: ZvtTerminal, behaviour: str) -> None:
    before = world.states
    world.next(behaviour)
    assert device.authorise(REQUEST, Observed()).outcome is Outcome.CANCELLED
    assert world.states == before


def test_the_kiosk_stops(world: Simulator, device: ZvtTerminal) -> None:
    world.configure(wait_for_card=True)
    before = world.states
    asked = threading.Event()

    class Stopping(Observed):
        def on_step(self, step: Any) -> None:
            super().on_step(step)
            asked.set()

    threading.Thread(target=lambda: (asked.wait(20), device.abort())).start()
    result = device.authorise(REQUEST, Stopping())
    assert result.outcome is Outcome.CANCELLED
    assert world.states == before


def test_the_card_comes_after_a_while(world: Simulator, device: ZvtTerminal) -> None:
    world.configure(wait_for_card=True)
    threading.Timer(0.5, world.press, ["card"]).start()
    assert device.authorise(REQUEST, Observed()).outcome is Outcome.APPROVED


def test_a_lost_completion_keeps_the_approval(world: Simulator) -> None:
    for way in WAYS:
        device = world.driver(way, t4_s=1.5)
        device.open()
        world.next("lose_completion")
        assert device.authorise(REQUEST, Observed()).outcome is Outcome.APPROVED
        assert newest(world) == "approved"
        assert device.authorise(REQUEST, Observed()).outcome is Outcome.APPROVED
        device.close()


def test_a_dropped_line_is_unknown_and_then_found_approved(world: Simulator) -> None:
    device = world.driver("tcp")
    device.open()
    before = device.last_transaction()
    world.next("drop_connection")
    observer = Observed()
    with pytest.raises(OutcomeUnknown):
        device.authorise(REQUEST, observer)
    assert observer.results == []
    last = device.last_transaction()
    assert last is not None
    assert (last.outcome, last.amount_minor) == (Outcome.APPROVED, 4200)
    assert before is None or last.receipt_no != before.receipt_no
    device.close()


def test_a_dropped_line_before_the_acknowledgement_is_found_reversed(world: Simulator) -> None:
    device = world.driver("tcp")
    device.open()
    world.next("drop_before_ack")
    result: Outcome | None = None
    with contextlib.suppress(OutcomeUnknown):
        result = device.authorise(REQUEST, Observed()).outcome
    assert wait_until(lambda: newest(world) == "reversed"), "it takes back what nobody acknowledged"
    assert result in (None, Outcome.APPROVED)
    last = device.last_transaction()
    assert last is not None
    assert (last.outcome, last.code) == (Outcome.CANCELLED, "reversed")
    device.close()


@pytest.mark.parametrize("way", WAYS)
def test_silence_without_a_payment_is_resolved_after_a_restart(fresh: Simulator, way: str) -> None:
    device = fresh.driver(way, t4_s=1.5)
    device.open()
    fresh.next("silent")
    with pytest.raises(OutcomeUnknown):
        device.authorise(REQUEST, Observed())
    threading.Timer(1.0, fresh.press, ["stop"]).start()
    assert device.last_transaction() is None
    device.close()


@pytest.mark.parametrize("way", WAYS)
def test_silence_after_the_approval_is_resolved_after_a_restart(fresh: Simulator, way: str) -> None:
    device = fresh.driver(way, t4_s=1.5)
    device.open()
    assert device.last_transaction() is None
    fresh.next("silent_after_approve")
    with pytest.raises(OutcomeUnknown):
        device.authorise(REQUEST, Observed())
    device.close()

    again = fresh.driver(way, busy_limit_s=30)
    threading.Timer(1.0, fresh.press, ["stop"]).start()  # the terminal's payment ends meanwhile
    again.open()
    last = again.last_transaction()
    assert last is not None
    assert (last.outcome, last.amount_minor) == (Outcome.APPROVED, 4200)
    again.close()


def test_what_cannot_be_recorded_is_reversed(world: Simulator, device: ZvtTerminal) -> None:
    result = device.authorise(REQUEST, Observed(accept=False))
    assert (result.outcome, result.code) == (Outcome.DECLINED, "not_recorded")
    assert newest(world) == "reversed"
    last = device.last_transaction()
    assert last is not None
    assert last.outcome is Outcome.CANCELLED


def test_another_amount_is_unknown(world: Simulator, device: ZvtTerminal) -> None:
    world.next("wrong_amount")
    observer = Observed()
    with pytest.raises(OutcomeUnknown) as caught:
        device.authorise(REQUEST, observer)
    assert caught.value.code == "zvt.doubtful_result"
    assert observer.results == []


def test_a_bare_repeat_proves_nothing(world: Simulator, device: ZvtTerminal) -> None:
    world.configure(bare_repeat=True)
    with pytest.raises(ProtocolError) as caught:
        device.last_transaction()
    assert caught.value.code == "zvt.no_details"
    assert [c.code for c in device.status().conditions] == ["card_terminal.no_details"]
    assert device.snapshot() == untold()
    world.configure(bare_repeat=False)
    device.last_transaction()
    assert device.status().level is Level.OK


def test_a_reboot_is_survived(world: Simulator) -> None:
    device = world.driver("tcp")
    device.open()
    before = world.states
    world.next("reboot")
    with pytest.raises(OutcomeUnknown):
        device.authorise(REQUEST, Observed())
    with pytest.raises(NotReachable):
        device.open()
    assert device.status().level is Level.ERROR

    def opens() -> bool:
        try:
            device.open()
        except NotReachable:
            return False
        return True

    assert wait_until(opens)
    assert world.states == before
    assert (
        device.authorise(replace(REQUEST, payment_id="p-2"), Observed()).outcome is Outcome.APPROVED
    )
    assert device.status().level is Level.OK
    device.close()


@pytest.mark.parametrize("way", WAYS)
def test_noise_on_the_line(world: Simulator, way: str) -> None:
    device = world.driver(way, byte_timeout_s=1.0, t4_s=20)
    device.open()
    world.next("garbage")
    try:
        assert device.authorise(REQUEST, Observed()).outcome is Outcome.APPROVED
    except OutcomeUnknown:
        assert way == "tcp"  # a stream has no way back into step
    last = device.last_transaction()
    assert last is not None
    expected = {"approved": Outcome.APPROVED, "reversed": Outcome.CANCELLED}[newest(world)]
    assert last.outcome is expected
    device.close()


def test_a_payment_is_reversed_once(world: Simulator, device: ZvtTerminal) -> None:
    paid = device.authorise(REQUEST, Observed())
    reversal = ReversalRequest("r-1", paid, 4200, "CNY")
    assert device.reverse(reversal).outcome is Outcome.APPROVED
    assert newest(world) == "reversed"
    assert device.reverse(reversal).outcome is Outcome.APPROVED  # answered, not asked again
    again = device.reverse(replace(reversal, reversal_id="r-2"))
    assert (again.outcome, again.code) == (Outcome.DECLINED, "B4")
    assert device.service.refund("f-1", 100, "CNY").outcome is Outcome.APPROVED


def test_administration(device: ZvtTerminal) -> None:
    device.service.diagnosis()
    device.service.initialise()
    assert device.service.end_of_day().totals
    status = device.probe()
    assert (status.driver, status.simulated, status.level) == ("zvt", True, Level.OK)
    device.service.log_off()


def test_no_clear_card_number_comes_out(world: Simulator, device: ZvtTerminal) -> None:
    observer = Observed()
    result = device.authorise(REQUEST, observer)
    for shown in (repr(result), repr(observer.results), json.dumps(asdict(result))):
        assert "559883******8074" in shown
        assert "5598831234568074" not in shown


def test_until_a_model_was_tried_no_answer_proves_that_nothing_was_taken(fresh: Simulator) -> None:
    terminal = fresh.driver("tcp", no_transaction_codes="")
    terminal.open()
    with pytest.raises(ProtocolError):
        terminal.last_transaction()
    terminal.close()
