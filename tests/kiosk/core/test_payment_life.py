"""The table of a payment's life: whole, forward only, and true to what became known."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from contract.lifecycle import Fact
from contract.messages import CardData, PaymentRecord, PaymentState
from kiosk.core.effects import Record
from kiosk.core.model import Action
from kiosk.core.payment import TRANSITIONS, altered, apply_fact, follows, missing
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
        Fact.UNANSWERED
    }


def test_each_fact_that_changes_something_makes_a_new_version():
    record = Story.paying(Method.CARD).payment
    approved = apply_fact(record, Fact.APPROVED, NOW, card=CardData(receipt_no="1"))
    assert approved is not None
    assert (approved.version, approved.state) == (record.version + 1, PaymentState.APPROVED)
    assert apply_fact(approved, Fact.APPROVED, NOW) is None


def records_of(story: Story) -> list[PaymentRecord]:
    return [effect.record for effect in story.did(Record)]


def every_story() -> dict[str, Story]:
    card, phone = Story.paying(Method.CARD), Story.paying(Method.WECHAT)
    return {
        "paid by card": card.terminal_says("approved"),
        "declined": Story.paying(Method.CARD).terminal_says("declined", "05"),
        "taken back": Story.paying(Method.CARD).terminal_says("reversed", "B4"),
        "paid by phone": phone.server_says(PaymentState.APPROVED),
        "cancelled": Story.paying(Method.ALIPAY).server_says(PaymentState.CANCELLED),
        "unknown, then paid": Story.paying(Method.WECHAT)
        .taps(Action.CANCEL_PAYMENT)
        .waits(21)
        .server_says(PaymentState.APPROVED),
    }


def test_what_a_state_requires_is_there_and_what_is_frozen_stays():
    for name, story in every_story().items():
        records = records_of(story)
        assert len(records) > 1, name
        for record in records:
            assert missing(record) == (), name
        for before, after in pairwise(records):
            assert altered(before, after) == (), name
            assert follows(before, after), name


@pytest.mark.parametrize("name", ["amount_minor", "unit", "bills", "method", "currency"])
def test_a_changed_snapshot_is_noticed(name):
    record = Story.paying(Method.CARD).payment
    changed = record.model_copy(update={name: "other"})
    assert altered(record, changed) == (name,)


def test_a_step_that_is_not_in_the_table_is_noticed():
    record = Story.paying(Method.CARD).terminal_says("approved").payment
    unpaid = record.model_copy(
        update={"state": PaymentState.CANCELLED, "version": record.version + 1}
    )
    assert not follows(record, unpaid)
