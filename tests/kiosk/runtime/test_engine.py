"""The engine: on disk first, then on the screen, then in the world."""

import threading
import time
from datetime import UTC, datetime

import pytest

from contract.messages import Method, PaymentState
from kiosk.core.effects import AskTerminal, MakeOrder, ReadTerminal, Record, Resolve, Sound
from kiosk.core.events import (
    AccountFound,
    CardAnswered,
    ConfigLoaded,
    DevicesSeen,
    OrderMade,
    OrderSeen,
    RecoveryDone,
    Scanned,
    ServerSeen,
    Tapped,
)
from kiosk.core.model import Action, Say, Screen, Session
from kiosk.journal.journal import Journal
from kiosk.runtime.engine import Engine
from tests.kiosk.core.story import CardData, PaymentView, Story, account, bill, config, devices


class Workers:
    """Notes each effect, and what the journal and the screen held at that moment."""

    def __init__(self, journal: Journal) -> None:
        self.journal, self.engine = journal, None
        self.done: list[tuple[object, int, Screen]] = []

    def perform(self, effect, session):
        self.done.append((effect, self.journal.last_sequence, self.engine.session.visit.screen))

    def effects(self, kind):
        return [e for e, _, _ in self.done if isinstance(e, kind)]


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    yield journal
    journal.close()


@pytest.fixture
def lobby(journal):
    engine, hands = Engine(journal, Session(), "K03"), Workers(journal)
    hands.engine = engine
    engine.start(hands)
    for event in (
        ConfigLoaded(config(credit=True)),
        ServerSeen(True),
        DevicesSeen(devices()),
        RecoveryDone(),
        Tapped(Action.KEYPAD),
        *(Tapped(Action.DIGIT, d) for d in "3"),
        Tapped(Action.NEXT),
        Tapped(Action.DIGIT, "2"),
        Tapped(Action.NEXT),
        *(Tapped(Action.DIGIT, d) for d in "1201"),
        Tapped(Action.NEXT),
    ):
        assert engine.commit(event, 5)
    known = account(bill(9, 30000), bill(10, 33208)).model_copy(update={"credit_minor": 70_000})
    assert engine.commit(AccountFound(engine.session.visit.number, known), 5)
    yield engine, hands
    engine.stop()


def start_card(engine: Engine) -> str:
    engine.commit(Tapped(Action.PAY), 5)
    assert engine.commit(Tapped(Action.METHOD, Method.CARD), 5)
    record = engine.session.visit.payment
    view = PaymentView(
        payment_id=record.payment_id,
        reference=record.reference,
        method=Method.CARD,
        state=PaymentState.PENDING,
        version=1,
        amount_minor=record.amount_minor,
        currency="CNY",
    )
    engine.commit(OrderMade(view), 5)
    return record.payment_id


def test_the_intention_is_on_disk_before_anybody_is_asked(lobby, journal):
    engine, hands = lobby
    payment_id = start_card(engine)
    asked = [(s, screen) for e, s, screen in hands.done if isinstance(e, MakeOrder | AskTerminal)]
    assert asked == [(1, Screen.PAYING_CARD), (2, Screen.PAYING_CARD)]
    assert journal.payment(payment_id).state is PaymentState.PENDING


def test_a_commit_returns_only_when_the_result_is_on_disk(lobby, journal):
    engine, _ = lobby
    payment_id = start_card(engine)
    answer = CardAnswered(payment_id, "approved", "00", CardData(receipt_no="7"))
    assert engine.commit(answer, 5)
    assert journal.payment(payment_id).state is PaymentState.APPROVED
    assert engine.session.visit.screen is Screen.PAID


def test_a_result_that_cannot_be_written_is_not_committed_and_not_shown(lobby, journal):
    engine, _ = lobby
    payment_id = start_card(engine)
    fail(journal)
    answer = CardAnswered(payment_id, "approved", "00", CardData(receipt_no="7"))
    assert not engine.commit(answer, 5)
    assert engine.session.visit.screen is Screen.UNKNOWN
    assert not engine.session.lobby.recording
    assert journal.payment(payment_id).state is PaymentState.PENDING


