"""Whichever way an account is learnt: what may be paid already is known with it."""

import queue
from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from contract.bill_code import BillCode
from contract.messages import (
    CREDITED,
    ApiError,
    ErrorCode,
    Method,
    PaymentState,
    PaymentView,
    Text,
)
from contract.money import Money
from kiosk.central.client import Refused, ServerAway
from kiosk.core.effects import FindPayments, Record
from kiosk.core.events import OFFLINE, AccountFound, LookupFailed, PaymentsSeen
from kiosk.core.model import Say, Screen
from kiosk.journal.journal import Journal
from kiosk.runtime import lookups as module
from kiosk.runtime.lookups import Lookups
from tests.kiosk.central.copies import copy_in
from tests.kiosk.core.story import Story, account, bill
from tests.kiosk.core.test_payment_history import HISTORY

NINE, TEN, ELEVEN = bill(9, 30000), bill(10, 33208), bill(11, 100)
DUE = account(NINE, TEN, ELEVEN)
APPROVED = [e.record for e in Story.paying(Method.CARD).terminal_says("approved").did(Record)]
IN_DOUBT = APPROVED[:2]


def code_of(of) -> BillCode:
    return BillCode("lakeside", of.number, of.unit, Money(of.amount_minor), date(2026, 11, 28))


class Central:
    """A server that has not heard of what was paid; ``meanwhile`` happens while it looks."""

    def __init__(self) -> None:
        self.away, self.meanwhile, self.due = False, lambda: None, DUE
        self.later, self.asked_about = {}, []  # what became of payments

    def payment(self, payment_id, reference, timeout_s):
        self.asked_about.append(payment_id)
        if payment_id not in self.later:
            raise ServerAway("does not say")
        return self.later[payment_id]

    def look_up(self, lookup):
        if self.away:
            raise ServerAway("no line")
        self.meanwhile()
        return self.due

    def bill(self, number):
        if self.away:
            raise ServerAway("no line")
        return next(b for b in DUE.bills if b.number == number)


@pytest.fixture
def central():
    return Central()


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    yield made
    made.close()


@pytest.fixture
def looked_up(tmp_path, journal, central, monkeypatch):
    """What is found: by the unit, or by the code of a bill."""
    monkeypatch.setattr(module, "ANSWER_FOR_S", 0.01)
    copy, posted = copy_in(tmp_path, DUE), queue.Queue()
    lookups = Lookups(central, copy, journal, posted.put, lambda: False)

    def look(scanned=None):
        if scanned is None:
            lookups.by_unit(1, DUE.unit, "")
        else:
            lookups.by_bill(1, code_of(scanned), "token")
        return posted.get(timeout=10)

    yield look
    lookups.close()
    copy.close()


def records(journal, found) -> None:
    for record in found:
        journal.append_payment(record)


def shown(found) -> Story:
    """What the resident sees of it."""
    story = Story.at_attract().types("3", "2", "1201")
    return story.plays(
        found.__class__(**{**vars(found), "visit": story.visit.number})
        if isinstance(found, AccountFound)
        else LookupFailed(story.visit.number, found.code, found.details)
    )


def offered(found) -> list[str]:
    story = shown(found)
    return [b.period for b in story.visit.account.bills] if story.visit.account else []


@pytest.mark.parametrize("away", [False, True], ids=["server", "copy"])
def test_what_was_approved_here_is_not_offered_before_the_server_heard_of_it(
    looked_up, journal, central, away
):
    central.away = away
    assert offered(looked_up()) == ["2026-09", "2026-10", "2026-11"]
    records(journal, APPROVED)
    assert offered(looked_up()) == ["2026-11"]
    assert offered(looked_up(ELEVEN)) == ["2026-11"]
    story = shown(looked_up(NINE))
    assert (story.screen, story.visit.say) == (Screen.PAID, Say.ALREADY_PAID)


@pytest.mark.parametrize("away", [False, True], ids=["server", "copy"])
def test_what_is_in_doubt_here_is_not_offered_whatever_the_server_heard(
    looked_up, journal, central, away
):
    central.away = away
    records(journal, IN_DOUBT)
    journal.acknowledge(journal.last_sequence)
    assert offered(looked_up()) == ["2026-11"]
    story = shown(looked_up(TEN))
    assert (story.screen, story.payment.state) == (Screen.UNKNOWN, IN_DOUBT[-1].state)


def test_a_bill_that_was_paid_here_comes_with_its_payment(looked_up, journal, central, monkeypatch):
    records(journal, APPROVED)
    paid = NINE.model_copy(update={"paid_on": date(2026, 11, 24)})
    monkeypatch.setattr(central, "bill", lambda number: paid)
    found = looked_up(NINE)
    assert (found.code, found.paid) == (ErrorCode.BILL_PAID, APPROVED[-1])
    monkeypatch.setattr(
        central, "bill", lambda number: ELEVEN.model_copy(update={"paid_on": paid.paid_on})
    )
    assert looked_up(ELEVEN).paid is None


def test_once_the_server_has_heard_of_it_its_word_counts(looked_up, journal, central):
    """It may have given the money back since."""
    records(journal, APPROVED)
    journal.acknowledge(journal.last_sequence)
    assert offered(looked_up()) == ["2026-09", "2026-10", "2026-11"]
    central.away = True
    assert offered(looked_up()) == ["2026-11"], "the copy is from before"


