"""The journal: on disk when it says so, never changed, and honest when somebody tried."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.journal_hash import GENESIS, NotSigned, check_signature, entry_hash
from contract.lifecycle import Fact
from contract.messages import EntryKind, Method, PaymentState
from kiosk.core.payment import apply_fact
from kiosk.journal.journal import Journal, JournalBroken, JournalUnavailable, verify
from kiosk.journal.schema import JournalOfAnother, Seal
from tests.kiosk.core.story import START, Story


def now() -> datetime:
    return datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kiosk" / "journal.sqlite3"


@pytest.fixture
def journal(path):
    journal = Journal(path, now)
    yield journal
    journal.close()


def record():
    return Story.at_bills().taps("pay").taps("method", Method.CARD).payment


def test_a_payment_is_found_again_after_a_restart(path):
    first = Journal(path, now)
    created = record()
    pending = apply_fact(created, Fact.SUBMITTED, START)
    first.append_payment(created)
    first.append_payment(pending)
    first.close()
    again = Journal(path, now)
    assert again.unfinished() == [pending]
    assert again.next_number() == int(created.reference[-6:]) + 1
    assert again.last_sequence == 2
    again.close()


def test_a_finished_payment_is_no_longer_unfinished(journal):
    created = record()
    journal.append_payment(created)
    approved = apply_fact(created, Fact.APPROVED, START)
    journal.append_payment(approved)
    assert journal.unfinished() == []
    assert journal.last_in(created.unit, [PaymentState.APPROVED]) == approved
    journal.append_payment(apply_fact(approved, Fact.REVERSED, START))
    assert journal.last_in(created.unit, [PaymentState.APPROVED]) is None


def test_an_older_version_is_refused(journal):
    created = record()
    journal.append_payment(created)
    with pytest.raises(ValueError, match="version 1 is already there"):
        journal.append_payment(created)
    assert journal.last_sequence == 1


def test_the_outbox_gives_what_is_not_acknowledged_and_never_goes_back(journal):
    for n in range(5):
        journal.append(EntryKind.NOTE, {"n": n})
    journal.acknowledge(3)
    journal.acknowledge(2)
    journal.acknowledge(99)
    assert journal.acknowledged() == 3
    assert [e.sequence for e in journal.after(3, 100)] == [4, 5]


def test_entries_cannot_be_changed_or_deleted_through_the_database(journal, path):
    journal.append(EntryKind.NOTE, {})
    with sqlite3.connect(path) as db:
        for attempt in ("UPDATE entries SET body = '{}'", "DELETE FROM entries"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                db.execute(attempt)


@pytest.mark.parametrize(
    ("tampering", "sequence"),
    [
        ("""UPDATE entries SET body = '{"n":7}' WHERE sequence = 2""", 2),
        ("DELETE FROM entries WHERE sequence = 2", 2),
        ("UPDATE entries SET at = '2020-01-01' WHERE sequence = 1", 1),
        ("UPDATE entries SET body = 'torn' WHERE sequence = 3", 3),
    ],
)
def test_tampering_is_found_at_the_first_entry(journal, path, tampering, sequence):
    for n in range(4):
        journal.append(EntryKind.NOTE, {"n": n})
    assert verify(path) == 4
    with sqlite3.connect(path) as db:
        db.execute("DROP TRIGGER entries_are_never_changed")
        db.execute("DROP TRIGGER entries_are_never_deleted")
        db.execute(tampering)
    with pytest.raises(JournalBroken) as broken:
        verify(path)
    assert broken.value.sequence == sequence


def test_a_journal_that_cannot_be_opened_says_so(tmp_path):
    place = tmp_path / "journal.sqlite3"
    place.write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(JournalUnavailable, match="journal"):
        Journal(place, now)


def test_a_full_disk_refuses_the_entry_and_keeps_the_others(journal):
    journal.append(EntryKind.NOTE, {"n": 1})
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalUnavailable, match="full"):
        for _ in range(200):
            journal.append(EntryKind.NOTE, {"long": "x" * 2000})
    kept = journal.last_sequence
    journal._db.execute("PRAGMA max_page_count = 1000000")
    assert journal.append(EntryKind.NOTE, {"n": 2}) == kept + 1
    assert [e.sequence for e in journal.after(0, 1000)] == list(range(1, kept + 2))


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from contract.messages import EntryKind
from kiosk.journal.journal import Journal
journal = Journal(Path(sys.argv[1]), lambda: datetime.now(UTC))
while True:
    print(journal.append(EntryKind.NOTE, {"text": "x" * 300}), flush=True)
"""