@pytest.mark.timeout(90)
def test_no_payment_begins_that_cannot_be_written(lobby, journal):
    engine, hands = lobby
    engine.commit(Tapped(Action.PAY), 5)
    fail(journal)
    assert not engine.commit(Tapped(Action.METHOD, Method.CARD), 5)
    assert hands.effects(MakeOrder) == []
    assert journal.unfinished() == []
    engine.commit(Tapped(Action.METHOD, Method.CARD), 5)
    assert engine.session.visit.say is Say.CANNOT_RECORD
    engine.commit(Tapped(Action.END), 5)
    assert engine.session.visit.screen is Screen.OUT_OF_ORDER
    journal._db.execute("PRAGMA query_only = OFF")
    end = time.monotonic() + 40
    while engine.session.visit.screen is not Screen.ATTRACT and time.monotonic() < end:
        time.sleep(0.2)
    assert engine.session.visit.screen is Screen.ATTRACT, "it looks whether it can record again"


def fail(journal: Journal) -> None:
    """From now on the database takes nothing, as on a file system that became read-only."""
    journal._db.execute("PRAGMA query_only = ON")


def test_an_event_that_breaks_a_step_costs_that_step_only(lobby):
    engine, _ = lobby
    before = engine.session.visit
    assert not engine.commit("not an event", 5)
    assert engine.session.visit == before, "the clock may have ticked meanwhile"
    assert engine.commit(Tapped(Action.LANGUAGE), 5)


