"""A journal whose links hold may still tell of a payment that cannot have happened so."""

from datetime import UTC, datetime

import pytest

from contract.lifecycle import Fact
from contract.messages import EntryKind, Method, PaymentState
from kiosk.commands.journal import main as journal_command
from kiosk.core.payment import apply_fact
from kiosk.journal.audit import breaches
from kiosk.journal.journal import Journal
from tests.kiosk.core.story import START, Story

CREATED = Story.at_bills().taps("pay").taps("method", Method.CARD).payment


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite3", lambda: datetime(2026, 11, 24, tzinfo=UTC))
    journal.append_payment(CREATED)
    yield journal
    journal.close()


def test_a_payment_that_went_its_way_breaks_nothing(journal):
    pending = apply_fact(CREATED, Fact.SUBMITTED, START)
    journal.append_payment(pending)
    journal.append_payment(apply_fact(pending, Fact.APPROVED, START))
    assert list(breaches(journal.path)) == []


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"amount_minor": 1}, "amount_minor may not change after created"),
        ({"reference": ""}, "is no payment record"),
        ({"state": PaymentState.CANCELLED, "reason": ""}, "reason must be given"),
        ({"version": CREATED.version}, "does not follow from created, version 1"),
    ],
)
def test_what_cannot_have_happened_is_named_with_its_entry(journal, changes, said, capsys):
    approved = apply_fact(CREATED, Fact.APPROVED, START)
    body = approved.model_copy(update=changes).model_dump(mode="json")
    journal.append(EntryKind.PAYMENT, body)
    assert journal_command(["verify", str(journal.path)]) == 1
    told = capsys.readouterr().err
    assert "entry 2" in told
    assert said in told


def test_a_payment_is_not_unpaid(journal):
    approved = apply_fact(CREATED, Fact.APPROVED, START)
    journal.append_payment(approved)
    unpaid = {"state": PaymentState.DECLINED, "version": approved.version + 1, "reason": "05"}
    journal.append_payment(approved.model_copy(update=unpaid))
    (sentence,) = breaches(journal.path)
    assert "does not follow from approved" in sentence
