"""The table of a payment's life: whole, forward only, and true to what became known."""

from datetime import UTC, datetime

import pytest

from contract.messages import CardData, PaymentState
from kiosk.core.payment import TRANSITIONS, Fact, is_newer, learn
from tests.kiosk.core.story import Method, Story

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def test_every_state_knows_what_each_fact_means():
    assert set(TRANSITIONS) == {(s, f) for s in PaymentState for f in Fact}


def test_money_that_moved_is_only_taken_back_explicitly():
    leaving = {f: s for (state, f), s in TRANSITIONS.items() if state is PaymentState.APPROVED}
    assert {f for f, s in leaving.items() if s is not None} == {Fact.REVERSED}


def test_nothing_final_becomes_open_again():
    for (state, fact), after in TRANSITIONS.items():
        if state.final and after is not None:
            assert after.final, (state, fact)


def test_only_a_lost_answer_makes_a_payment_unknown():
    assert {f for (_, f), after in TRANSITIONS.items() if after is PaymentState.UNKNOWN} == {
        Fact.LOST
    }


def test_each_fact_that_changes_something_makes_a_new_version():
    record = Story.paying(Method.CARD).payment
    approved = learn(record, Fact.APPROVED, NOW, card=CardData(receipt_no="1"))
    assert approved is not None
    assert (approved.version, approved.state) == (record.version + 1, PaymentState.APPROVED)
    assert learn(approved, Fact.APPROVED, NOW) is None


@pytest.mark.parametrize(
    ("before", "last", "newer"),
    [
        (None, CardData(receipt_no="0001"), True),
        (None, CardData(), False),
        (CardData(receipt_no="0041"), CardData(receipt_no="0042"), True),
        (CardData(receipt_no="9999"), CardData(receipt_no="0001"), True),
        (
            CardData(receipt_no="0042", trace_no="7"),
            CardData(receipt_no="0042", trace_no="7"),
            False,
        ),
    ],
)
def test_a_terminals_transaction_is_ours_only_if_it_is_newer(before, last, newer):
    assert is_newer(last, before) is newer
