"""Recovery asks and never charges: each way a payment can be left, and what asking finds."""

import queue
import time
from datetime import UTC, datetime

import pytest

from contract.messages import ApiError, ErrorCode, Method, PaymentState, Text
from device_drivers.card_terminals.interface import (
    TAKEN_BACK,
    CardResult,
    LastKnown,
    Outcome,
    TerminalSnapshot,
)
from device_drivers.errors import NotReachable, ProtocolError
from kiosk.central.client import Refused, ServerAway
from kiosk.core.effects import Record
from kiosk.core.events import (
    CardAnswered,
    ConfigLoaded,
    DevicesSeen,
    OrderSeen,
    RecoveryDone,
    TerminalRead,
)
from kiosk.core.model import Action, Lobby, Screen, Session
from kiosk.journal.continuation import HANDED_OVER
from kiosk.journal.journal import Journal, JournalUnavailable
from kiosk.recovery import inquiry
from kiosk.recovery.inquiry import Recovery
from kiosk.runtime.engine import Engine
from tests.kiosk.core.story import CardData, Story, config, devices

NO_MEMORY = object()  # as what a terminal answers: it took nothing for this payment
NOTHING_TO_TELL = TerminalSnapshot()
BEFORE = CardData(receipt_no="0041", trace_no="000041")


def card_payment(state="pending"):
    story = Story.at_bills().with_lobby(last_card=BEFORE)
    if state == "created":
        return story.taps(Action.PAY).taps(Action.METHOD, Method.CARD).payment
    record = Story.paying(Method.CARD).payment
    return record.model_copy(update={"terminal_before": BEFORE})


def qr_payment():
    return Story.paying(Method.WECHAT).payment


