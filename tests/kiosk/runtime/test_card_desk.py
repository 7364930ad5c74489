"""At the card terminal: whatever it does, the core hears exactly what is known and no more."""

import queue
import threading
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from contract.messages import CardData, Method
from device_drivers.card_terminals.interface import (
    CardRequest,
    CardResult,
    CardStep,
    LastKnown,
    Outcome,
    StepKind,
    TerminalSnapshot,
)
from device_drivers.errors import NotReachable, OutcomeUnknown, ProtocolError, Refused, Timeout
from device_drivers.status import DeviceStatus
from kiosk.core.events import CardAnswered, CardLost, CardNotAsked, CardStepped
from kiosk.runtime import card_desk
from kiosk.runtime.card_desk import CardDesk
from tests.kiosk.core.story import Story

APPROVED = CardResult(Outcome.APPROVED, "00", amount_minor=63208, receipt_no="0042")


@dataclass
class Terminal:
    """A terminal whose next answer is decided by the test."""

    answer: object = APPROVED
    open_fails: Exception | None = None
    opened: int = 0
    recorded: list[bool] = field(default_factory=list)
    aborted: threading.Event = field(default_factory=threading.Event)
    looked_up: tuple[CardRequest, LastKnown | None] | None = None

    def open(self):
        self.opened += 1
        if self.open_fails:
            raise self.open_fails

    def authorise(self, request, observer):
        observer.on_step(CardStep(StepKind.ENTER_PIN, "01", {"zh": "请输入密码"}))
        if isinstance(self.answer, Exception):
            raise self.answer
        self.recorded.append(observer.before_acknowledge(self.answer))
        return self.answer

    def abort(self):
        self.aborted.set()

    def snapshot(self):
        return TerminalSnapshot(LastKnown("0042"))

    def lookup(self, request, before):
        self.looked_up = (request, before)
        return APPROVED

    def status(self):
        return DeviceStatus("test")

    probe = status

    def close(self): ...


class Core:
    def __init__(self, on_disk: bool = True) -> None:
        self.events, self.on_disk = queue.Queue(), on_disk

    def commit(self, event, timeout_s):
        self.events.put(event)
        return self.on_disk

    def heard(self):
        return self.events.get(timeout=5)


def asked(terminal: Terminal, core: Core) -> CardDesk:
    desk = CardDesk(terminal, core.events.put, core.commit)
    desk.ask(Story.paying(Method.CARD).payment)
    assert isinstance(core.heard(), CardStepped)
    return desk


@pytest.mark.parametrize("on_disk", [True, False])
def test_the_terminal_hears_whether_its_result_is_on_disk(on_disk):
    terminal, core = Terminal(), Core(on_disk)
    desk = asked(terminal, core)
    event = core.heard()
    assert isinstance(event, CardAnswered)
    assert (event.outcome, event.card.receipt_no) == ("approved", "0042")
    core.heard()
    assert terminal.recorded == [on_disk]
    desk.close()


@pytest.mark.parametrize(
    ("failure", "heard"),
    [
        (OutcomeUnknown("silence"), CardLost),
        (Timeout("no answer"), CardLost),
        (ProtocolError("garbage"), CardLost),
        (RuntimeError("a mistake in the driver"), CardLost),
        (Refused("busy"), CardNotAsked),
        (NotReachable("no line"), CardNotAsked),
    ],
)
def test_no_failure_is_taken_for_an_answer(failure, heard):
    terminal, core = Terminal(answer=failure), Core()
    desk = asked(terminal, core)
    assert isinstance(core.heard(), heard)
    desk.close()


def test_a_terminal_that_cannot_be_opened_was_not_asked():
    core = Core()
    desk = CardDesk(Terminal(open_fails=NotReachable("off")), core.events.put, core.commit)
    desk.ask(Story.paying(Method.CARD).payment)
    assert isinstance(core.heard(), CardNotAsked)
    desk.close()


def test_after_an_unknown_end_the_line_is_opened_anew():
    terminal, core = Terminal(answer=OutcomeUnknown("silence")), Core()
    desk = asked(terminal, core)
    core.heard()
    assert desk.snapshot() == TerminalSnapshot(LastKnown("0042"))
    assert terminal.opened == 2
    desk.close()


def test_only_the_running_payment_can_be_aborted():
    terminal, core = Terminal(), Core()
    desk = asked(terminal, core)
    core.heard()
    core.heard()
    desk.abort("another payment")
    assert not terminal.aborted.wait(0.1)
    desk.close()


def test_while_the_terminal_hangs_no_look_at_it_waits_before_a_payment(monkeypatch):
    monkeypatch.setattr(card_desk, "PROBE_S", 0.05)
    goes_on, looks = threading.Event(), []

    class Hanging(Terminal):
        def probe(self):
            looks.append(1)
            assert goes_on.wait(20)
            return DeviceStatus("looked at")

    core = Core()
    desk = CardDesk(Hanging(), core.events.put, core.commit)
    assert [desk.probe().driver for _ in range(5)] == ["test"] * 5
    desk.ask(Story.paying(Method.CARD).payment)
    goes_on.set()
    assert isinstance(core.heard(), CardStepped)
    assert len(looks) == 1
    desk.close()


def test_a_payment_is_looked_up_by_all_that_was_kept_with_it():
    terminal, core = Terminal(), Core()
    desk = CardDesk(terminal, core.events.put, core.commit)
    before = CardData(receipt_no="0041", trace_no="000041", terminal_id="52500013")
    record = Story.paying(Method.CARD).payment.model_copy(update={"terminal_before": before})
    assert desk.lookup(record) == APPROVED
    request = CardRequest(record.payment_id, record.amount_minor, record.currency, age=None)
    assert terminal.looked_up == (request, LastKnown("0041", "000041", "52500013"))
    desk.close()


def test_a_payment_of_this_run_is_as_old_as_was_counted_and_no_clock_has_a_say(monkeypatch):
    terminal, core = Terminal(answer=OutcomeUnknown("silence")), Core()
    record = Story.paying(Method.CARD).payment
    desk = CardDesk(terminal, core.events.put, core.commit, age_of=lambda record: timedelta(days=9))
    counted = [1000.0]
    monkeypatch.setattr(card_desk.time, "monotonic", lambda: counted[0])
    desk.ask(record)
    core.heard()
    assert isinstance(core.heard(), CardLost)
    counted[0] += 7200
    desk.lookup(record)
    assert terminal.looked_up[0].age == timedelta(hours=2)
    desk.lookup(record.model_copy(update={"payment_id": "of an earlier run"}))
    assert terminal.looked_up[0].age == timedelta(days=9)
    desk.close()
