"""Real faults of real files: nothing that was recorded is lost, and nothing is taken unrecorded."""

import os
import shutil
import sqlite3
import threading
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.enrolment import JournalPosition
from contract.lifecycle import Fact
from contract.messages import EntryKind, PaymentState
from contract.stop_reason import StopReason
from kiosk.central.client import ServerAway
from kiosk.commands.journal import main as journal_command
from kiosk.core.payment import apply_fact
from kiosk.journal.continuation import current
from kiosk.journal.journal import Journal, JournalUnavailable, verify
from kiosk.journal.opening import open_journal
from kiosk.journal.salvage import salvage
from kiosk.journal.schema import JournalDamaged, Seal, marker_of
from kiosk.journal.scrubber import JournalWatch
from kiosk.recovery.journal_repair import Trouble, mend, told
from tests.kiosk.core.story import START
from tests.kiosk.journal.test_continuation import approved, payment

SEAL = Seal("kiosk-1", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
PAGE = 4096
ENTRIES = 60


def now() -> datetime:
    return datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


class Server:
    """Says where to go on: at ``position``, or not at all."""

    def __init__(self, position: JournalPosition | None) -> None:
        self.position, self.told = position, []

    def continue_journal(self, salvaged):
        self.told.append(salvaged)
        if self.position is None:
            raise ServerAway("no line")
        return self.position


def written(folder, entries: int = ENTRIES) -> Journal:
    """A closed journal: payments of which the last one is open, padded so that it has many pages."""
    journal = open_journal(folder, SEAL, now)
    for n in range(1, entries // 3 + 1):
        record = payment(n, payer="王" * 300)
        journal.append_payment(record)
        asked = apply_fact(record, Fact.SUBMITTED, START)
        journal.append_payment(asked)
        if n < entries // 3:
            journal.append_payment(approved(asked))
    journal.close()
    return journal


def position_at(folder, sequence: int, **more) -> JournalPosition:
    """What a server says that has everything up to ``sequence``."""
    with sqlite3.connect(current(folder)) as db:
        row = db.execute("SELECT hash FROM entries WHERE sequence = ?", (sequence,)).fetchone()
    return JournalPosition(sequence=sequence, hash=row[0], **more)


def overwrite(path, page: int, what: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(what)


def mended(folder, server) -> Trouble:
    return mend(folder, SEAL, now, server.continue_journal)


# --- what is on disk is not what was written ---


def test_a_last_entry_that_was_changed_is_found_when_the_journal_is_opened(tmp_path):
    written(tmp_path)
    with sqlite3.connect(current(tmp_path)) as db:
        db.execute("DROP TRIGGER entries_are_never_changed")
        db.execute("UPDATE entries SET at = '2020-01-01' WHERE sequence = 59")
    with pytest.raises(JournalDamaged, match="59"):
        open_journal(tmp_path, SEAL, now)


@pytest.mark.parametrize("pages", [1, 2, 8])
def test_a_torn_end_is_found_kept_and_gone_on_from(tmp_path, pages):
    written(tmp_path)
    path = current(tmp_path)
    position = position_at(tmp_path, 50, number=20, starts=3)
    os.truncate(path, path.stat().st_size - pages * PAGE - 1000)
    torn = path.read_bytes()
    server = Server(position)
    with pytest.raises(JournalDamaged):
        _all_of(open_journal(tmp_path, SEAL, now))
    marker_of(path).touch()
    assert mended(tmp_path, server) is Trouble.NONE
    assert path.read_bytes() == torn
    journal = open_journal(tmp_path, SEAL, now)
    assert journal.last_sequence > 50
    assert journal.next_number() > 20
    assert journal.count_start() == 4
    journal.close()
    assert verify(current(tmp_path), SEAL.public_key) == journal.last_sequence - 50


def _all_of(journal: Journal) -> None:
    """Reads everything, as the watch does in the background."""
    failures = []
    watch = JournalWatch(journal, failures.append)
    watch._sound()
    journal.close()
    if failures:
        raise JournalDamaged(failures[0])


@pytest.mark.parametrize("noise", [b"\0" * PAGE, b"\xa5" * PAGE])
def test_wherever_a_page_is_lost_it_is_found_and_only_what_was_written_is_believed(tmp_path, noise):
    original = tmp_path / "original"
    written(original)
    pages = current(original).stat().st_size // PAGE
    with sqlite3.connect(current(original)) as db:
        truth = dict(db.execute("SELECT sequence, hash FROM entries").fetchall())
    assert pages > 20
    readable = []
    for page in range(pages):
        folder = tmp_path / str(page)
        shutil.copytree(original, folder)
        overwrite(current(folder), page, noise)
        known = salvage(current(folder))
        assert known.hashes.items() <= truth.items(), page
        readable.append(len(known.hashes))
        with pytest.raises(JournalUnavailable):
            _all_of(open_journal(folder, SEAL, now))
    assert readable[0] == len(truth)  # the layout alone is no loss
    assert sorted(readable)[pages // 4] >= len(truth) - 8


def test_verify_names_a_lost_page_that_held_no_entry(tmp_path, capsys):
    written(tmp_path)
    path = current(tmp_path)
    with sqlite3.connect(path) as db:
        page = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'payments_by_unit'"
        ).fetchone()[0]
    assert journal_command(["verify", str(path)]) == 0
    overwrite(path, page - 1, b"\xa5" * PAGE)
    assert journal_command(["verify", str(path)]) == 1
    told = capsys.readouterr().err
    assert "59 entries hold, but the file is damaged" in told


def test_what_can_be_read_is_carried_over_and_sent(tmp_path):
    written(tmp_path)
    path = current(tmp_path)
    position = position_at(tmp_path, 30, number=20)
    overwrite(path, 0, b"\0" * PAGE)
    server = Server(position)
    assert mended(tmp_path, server) is Trouble.NONE
    assert (server.told[0].last, server.told[0].whole_from) == (59, 1)
    assert server.told[0].open_payments == [payment(20).payment_id]
    journal = open_journal(tmp_path, SEAL, now)
    (still_open,) = journal.unfinished()
    assert (still_open.reference, still_open.state) == ("K03-000020", PaymentState.PENDING)
    for n in range(11, 20):
        assert journal.payment(payment(n).payment_id).state is PaymentState.APPROVED
    assert journal.payment(payment(1).payment_id) is None  # the server has it
    assert journal.next_number() == 21
    assert len(journal.after(30, 100)) == journal.last_sequence - 30 == 11  # a note, ten payments
    journal.close()


def test_without_the_servers_word_nothing_begins_and_nothing_is_touched(tmp_path):
    written(tmp_path)
    overwrite(current(tmp_path), 0, b"\0" * PAGE)
    before = current(tmp_path).read_bytes()
    for _ in range(2):
        assert mended(tmp_path, Server(None)) is Trouble.DAMAGED
    assert [p.name for p in tmp_path.glob("journal*.sqlite3*")] == ["journal.sqlite3"]
    assert current(tmp_path).read_bytes() == before


def test_a_journal_of_which_nothing_is_left_goes_on_with_what_the_server_knows(tmp_path):
    written(tmp_path)
    pending = apply_fact(payment(20), Fact.SUBMITTED, START)
    position = position_at(tmp_path, 59, number=20, payments=[pending])
    current(tmp_path).write_bytes(os.urandom(50_000))
    server = Server(position)
    assert mended(tmp_path, server) is Trouble.NONE
    assert (server.told[0].last, server.told[0].whole_from) == (0, 0)
    journal = open_journal(tmp_path, SEAL, now)
    assert [r.state for r in journal.unfinished()] == [PaymentState.UNKNOWN]
    assert journal.next_number() > 20
    journal.close()


def test_a_server_that_misses_entries_keeps_the_kiosk_stopped(tmp_path):
    written(tmp_path)
    position = position_at(tmp_path, 30, stopped=StopReason.DAMAGED)
    overwrite(current(tmp_path), 0, b"\0" * PAGE)
    assert mended(tmp_path, Server(position)) is Trouble.NONE
    journal = open_journal(tmp_path, SEAL, now)
    assert journal.stopped() is StopReason.DAMAGED
    journal.close()


def test_damage_found_at_work_stops_new_money_and_is_remembered(tmp_path):
    written(tmp_path, 600)
    overwrite(current(tmp_path), 40, b"\xa5" * PAGE)
    journal = Journal(current(tmp_path), now, seal=SEAL)
    found = threading.Event()
    watch = JournalWatch(journal, lambda what: found.set())
    watch.start()
    assert found.wait(60)
    watch.stop()
    with pytest.raises(JournalDamaged):
        journal.check_writable()
    assert journal.append(EntryKind.NOTE, {"what": "what is on its way is still recorded"}) == 600
    journal.close()
    with pytest.raises(JournalDamaged):
        open_journal(tmp_path, SEAL, now)


def test_a_sound_journal_is_found_sound(tmp_path):
    written(tmp_path)
    journal = open_journal(tmp_path, SEAL, now)
    assert JournalWatch(journal, lambda what: pytest.fail(what))._sound()
    journal.close()


def test_noise_after_the_last_commit_in_the_log_costs_nothing(tmp_path):
    journal = open_journal(tmp_path, SEAL, now)
    for n in range(5):
        journal.append(EntryKind.NOTE, {"n": n})
    log = tmp_path / "journal.sqlite3-wal"
    place = tmp_path / "after" / "journal.sqlite3"
    place.parent.mkdir()
    shutil.copyfile(tmp_path / "journal.sqlite3", place)
    place.with_name(log.name).write_bytes(log.read_bytes() + os.urandom(3000))
    journal.close()
    again = open_journal(place.parent, SEAL, now)
    assert again.append(EntryKind.NOTE, {}) == 6
    again.close()
    assert verify(place) == 6


def test_what_the_server_is_told_of_a_hole(tmp_path):
    written(tmp_path)
    known = salvage(current(tmp_path))
    del known.hashes[40]
    assert (told(known).last, told(known).whole_from) == (59, 41)
