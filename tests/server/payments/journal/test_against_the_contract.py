"""An entry against the contract costs no other one; what breaks chain or signature is told as that."""

import pytest

from contract.journal_hash import GENESIS, sign_entry
from contract.messages import EntryKind, JournalBatch, PaymentState
from server.alerts.models import Alert
from server.payments.journal import intake
from server.payments.journal.reenrolment import highest_number
from server.payments.models import JournalEntry as Received
from server.payments.verification import verify_books
from tests.server.payments.journal.test_intake import KioskJournal, order, record
from tests.server.payments.journal.test_poison import intact
from tests.server.payments.world import KEY, NOW

APPROVED = PaymentState.APPROVED
NO_OBJECTS = [None, "text", [{"payment_id": "a"}]]
BREACHES = {
    "long_kind": {"kind": "a" * 5000},
    "no_kind": {"kind": ""},
    "long_time": {"at": "2026-11-24" * 400},
    "no_time": {"at": ""},
    "long_kind_of_no_object": {"kind": "b" * 21, "body": [1]},
}


def sent(world, journal):
    """As it comes over the line."""
    said = JournalBatch(entries=journal.entries).model_dump_json()
    received = JournalBatch.model_validate_json(said).entries
    return intake.ingest(world.caller, 0, GENESIS, list(received), NOW)


@pytest.mark.parametrize("what", BREACHES)
def test_an_entry_against_the_contract_costs_no_other_one(world, what):
    journal = KioskJournal().write(
        **{"body": {"reference": "K03-000007"}, "kind": "x"} | BREACHES[what]
    )
    journal.tells(record(world, APPROVED, offline=True))
    assert sent(world, journal).position == 2
    assert intact() == 2
    assert order().life is APPROVED
    assert len(str(Alert.objects.get().subject)) < 80
    assert Alert.objects.get().kind == "unreadable_record"
    assert verify_books() == []


@pytest.mark.parametrize("kind", [*EntryKind, "settlement"])
@pytest.mark.parametrize("body", NO_OBJECTS)
def test_a_body_that_is_no_object_is_kept_and_told(world, kind, body):
    journal = KioskJournal().write(body, kind).tells(record(world, APPROVED, offline=True))
    assert sent(world, journal).position == 2
    assert intact() == 2
    assert Received.objects.get(sequence=1).body == body
    assert order().life is APPROVED
    alert = Alert.objects.get()
    assert (alert.kind, alert.details["sequence"]) == ("unreadable_record", 1)
    assert verify_books() == []
    assert highest_number(world.caller.kiosk_id) == 1


@pytest.mark.parametrize("field", ["hash", "previous_hash"])
@pytest.mark.parametrize("value", ["", "Z" * 64])
def test_a_hash_that_is_none_breaks_the_chain_and_is_told_as_that(world, field, value):
    """Nothing is refused before anybody hears of it: who cannot follow the chain says so."""
    journal = KioskJournal().tells(record(world, APPROVED))
    [entry] = journal.entries
    digest = value if field == "hash" else entry.hash
    signature = sign_entry(KEY, world.caller.kiosk_id, 1, digest)
    journal.entries = [entry.model_copy(update={field: value, "signature": signature})]
    with pytest.raises(intake.JournalBroken):
        sent(world, journal)


@pytest.mark.parametrize("signature", ["", "ä" * 86, "A" * 4000])
def test_a_signature_that_is_none_is_told_as_that(world, signature):
    journal = KioskJournal().tells(record(world, APPROVED))
    journal.entries = [journal.entries[0].model_copy(update={"signature": signature})]
    with pytest.raises(intake.JournalNotSigned):
        sent(world, journal)
