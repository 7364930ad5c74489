"""A journal never begins again: another file, another disk, another key goes on where the server is."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.enrolment import JournalPosition
from contract.lifecycle import Fact
from contract.messages import CardData, EntryKind, Method, PaymentState
from kiosk.core.payment import apply_fact
from kiosk.journal.continuation import HANDED_OVER, NUMBERS_SKIPPED, current, open_payments
from kiosk.journal.journal import Journal, verify
from kiosk.journal.opening import open_journal, save_begin
from kiosk.journal.salvage import salvage
from kiosk.journal.schema import JournalOfAnother, Seal
from tests.kiosk.core.story import START, Story

BEFORE = CardData(receipt_no="0041", trace_no="000041", terminal_id="52500013")


def now() -> datetime:
    return datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def seal() -> Seal:
    return Seal("kiosk-1", Ed25519PrivateKey.generate())


def payment(number: int, **changes):
    record = Story.at_bills().taps("pay").taps("method", Method.CARD).payment
    names = {
        "payment_id": f"00000000-0000-7000-8000-{number:012x}",
        "reference": f"K03-{number:06d}",
    }
    return record.model_copy(update=names | changes)


def approved(record):
    return apply_fact(record, Fact.APPROVED, START, card=CardData(receipt_no="0042"))


def enrolled(folder, position: JournalPosition) -> Journal:
    """What enrolling and the next start do."""
    new = seal()
    save_begin(folder, position, new.public_key)
    return open_journal(folder, new, now)


def at(journal: Journal, **more) -> JournalPosition:
    sequence, digest = journal.head
    return JournalPosition(sequence=sequence, hash=digest, **more)


def test_the_first_enrolment_begins_at_the_beginning(tmp_path):
    journal = enrolled(tmp_path, JournalPosition())
    assert (journal.last_sequence, journal.next_number()) == (0, 1)
    assert current(tmp_path).name == "journal.sqlite3"
    assert not (tmp_path / "begin.json").exists()
    journal.close()


def test_a_replaced_disk_goes_on_after_what_the_server_has(tmp_path):
    position = JournalPosition(sequence=512, hash="a" * 64, number=80, starts=7)
    journal = enrolled(tmp_path, position)
    (note,) = journal.after(512, 10)
    assert (note.sequence, note.previous_hash, note.kind) == (513, "a" * 64, EntryKind.NOTE)
    assert journal.next_number() == 80 + NUMBERS_SKIPPED + 1
    assert journal.acknowledged() == 512
    assert journal.count_start() == 8
    journal.close()
    assert verify(current(tmp_path)) == 1


def test_open_card_payments_are_handed_to_the_new_disk(tmp_path):
    told = apply_fact(payment(80, terminal_before=BEFORE), Fact.SUBMITTED, START)
    position = JournalPosition(sequence=9, hash="a" * 64, number=80, payments=[told])
    journal = enrolled(tmp_path, position)
    (handed,) = journal.unfinished()
    assert (handed.state, handed.reason) == (PaymentState.UNKNOWN, HANDED_OVER)
    assert (handed.version, handed.terminal_before) == (told.version + 1, BEFORE)
    journal.close()


def test_what_was_not_acknowledged_is_carried_over_and_the_old_file_kept(tmp_path):
    first = enrolled(tmp_path, JournalPosition())
    first.append_payment(payment(1))
    first.append_payment(approved(payment(1)))
    position = at(first)
    first.append_payment(payment(2))
    offline = approved(payment(2, offline=True))
    first.append_payment(offline)
    first.close()
    before = current(tmp_path).read_bytes()
    second = enrolled(tmp_path, position)
    assert [e.kind for e in second.after(2, 10)] == [EntryKind.NOTE, EntryKind.PAYMENT]
    assert second.payment(offline.payment_id) == offline
    assert second.payment(payment(1).payment_id) is None  # the server has it
    assert second.next_number() == 3
    assert current(tmp_path).name == "journal-2.sqlite3"
    assert (tmp_path / "journal.sqlite3").read_bytes() == before
    second.close()
    assert verify(current(tmp_path)) == 2


def test_a_forked_disk_carries_over_only_what_it_wrote_itself(tmp_path):
    """An old image: one payment the server has, then one taken by the image in its own history."""
    image = enrolled(tmp_path, JournalPosition())
    image.append_payment(approved(payment(1)))
    image.acknowledge(1)
    image.append_payment(approved(payment(2, offline=True)))
    image.close()
    journal = enrolled(tmp_path, JournalPosition(sequence=40, hash="b" * 64, number=30))
    assert [e.sequence for e in journal.after(0, 10)] == [41, 42]
    assert journal.payment(payment(2).payment_id).state is PaymentState.APPROVED
    assert journal.payment(payment(1).payment_id) is None
    assert journal.next_number() == 30 + NUMBERS_SKIPPED + 1
    journal.close()


def test_a_payment_that_was_open_in_an_old_image_ends_as_the_server_knows(tmp_path):
    image = enrolled(tmp_path, JournalPosition())
    pending = apply_fact(payment(1), Fact.SUBMITTED, START)
    image.append_payment(pending)
    image.close()
    known = salvage(current(tmp_path))
    assert open_payments(known) == [pending.payment_id]
    ended = approved(pending)
    position = JournalPosition(sequence=40, hash="b" * 64, number=30, payments=[ended])
    journal = enrolled(tmp_path, position)
    assert journal.unfinished() == []
    assert journal.payment(ended.payment_id) == ended
    journal.close()


def test_what_this_disk_knows_better_than_the_server_stays(tmp_path):
    first = enrolled(tmp_path, JournalPosition())
    pending = apply_fact(payment(1), Fact.SUBMITTED, START)
    first.append_payment(pending)
    position = at(first, payments=[pending])
    first.append_payment(approved(pending))
    first.close()
    journal = enrolled(tmp_path, position)
    assert journal.unfinished() == []
    assert journal.payment(pending.payment_id).state is PaymentState.APPROVED
    journal.close()


def test_a_power_cut_while_the_new_file_is_made_costs_nothing(tmp_path):
    first = enrolled(tmp_path, JournalPosition())
    first.append_payment(payment(1))
    first.close()
    (tmp_path / "journal-2.sqlite3.partial").write_bytes(b"half of a file")
    journal = enrolled(tmp_path, JournalPosition(sequence=3, hash="c" * 64))
    assert journal.last_sequence == 5
    journal.close()
    assert verify(tmp_path / "journal-2.sqlite3") == 2


def test_without_a_place_to_begin_another_identitys_file_is_left_alone(tmp_path):
    enrolled(tmp_path, JournalPosition()).close()
    with pytest.raises(JournalOfAnother):
        open_journal(tmp_path, seal(), now)
    save_begin(tmp_path, JournalPosition(), seal().public_key)  # somebody else's
    with pytest.raises(JournalOfAnother):
        open_journal(tmp_path, seal(), now)
    assert [p.name for p in tmp_path.glob("*.sqlite3")] == ["journal.sqlite3"]