def test_what_append_returned_survives_a_kill(path):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    for _ in range(50):
        promised = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    promised = max([promised, *map(int, writer.stdout.read().split())])
    writer.wait()
    assert verify(path) >= promised


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SEAL = Seal("kiosk-1", KEY)


def test_every_entry_is_signed_by_the_kiosk(path):
    journal = Journal(path, now, seal=SEAL)
    journal.append(EntryKind.NOTE, {"n": 1})
    (entry,) = journal.after(0, 10)
    check_signature(KEY.public_key(), "kiosk-1", 1, entry.hash, entry.signature)
    for kiosk, sequence, digest in (
        ("kiosk-2", 1, entry.hash),
        ("kiosk-1", 2, entry.hash),
        ("kiosk-1", 1, "0" * 64),
    ):
        with pytest.raises(NotSigned):
            check_signature(KEY.public_key(), kiosk, sequence, digest, entry.signature)
    journal.close()
    assert verify(path, SEAL.public_key) == 1


def test_a_chain_written_anew_by_somebody_else_is_found(path):
    forger = Journal(path, now, seal=Seal("kiosk-1", Ed25519PrivateKey.generate()))
    forger.append(EntryKind.NOTE, {"n": 1})
    forger.close()
    assert verify(path) == 1
    with pytest.raises(JournalBroken, match="another key"):
        verify(path, SEAL.public_key)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE origin SET public_key = ?", (SEAL.public_key,))
    with pytest.raises(JournalBroken, match="not signed by this kiosk"):
        verify(path, SEAL.public_key)


def test_a_journal_of_another_identity_is_not_gone_on_with(path):
    Journal(path, now, seal=SEAL).close()
    with pytest.raises(JournalOfAnother, match="enrol"):
        Journal(path, now, seal=Seal("kiosk-1", Ed25519PrivateKey.generate()))


def test_a_journal_from_before_signatures_is_signed_when_it_is_opened(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        columns = "sequence INTEGER PRIMARY KEY, at TEXT, kind TEXT, body TEXT, previous_hash TEXT"
        db.execute(f"CREATE TABLE entries ({columns}, hash TEXT) STRICT")
        for verb in ("UPDATE", "DELETE"):
            name = f"entries_are_never_{'changed' if verb == 'UPDATE' else 'deleted'}"
            body = "BEGIN SELECT RAISE(ABORT, 'never'); END"
            db.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON entries {body}")
        before = GENESIS
        for n in range(1, 4):
            digest = entry_hash(n, "2026-01-01", "note", {"n": n}, before)
            body = json.dumps({"n": n})
            row = (n, "2026-01-01", "note", body, before, digest)
            db.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)
            before = digest
    assert verify(path) == 3
    journal = Journal(path, now, seal=SEAL)
    assert journal.append(EntryKind.NOTE, {"n": 4}) == 4
    journal.close()
    assert verify(path, SEAL.public_key) == 4
    with sqlite3.connect(path) as db, pytest.raises(sqlite3.IntegrityError, match="never"):
        db.execute("DELETE FROM entries")


@pytest.mark.parametrize("bad", ["\0", "\ud800", "\udfff"])
def test_an_entry_is_written_whatever_text_a_device_gave(journal, path, bad):
    journal.append(EntryKind.NOTE, {"what": f"a{bad}b", "lines": [bad], bad: 1})
    [entry] = journal.after(0, 10)
    assert entry.body == {"what": "a\ufffdb", "lines": ["\ufffd"], "\ufffd": 1}
    assert verify(path) == 1