class Terminal:
    """``knows``: what it says of any payment; an exception is raised. ``snapshot``: answers in turn."""

    def __init__(self, knows=NO_MEMORY, snapshot=(NOTHING_TO_TELL,)):
        self.knows, self.answers, self.asked = knows, list(snapshot), []

    def snapshot(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def lookup(self, record):
        self.asked.append(record.payment_id)
        if isinstance(self.knows, Exception):
            raise self.knows
        return None if self.knows is NO_MEMORY else self.knows


class Server:
    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def payment(self, payment_id, reference):
        return self.cancel_payment(payment_id, reference)

    def cancel_payment(self, payment_id, reference):
        self.asked.append(payment_id)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def result(receipt_no="0042", outcome=Outcome.APPROVED, amount_minor=63208):
    return CardResult(
        outcome, "00", amount_minor=amount_minor, receipt_no=receipt_no, trace_no=f"00{receipt_no}"
    )


def heard(events, on_disk=lambda event: True):
    """Takes what recovery tells; ``on_disk`` says whether it could be recorded."""

    def tell(event):
        events.put(event)
        return on_disk(event)

    return tell


def found(record, *, server=None, terminal=None):
    """What recovery says of one payment before it says that it is done; None if it said nothing."""
    events = queue.Queue()
    memory = Terminal(terminal) if terminal else None
    inquiry = Recovery(heard(events), server, memory, [record])
    inquiry.start()
    finding = None
    while not isinstance(event := events.get(timeout=10), RecoveryDone):
        if not isinstance(event, TerminalRead):
            finding = event
    inquiry.stop()
    return finding


@pytest.mark.parametrize("outcome", [Outcome.APPROVED, Outcome.DECLINED])
def test_what_the_terminal_found_is_the_payments_end(outcome):
    answer = found(card_payment(), terminal=result(outcome=outcome))
    assert isinstance(answer, CardAnswered)
    assert (answer.outcome, answer.card.receipt_no) == (outcome.value, "0042")


def test_a_payment_that_the_terminal_does_not_know_was_not_taken():
    answer = found(card_payment(), terminal=NO_MEMORY)
    assert (answer.outcome, answer.reason) == ("cancelled", "terminal_has_none")


@pytest.mark.parametrize("state", [PaymentState.APPROVED, PaymentState.CANCELLED])
@pytest.mark.parametrize("terminal", [NotReachable("off"), None])
def test_what_staff_settled_at_the_server_ends_what_no_terminal_can_tell(
    monkeypatch, state, terminal
):
    """So that the kiosk takes cards again without anybody going there."""
    server = Server(Story.paying(Method.CARD).view(state))
    assert found(card_payment(), server=server, terminal=terminal) is None, "it may come back"
    assert server.asked == []
    monkeypatch.setattr(inquiry, "SETTLED_AFTER_S", 0.0)
    answer = found(card_payment(), server=server, terminal=terminal)
    assert (answer.outcome, answer.reason) == (state.value, "staff")


def test_staff_settle_nothing_that_the_terminal_can_tell(monkeypatch):
    monkeypatch.setattr(inquiry, "SETTLED_AFTER_S", 0.0)
    server = Server(Story.paying(Method.CARD).view(PaymentState.CANCELLED))
    answer = found(card_payment(), server=server, terminal=result())
    assert (answer.outcome, server.asked) == ("approved", [])


@pytest.mark.parametrize(
    "answer",
    [
        ServerAway("no line"),
        Refused(ApiError(code=ErrorCode.NOT_FOUND, message=Text(zh="", en=""))),
        PaymentState.UNKNOWN,
    ],
)
def test_what_nobody_settled_stays_open(monkeypatch, answer):
    monkeypatch.setattr(inquiry, "SETTLED_AFTER_S", 0.0)
    if isinstance(answer, PaymentState):
        answer = Story.paying(Method.CARD).view(answer)
    assert found(card_payment(), server=Server(answer), terminal=NotReachable("off")) is None


@pytest.mark.parametrize("failure", [NotReachable("off"), ProtocolError("another amount")])
def test_a_terminal_that_cannot_say_decides_nothing(failure):
    assert found(card_payment(), terminal=failure) is None


def test_a_card_payment_that_was_only_intended_was_never_asked_for():
    answer = found(card_payment("created"), terminal=result())
    assert (answer.outcome, answer.reason) == ("cancelled", "end_before_charge")


@pytest.mark.parametrize("state", [PaymentState.APPROVED, PaymentState.CANCELLED])
def test_an_order_is_ended_at_the_server_unless_it_was_paid(state):
    record = qr_payment()
    story = Story.paying(Method.WECHAT)
    server = Server(story.view(state))
    answer = found(record, server=server)
    assert isinstance(answer, OrderSeen)
    assert answer.view.state is state
    assert server.asked == [record.payment_id]


def test_an_order_that_the_server_never_saw_was_never_made():
    refused = Refused(ApiError(code=ErrorCode.NOT_FOUND, message=Text(zh="", en="")))
    record = qr_payment().model_copy(update={"state": PaymentState.CREATED})
    assert found(record, server=Server(refused)).reason == "never_ordered"


@pytest.mark.parametrize("by_phone", [True, False])
@pytest.mark.parametrize("state", [PaymentState.PENDING, PaymentState.UNKNOWN])
def test_what_may_have_been_charged_is_not_called_uncharged(monkeypatch, by_phone, state):
    """The request to charge a phone may be under way, and the server would take it; an order whose code
    was shown the server knew, and lost when a backup was restored."""
    refused = Refused(ApiError(code=ErrorCode.NOT_FOUND, message=Text(zh="", en="")))
    record = qr_payment().model_copy(update={"with_payment_code": by_phone, "state": state})
    assert found(record, server=Server(refused)) is None
    monkeypatch.setattr(inquiry, "NEVER_ARRIVES_S", 0.0)
    assert found(record, server=Server(refused)).reason == "never_ordered"


@pytest.mark.parametrize("answer", [ServerAway("no line"), PaymentState.UNKNOWN])
def test_an_order_that_cannot_be_ended_yet_stays_open(answer):
    if isinstance(answer, PaymentState):
        answer = Story.paying(Method.WECHAT).view(answer)
    assert found(qr_payment(), server=Server(answer)) is None


def test_recovery_keeps_asking_until_it_knows():
    events, record = queue.Queue(), qr_payment()
    paid = Story.paying(Method.WECHAT).view(PaymentState.APPROVED)
    server = Server(ServerAway("no line"), ServerAway("no line"), paid)
    inquiry = Recovery(heard(events), server, None, [record])
    inquiry.start()
    end = time.monotonic() + 20
    seen = []
    while time.monotonic() < end and not any(isinstance(e, OrderSeen) for e in seen):
        seen.append(events.get(timeout=15))
    while inquiry.open_cases and time.monotonic() < end:
        time.sleep(0.01)  # it is told first, and crossed off afterwards
    assert inquiry.open_cases == 0
    inquiry.stop()


def test_a_finding_that_could_not_be_recorded_is_asked_for_again():
    events, record = queue.Queue(), qr_payment()
    paid = Story.paying(Method.WECHAT).view(PaymentState.APPROVED)
    refusals = [False]

    def on_disk(event):
        return not isinstance(event, OrderSeen) or not refusals or refusals.pop()

    inquiry = Recovery(heard(events, on_disk), Server(paid), None, [record])
    inquiry.start()
    end, seen = time.monotonic() + 15, []
    while time.monotonic() < end and len(seen) < 2:
        event = events.get(timeout=15)
        seen += [event] if isinstance(event, OrderSeen) else []
    assert len(seen) == 2
    inquiry.stop()


def test_the_terminal_is_read_until_it_answers_once(monkeypatch):
    monkeypatch.setattr("kiosk.recovery.inquiry.READ_AGAIN_S", 0.1)
    events = queue.Queue()
    terminal = Terminal(snapshot=(NotReachable("off"), NotReachable("off"), TerminalSnapshot()))
    inquiry = Recovery(heard(events), None, terminal, [])
    inquiry.start()
    seen = [events.get(timeout=10), events.get(timeout=10)]
    assert [type(e) for e in seen] == [RecoveryDone, TerminalRead]
    assert seen[1].last is None
    inquiry.stop()


def test_what_the_terminal_took_back_is_told():
    events = queue.Queue()
    back = CardResult(Outcome.CANCELLED, TAKEN_BACK, amount_minor=4200, receipt_no="0042")
    snapshot = TerminalSnapshot(LastKnown("0042", "000042", "52500013"), back)
    inquiry = Recovery(heard(events), None, Terminal(snapshot=(snapshot,)), [])
    inquiry.start()
    read = events.get(timeout=10)
    assert read == TerminalRead(
        CardData(receipt_no="0042", trace_no="000042", terminal_id="52500013"), True, 4200
    )
    inquiry.stop()


@pytest.mark.parametrize("before", [CardData(receipt_no="0041"), None])
def test_a_terminal_without_memory_decides_nothing_about_a_payment_handed_over(before):
    """Another disk, and so perhaps another terminal: what the old one held before it says nothing."""
    handed = {"reason": HANDED_OVER, "terminal_before": before}
    record = card_payment().model_copy(update=handed)
    assert found(record, terminal=NO_MEMORY) is None
    assert found(card_payment(), terminal=NO_MEMORY).outcome == "cancelled"


class Nobody:
    def perform(self, effect, session): ...


def test_what_the_terminal_took_back_while_the_kiosk_was_off_is_shown_to_nobody_as_paid(tmp_path):
    """The power went when the approval was on disk and the terminal not yet told: it reversed."""
    journal = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    story = Story.paying(Method.CARD).terminal_says("approved")
    for record in [e.record for e in story.did(Record)]:
        journal.append_payment(record.model_copy(update={"created_at": datetime.now(UTC)}))
    assert journal.without_receipt() is not None
    back = CardResult(Outcome.CANCELLED, TAKEN_BACK, amount_minor=story.payment.amount_minor)
    terminal = Terminal(snapshot=(TerminalSnapshot(LastKnown("0042", "000042", ""), back),))
    lobby = Lobby(last_paid=journal.last_card_paid(), terminal_known=False)
    engine, done = Engine(journal, Session(lobby=lobby), "K03"), queue.Queue()

    def tell(event):
        on_disk = engine.commit(event, 10)
        done.put(event)
        return on_disk

    inquiry = Recovery(tell, None, terminal, [], journal.without_receipt)
    engine.start(Nobody())
    for event in (ConfigLoaded(config()), DevicesSeen(devices())):
        engine.post(event)
    inquiry.start()
    while not isinstance(event := done.get(timeout=10), RecoveryDone):
        assert isinstance(event, TerminalRead)
    assert journal.payment(story.payment.payment_id).state is PaymentState.REVERSED
    assert (engine.session.visit.screen, engine.session.visit.payment) == (Screen.ATTRACT, None)
    inquiry.stop()
    engine.stop()
    journal.close()


@pytest.mark.parametrize("failure", [JournalUnavailable("disk"), ValueError("no record")])
def test_a_journal_that_cannot_be_read_keeps_no_kiosk_closed(failure):
    def unreadable():
        raise failure

    events = queue.Queue()
    inquiry = Recovery(heard(events), None, None, [], unreadable)
    inquiry.start()
    assert events.get(timeout=10) == RecoveryDone(None)
    inquiry.stop()


def test_opening_is_told_until_it_is_heard():
    events, deaf = queue.Queue(), [False]
    inquiry = Recovery(heard(events, lambda event: not deaf or deaf.pop()), None, None, [])
    inquiry.start()
    assert [events.get(timeout=10), events.get(timeout=10)] == [RecoveryDone(), RecoveryDone()]
    inquiry.stop()


def test_a_driver_that_fails_as_none_should_ends_no_recovery(monkeypatch):
    """Neither while it is read nor while it is asked: the others are asked too, and it again."""
    monkeypatch.setattr("kiosk.recovery.inquiry.READ_AGAIN_S", 0.1)
    events, record = queue.Queue(), qr_payment()
    broken = ConnectionResetError(104, "reset by peer")
    terminal = Terminal(knows=broken, snapshot=(broken, TerminalSnapshot()))
    paid = Server(Story.paying(Method.WECHAT).view(PaymentState.APPROVED))
    card = card_payment().model_copy(update={"payment_id": "01900000-0000-7000-8000-00000000000c"})
    inquiry = Recovery(heard(events), paid, terminal, [card, record])
    inquiry.start()
    seen = [type(events.get(timeout=10)) for _ in range(3)]
    assert seen == [OrderSeen, RecoveryDone, TerminalRead]
    terminal.knows = result()
    assert events.get(timeout=15).payment_id == card.payment_id
    inquiry.stop()