def test_a_thousand_events_from_many_threads_keep_the_journal_in_order(lobby, journal):
    engine, _ = lobby

    def post() -> None:
        for _ in range(100):
            engine.post(Tapped(Action.LANGUAGE))

    threads = [threading.Thread(target=post) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engine.commit(Tapped(Action.ELDER), 20)
    assert engine.session.visit.language == "zh_CN", "an even number of touches"


def test_the_engine_ticks_by_itself(lobby):
    engine, _ = lobby
    first = engine.session.now
    end = time.monotonic() + 10
    while engine.session.now <= first and time.monotonic() < end:
        time.sleep(0.05)
    assert engine.session.now > first


def test_a_commit_that_was_given_up_never_happens(lobby, journal):
    engine, _ = lobby
    payment_id = start_card(engine)
    hold, reached = threading.Event(), threading.Event()

    def slow_watcher():
        reached.set()
        hold.wait(10)

    engine.watch(slow_watcher)
    engine.post(Tapped(Action.LANGUAGE))
    assert reached.wait(5)
    answer = CardAnswered(payment_id, "approved", "00", CardData(receipt_no="7"))
    assert not engine.commit(answer, 0.2)
    hold.set()
    engine.commit(Tapped(Action.ELDER), 10)
    assert journal.payment(payment_id).state is PaymentState.PENDING


def test_what_is_on_disk_stays_said_whoever_fails_at_it_afterwards(lobby, journal):
    """The terminal is told by it whether to keep the money."""
    engine, hands = lobby
    payment_id = start_card(engine)
    perform, heard = hands.perform, []

    def fails_at_the_first(effect, session):
        if isinstance(effect, Sound):
            raise OSError("the loudspeaker")
        perform(effect, session)

    def broken():
        raise ValueError("somebody who only watches")

    hands.perform = fails_at_the_first
    engine.watch(broken)
    engine.watch(lambda: heard.append(engine.session.visit.screen))
    answer = CardAnswered(payment_id, "approved", "00", CardData(receipt_no="7"))
    assert engine.commit(answer, 5)
    assert journal.payment(payment_id).state is PaymentState.APPROVED
    assert heard[-1] is Screen.PAID
    assert hands.effects(ReadTerminal), "what came after it is done"


def pays_elsewhere(journal: Journal, *, in_doubt: bool = False) -> None:
    """Another payment of the same bills, that whoever told of them did not know."""
    story = Story.paying(Method.CARD)
    if not in_doubt:
        story.terminal_says("approved")
    other = {"payment_id": "0190ffff-0000-7000-8000-000000000900", "reference": "K03-000900"}
    for effect in story.did(Record):
        journal.append_payment(effect.record.model_copy(update=other))


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("in_doubt", [False, True])
def test_no_payment_begins_for_a_bill_that_may_be_paid_already(lobby, journal, method, in_doubt):
    """The last gate, whatever the screen shows: nothing is asked, nothing is written, and it is said."""
    engine, hands = lobby
    pays_elsewhere(journal, in_doubt=in_doubt)
    credit = method is Method.CREDIT
    engine.commit(Tapped(Action.USE_CREDIT if credit else Action.PAY), 5)
    assert engine.session.visit.screen is (Screen.CREDIT if credit else Screen.METHOD)
    before = journal.last_sequence
    last = Tapped(Action.USE_CREDIT) if credit else Tapped(Action.METHOD, method)
    assert not engine.commit(last, 5)
    assert hands.effects(MakeOrder) == hands.effects(AskTerminal) == []
    assert journal.last_sequence == before
    visit = engine.session.visit
    assert visit.screen is (Screen.UNKNOWN if in_doubt else Screen.PAID)
    assert (visit.looking, visit.payment.reference) == (True, "K03-000900")


def test_what_the_account_knows_as_paid_and_due_again_can_be_paid(lobby, journal):
    """The money of the first went back: the account is newer than the server's knowledge of it."""
    engine, _ = lobby
    pays_elsewhere(journal)
    look_up_again(engine, acknowledged=journal.last_sequence)
    start_card(engine)
    assert engine.session.visit.payment.state is PaymentState.PENDING


def test_the_gate_is_shut_when_the_line_went_after_the_journal_was_delivered(lobby, journal):
    """The account on the screen is from before: that the server knows by now helps nobody offline."""
    engine, hands = lobby
    pays_elsewhere(journal)
    journal.acknowledge(journal.last_sequence)
    engine.commit(ServerSeen(False), 5)
    engine.commit(Tapped(Action.PAY), 5)
    assert not engine.commit(Tapped(Action.METHOD, Method.CARD), 5)
    assert hands.effects(AskTerminal) == []


def test_another_order_for_the_same_bills_may_follow_the_one_that_ended(lobby, journal):
    """Also in the very step in which it ends: the code on a phone takes the place of the QR code."""
    engine, _ = lobby
    engine.commit(ConfigLoaded(config(payment_codes=[Method.WECHAT])), 5)
    engine.commit(Tapped(Action.END), 5)
    look_up_again(engine)
    engine.commit(Tapped(Action.PAY), 5)
    assert engine.commit(Tapped(Action.METHOD, Method.ALIPAY), 5)
    first = engine.session.visit.payment
    view = PaymentView(
        payment_id=first.payment_id,
        reference=first.reference,
        method=Method.ALIPAY,
        state=PaymentState.PENDING,
        version=1,
        amount_minor=first.amount_minor,
        currency="CNY",
        code_url="https://qr.alipay.com/1",
    )
    engine.commit(OrderMade(view), 5)
    engine.commit(Scanned("134567890123456789"), 5)
    ended = view.model_copy(update={"state": PaymentState.CANCELLED, "version": 2})
    assert engine.commit(OrderSeen(ended), 5)
    second = engine.session.visit.payment
    assert second.payment_id != first.payment_id
    assert journal.payment(first.payment_id).state is PaymentState.CANCELLED
    assert journal.payment(second.payment_id).state is PaymentState.PENDING


def look_up_again(engine: Engine, acknowledged: int = 0) -> None:
    engine.commit(Tapped(Action.BACK), 5)
    if engine.session.visit.screen is Screen.ATTRACT:
        engine.commit(Tapped(Action.KEYPAD), 5)
        for field in ("3", "2", "1201"):
            for digit in field:
                engine.commit(Tapped(Action.DIGIT, digit), 5)
            engine.commit(Tapped(Action.NEXT), 5)
    else:
        engine.commit(Tapped(Action.NEXT), 5)
    due = account(bill(9, 30000), bill(10, 33208))
    engine.commit(AccountFound(engine.session.visit.number, due, acknowledged=acknowledged), 5)
    assert engine.session.visit.screen is Screen.BILLS


def test_a_terminal_that_could_not_be_asked_leaves_no_payment_without_an_end(lobby, journal):
    engine, hands = lobby
    perform = hands.perform

    def no_terminal(effect, session):
        perform(effect, session)
        if isinstance(effect, AskTerminal):
            raise RuntimeError("its thread is gone")

    hands.perform = no_terminal
    payment_id = start_card(engine)
    assert journal.payment(payment_id).state is PaymentState.UNKNOWN
    assert engine.session.visit.screen is Screen.UNKNOWN
    assert [e.record.payment_id for e in hands.effects(Resolve)] == [payment_id]
