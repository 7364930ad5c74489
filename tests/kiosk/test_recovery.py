"""Recovery asks and never charges: each way a payment can be left, and what asking finds."""

import dataclasses
import queue
import time

import pytest

from contract.messages import ApiError, ErrorCode, Method, PaymentState, Text
from device_drivers.card_terminals.interface import CardResult, Outcome
from device_drivers.errors import NotReachable
from kiosk import recovery
from kiosk.central.client import Refused, ServerAway
from kiosk.core.events import CardAnswered, OrderSeen, RecoveryDone, TerminalRead
from kiosk.core.model import Action
from kiosk.journal_continue import HANDED_OVER
from kiosk.recovery import Recovery
from tests.kiosk.core.story import CardData, Story

NO_MEMORY = object()  # as what a terminal answers: it holds no transaction
BEFORE = CardData(receipt_no="0041", trace_no="000041")


def card_payment(state="pending"):
    story = Story.at_bills().with_lobby(last_card=BEFORE)
    if state == "created":
        return story.taps(Action.PAY).taps(Action.METHOD, Method.CARD).payment
    record = Story.paying(Method.CARD).payment
    return record.model_copy(update={"terminal_before": BEFORE})


def qr_payment():
    return Story.paying(Method.WECHAT).payment


class Server:
    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def cancel_payment(self, payment_id):
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

    def last_transaction():
        if isinstance(terminal, Exception):
            raise terminal
        return None if terminal is NO_MEMORY else terminal

    recovery = Recovery(heard(events), server, last_transaction if terminal else None, [record])
    recovery.start()
    finding = None
    while not isinstance(event := events.get(timeout=10), RecoveryDone):
        if not isinstance(event, TerminalRead):
            finding = event
    recovery.stop()
    return finding


def test_a_newer_transaction_of_our_amount_is_ours():
    answer = found(card_payment(), terminal=result())
    assert isinstance(answer, CardAnswered)
    assert (answer.outcome, answer.card.receipt_no) == ("approved", "0042")


def test_a_declined_transaction_is_recovered_as_declined():
    assert found(card_payment(), terminal=result(outcome=Outcome.DECLINED)).outcome == "declined"


def test_the_transaction_before_ours_means_that_nothing_was_taken():
    last = CardResult(
        Outcome.APPROVED, "00", amount_minor=63208, receipt_no="0041", trace_no="000041"
    )
    assert found(card_payment(), terminal=last).outcome == "cancelled"


@pytest.mark.parametrize("amount", [100, None])
def test_a_newer_approval_of_another_or_no_amount_decides_nothing(amount):
    assert found(card_payment(), terminal=result(amount_minor=amount)) is None


def test_a_terminal_that_cannot_be_asked_decides_nothing():
    assert found(card_payment(), terminal=NotReachable("off")) is None


def test_a_card_payment_that_was_only_intended_was_never_asked_for():
    answer = found(card_payment("created"), terminal=result())
    assert (answer.outcome, answer.reason) == ("cancelled", "never_asked")


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
    assert found(qr_payment(), server=Server(refused)).reason == "never_ordered"


def test_a_phone_that_may_still_be_charged_is_not_called_uncharged(monkeypatch):
    """Its request may be under way, and the server would take it."""
    refused = Refused(ApiError(code=ErrorCode.NOT_FOUND, message=Text(zh="", en="")))
    record = qr_payment().model_copy(update={"with_payment_code": True})
    assert found(record, server=Server(refused)) is None
    monkeypatch.setattr(recovery, "NEVER_ARRIVES_S", 0.0)
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
    recovery = Recovery(heard(events), server, None, [record])
    recovery.start()
    end = time.monotonic() + 20
    seen = []
    while time.monotonic() < end and not any(isinstance(e, OrderSeen) for e in seen):
        seen.append(events.get(timeout=15))
    while recovery.open_cases and time.monotonic() < end:
        time.sleep(0.01)  # it is told first, and crossed off afterwards
    assert recovery.open_cases == 0
    recovery.stop()


def test_a_finding_that_could_not_be_recorded_is_asked_for_again():
    events, record = queue.Queue(), qr_payment()
    paid = Story.paying(Method.WECHAT).view(PaymentState.APPROVED)
    refusals = [False]

    def on_disk(event):
        return not isinstance(event, OrderSeen) or not refusals or refusals.pop()

    recovery = Recovery(heard(events, on_disk), Server(paid), None, [record])
    recovery.start()
    end, seen = time.monotonic() + 15, []
    while time.monotonic() < end and len(seen) < 2:
        event = events.get(timeout=15)
        seen += [event] if isinstance(event, OrderSeen) else []
    assert len(seen) == 2
    recovery.stop()


def test_the_terminal_is_read_until_it_answers_once(monkeypatch):
    monkeypatch.setattr("kiosk.recovery.READ_AGAIN_S", 0.1)
    events, answers = queue.Queue(), [NotReachable("off"), NotReachable("off"), None]

    def last_transaction():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    recovery = Recovery(heard(events), None, last_transaction, [])
    recovery.start()
    seen = [events.get(timeout=10), events.get(timeout=10)]
    assert [type(e) for e in seen] == [RecoveryDone, TerminalRead]
    assert seen[1].last is None
    recovery.stop()


def test_another_terminal_says_nothing_about_a_payment():
    before = BEFORE.model_copy(update={"terminal_id": "52500013"})
    record = card_payment().model_copy(update={"terminal_before": before})
    last = dataclasses.replace(result(), terminal_id="60000001")
    assert found(record, terminal=last) is None
    same = dataclasses.replace(result(), terminal_id="52500013")
    assert found(record, terminal=same).outcome == "approved"


def test_a_terminal_without_memory_decides_nothing_about_a_payment_handed_over():
    record = card_payment().model_copy(update={"reason": HANDED_OVER})
    assert found(record, terminal=NO_MEMORY) is None
    assert found(card_payment(), terminal=NO_MEMORY).outcome == "cancelled"
