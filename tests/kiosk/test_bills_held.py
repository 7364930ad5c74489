"""May this bill be paid already? The journal answers, of all that happened at this kiosk."""

import time
from datetime import UTC, datetime

import pytest

from contract.lifecycle import Fact
from contract.messages import EntryKind, Method, PaymentState
from kiosk.core.effects import Record
from kiosk.core.payment import apply_fact
from kiosk.journal.journal import Journal
from tests.kiosk.core.story import START, Story, bill

NINE, TEN, ELEVEN = bill(9, 30000), bill(10, 33208), bill(11, 100)
ENDS = {
    PaymentState.CREATED: (),
    PaymentState.PENDING: (Fact.SUBMITTED,),
    PaymentState.UNKNOWN: (Fact.SUBMITTED, Fact.UNANSWERED),
    PaymentState.APPROVED: (Fact.SUBMITTED, Fact.APPROVED),
    PaymentState.DECLINED: (Fact.SUBMITTED, Fact.DECLINED),
    PaymentState.CANCELLED: (Fact.SUBMITTED, Fact.CANCELLED),
    PaymentState.REVERSED: (Fact.SUBMITTED, Fact.APPROVED, Fact.REVERSED),
}


@pytest.fixture
def opened(tmp_path):
    made = []

    def open_journal() -> Journal:
        made.append(Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC)))
        return made[-1]

    yield open_journal
    for journal in made:
        journal.close()


@pytest.fixture
def journal(opened):
    return opened()


def intention(number: int = 1, bills=(NINE, TEN)):
    record = Story.at_bills().taps("pay").taps("method", Method.CARD).did(Record)[0].record
    return record.model_copy(
        update={
            "payment_id": f"01900000-0000-7000-8000-{number:012d}",
            "reference": f"K03-{number:06d}",
            "bills": list(bills),
        }
    )


def written(journal, state=PaymentState.APPROVED, **more):
    record = intention(**more)
    journal.append_payment(record)
    for fact in ENDS[state]:
        record = apply_fact(record, fact, START, reason="x")
        journal.append_payment(record)
    return record


def held(journal, *bills, after=0):
    return [(r.reference, r.state) for r in journal.may_have_paid(bills, after)]


@pytest.mark.parametrize("state", PaymentState)
def test_what_was_approved_or_has_no_known_end_holds_its_bills(journal, state):
    written(journal, state)
    holds = state is PaymentState.APPROVED or not state.final
    for asked in ((NINE,), (TEN, ELEVEN), (NINE, TEN)):
        assert held(journal, *asked) == ([("K03-000001", state)] if holds else [])
    assert held(journal, ELEVEN) == []
    assert held(journal) == []


@pytest.mark.parametrize("state", [PaymentState.APPROVED, PaymentState.UNKNOWN])
def test_what_the_server_knows_as_approved_it_takes_into_account_itself(journal, state):
    """What has no known end it cannot take into account, whatever it was told."""
    written(journal, state)
    last = journal.last_sequence
    assert held(journal, NINE, after=last - 1)
    assert bool(held(journal, NINE, after=last)) is (state is PaymentState.UNKNOWN)


def test_a_bill_that_took_the_others_place_for_that_month_is_held_too(journal):
    written(journal)
    again = NINE.model_copy(update={"number": "202609-2", "amount_minor": 29000})
    assert held(journal, again)
    neighbours = bill(9, 30000, "3-2-1202")
    assert not held(journal, neighbours)


def test_the_number_counts_when_the_unit_has_another_code_by_now(journal):
    written(journal)
    assert held(journal, NINE.model_copy(update={"unit": "3-2-1201A"}))


def test_a_payment_that_was_written_by_another_start_counts(opened):
    opened().close()
    before = opened()
    written(before, PaymentState.UNKNOWN)
    before.close()
    assert held(opened(), NINE) == [("K03-000001", PaymentState.UNKNOWN)]


def test_a_step_that_was_taken_back_holds_nothing(journal):
    with pytest.raises(ZeroDivisionError), journal.together():
        written(journal)
        raise ZeroDivisionError
    assert not held(journal, NINE)


def test_a_test_payment_holds_nothing(journal):
    journal.append(EntryKind.NOTE, {"what": "test_payment", "bills": [NINE.number]})
    assert not held(journal, NINE)


def test_a_big_journal_answers_at_once(opened):
    journal = opened()
    with journal.together():
        for number in range(1, 801):
            unit = f"9-1-{number}"
            written(journal, number=number, bills=(bill(8, 1, unit), bill(9, 1, unit)))
        written(journal, number=4000, bills=(NINE,))
    journal.close()
    journal = opened()
    began = time.perf_counter()
    for _ in range(100):
        assert held(journal, NINE, TEN) == [("K03-004000", PaymentState.APPROVED)]
    each = (time.perf_counter() - began) / 100
    began = time.perf_counter()
    everything = journal._payments("WHERE state = 'approved'", ())
    all_of_them = time.perf_counter() - began
    assert len(everything) == 801
    assert each < all_of_them / 10, "it looks at the bills asked for, not at everything paid"