def test_a_server_that_was_restored_does_not_know_what_it_had_acknowledged(
    looked_up, journal, central
):
    """It says with each answer how far it has the journal: what it lacks may be paid already."""
    records(journal, APPROVED)
    journal.acknowledge(journal.last_sequence)
    central.due = DUE.model_copy(update={"journal_received": journal.last_sequence - 1})
    assert offered(looked_up()) == ["2026-11"]
    central.due = DUE.model_copy(update={"journal_received": journal.last_sequence})
    assert offered(looked_up()) == ["2026-09", "2026-10", "2026-11"]


def test_an_answer_from_before_the_server_heard_is_not_believed_after_it(
    looked_up, journal, central
):
    """The journal is delivered while the server's answer is on its way."""

    def delivered():
        records(journal, APPROVED)
        journal.acknowledge(journal.last_sequence)

    central.meanwhile = delivered
    assert offered(looked_up()) == ["2026-11"]


def test_a_bill_that_the_copy_does_not_have_is_neither_paid_nor_due(looked_up, central):
    central.away = True
    found = looked_up(bill(12, 5))
    assert (found.code, shown(found).visit.say) == (OFFLINE, Say.SERVER_AWAY)


def test_a_paid_bill_is_said_to_be_paid_with_its_day(looked_up, central):
    central.bill = lambda number: NINE.model_copy(update={"paid_on": date(2026, 11, 3)})
    found = looked_up(NINE)
    assert (found.code, found.details) == (ErrorCode.BILL_PAID, {"paid_on": "2026-11-03"})


CANCELLED = Story.paying(Method.WECHAT).server_says(PaymentState.CANCELLED).did(Record)


def became(record, state, reason=""):
    """How the server tells of it now."""
    return PaymentView(
        payment_id=record.record.payment_id,
        reference=record.record.reference,
        method=Method.WECHAT,
        state=state,
        version=9,
        amount_minor=record.record.amount_minor,
        currency="CNY",
        reason=reason,
    )


@pytest.mark.parametrize(
    ("state", "reason", "known"),
    [
        (PaymentState.REVERSED, "late", (PaymentState.REVERSED, "late")),
        (PaymentState.APPROVED, "late", (PaymentState.REVERSED, CREDITED)),
        (PaymentState.CANCELLED, "", None),
        (PaymentState.REVERSED, "not_received", None),
    ],
)
def test_what_became_of_money_that_came_too_late_is_asked_of_the_server(
    looked_up, journal, central, state, reason, known
):
    records(journal, [effect.record for effect in CANCELLED])
    last = CANCELLED[-1]
    assert looked_up().reprint is None, "the server does not say"
    central.later[last.record.payment_id] = became(last, state, reason)
    found = looked_up().reprint
    assert (found and (found.state, found.reason)) == known
    central.away = True
    asked = len(central.asked_about)
    assert looked_up().reprint is None
    assert len(central.asked_about) == asked, "without the server it is not asked"


def test_a_payment_that_was_settled_since_needs_no_question(looked_up, journal, central):
    records(journal, [effect.record for effect in CANCELLED])
    later = [
        record.model_copy(
            update={
                "payment_id": "01900000-0000-7000-8000-000000000099",
                "reference": "K03-000099",
                "created_at": record.created_at + timedelta(minutes=5),
            }
        )
        for record in APPROVED
    ]
    records(journal, later)
    assert looked_up().reprint == later[-1]
    assert central.asked_about == []


class Payments:
    """A server that tells what was paid, or why it does not."""

    def __init__(self, answer) -> None:
        self.answer, self.asked = answer, []

    def payments_of(self, asked):
        self.asked.append(asked)
        if isinstance(self.answer, ErrorCode):
            raise Refused(ApiError(code=self.answer, message=Text(zh="不", en="No")))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "history", "code"),
    [
        (HISTORY, HISTORY, ""),
        (ErrorCode.NO_PHONE, None, ErrorCode.NO_PHONE),
        (ErrorCode.SECOND_FACTOR_WRONG, None, ErrorCode.SECOND_FACTOR_WRONG),
        (ServerAway("no line"), None, OFFLINE),
        (ValueError("nonsense"), None, OFFLINE),
    ],
)
def test_what_the_unit_has_paid_or_why_it_is_not_told(
    tmp_path, journal, monkeypatch, answer, history, code
):
    monkeypatch.setattr(module, "ANSWER_FOR_S", 0.01)
    copy, posted, central = copy_in(tmp_path, DUE), queue.Queue(), Payments(answer)
    lookups = Lookups(central, copy, journal, posted.put, lambda: False)
    with capture_logs() as logs:
        lookups.payments(FindPayments(7, DUE.unit, "1234"))
        lookups.payments(FindPayments(7, DUE.unit, token="t"))
        heard = [posted.get(timeout=10) for _ in range(2)]
    lookups.close()
    copy.close()
    assert heard == [PaymentsSeen(7, history, code)] * 2
    proofs = {(one.phone_last4, one.bill_token) for one in central.asked}
    assert proofs == {("1234", None), (None, "t")}
    assert "1234" not in str(logs) and DUE.unit not in str(logs)


def test_a_unit_that_can_be_none_is_not_asked_about(tmp_path, journal):
    copy, posted, central = copy_in(tmp_path, DUE), queue.Queue(), Payments(HISTORY)
    lookups = Lookups(central, copy, journal, posted.put, lambda: False)
    lookups.payments(FindPayments(7, "", "1234"))
    assert posted.get(timeout=10).code == ErrorCode.UNIT_NOT_FOUND
    assert central.asked == []
    lookups.close()
    copy.close()
