"""A disk that takes nothing: what was promised is kept, no money is taken, and people are told."""

import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from contract.messages import EntryKind
from kiosk.central.bills_cache import BillsCache
from kiosk.core.model import Screen
from kiosk.journal.continuation import current
from kiosk.journal.journal import JournalUnavailable, verify
from kiosk.journal.opening import open_journal
from kiosk.recovery.journal_repair import Trouble
from kiosk.runtime.without_journal import Waiting
from tests.kiosk.central.copies import Pages, Time
from tests.kiosk.core.story import account, bill
from tests.kiosk.journal.test_continuation import approved, payment
from tests.kiosk.journal.test_storage_faults import PAGE, SEAL, Server, mended, now, written


@contextmanager
def small_disk(folder, size: str = "8m"):
    """A file system of that size; skips where one may not be mounted."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("mounting is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_that_is_really_full_refuses_and_goes_on_when_there_is_room(tmp_path):
    with small_disk(tmp_path / "disk") as folder:
        journal = open_journal(folder, SEAL, now)
        journal.append_payment(payment(1))
        filling = folder / "logs"
        with filling.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
            while True:
                file.write(b"x" * PAGE)
        with pytest.raises(JournalUnavailable):
            for n in range(2000):
                journal.append(EntryKind.NOTE, {"n": n, "long": "x" * 500})
        kept = journal.last_sequence
        filling.unlink()
        journal.check_writable()
        assert journal.append_payment(approved(payment(1))) == kept + 1
        journal.close()
        assert verify(current(folder)) == kept + 1


def test_a_kiosk_whose_disk_became_read_only_waits_and_takes_no_money(tmp_path):
    with small_disk(tmp_path / "disk") as folder:
        written(folder)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        server = Server(None)
        assert mended(folder, server) is Trouble.CANNOT_WRITE
        assert server.told == []
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
        assert mended(folder, server) is Trouble.NONE
        assert current(folder).name == "journal.sqlite3"


LIMITED = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from contract.messages import EntryKind
from kiosk.journal.journal import Journal, JournalUnavailable
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(Path(sys.argv[1]), lambda: datetime.now(UTC))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
written = 0
try:
    while True:
        written = journal.append(EntryKind.NOTE, {"text": "x" * 900})
except JournalUnavailable:
    print(written)
"""


def test_a_file_that_may_not_grow_keeps_what_was_promised(tmp_path):
    path = tmp_path / "journal.sqlite3"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    promised = int(done.stdout)
    assert promised > 10
    assert verify(path) == promised


def test_the_copy_of_open_bills_lives_in_memory_where_its_file_cannot(tmp_path):
    place = tmp_path / "open.sqlite3"
    place.write_bytes(b"not a database " * 500)
    copy = BillsCache(place, Time().clock())
    copy.close()
    assert sqlite3.connect(place).execute("SELECT count(*) FROM accounts").fetchone() == (0,)
    (tmp_path / "folder").mkdir()
    copy = BillsCache(tmp_path / "folder", Time().clock())  # a place that cannot be a file
    copy.sync(Pages(account(bill(9, 1))), 0)
    assert copy.account("3-2-1201") is not None
    copy.close()


class Line:
    def __init__(self):
        self.beats = []

    def heartbeat(self, beat):
        self.beats.append(beat)


def test_a_kiosk_without_a_journal_says_so_to_residents_and_staff_until_it_has_one(monkeypatch):
    monkeypatch.setattr("kiosk.runtime.without_journal.TRY_AGAIN_S", 0.05)
    troubles = [Trouble.DAMAGED, Trouble.CANNOT_WRITE, Trouble.NONE]
    line, ended, sessions = Line(), threading.Event(), []

    def attempt():
        sessions.append(kiosk.session())
        return troubles.pop(0)

    from tests.kiosk.central.test_sync import beat

    kiosk = Waiting(None, line, attempt, lambda: beat(""), lambda frame: None)
    changes = []
    kiosk.start(ended.set, lambda: changes.append(kiosk.session().lobby.stopped))
    assert ended.wait(20)
    assert changes == ["damaged", ""], "the screen is drawn again when the reason is another"
    kiosk.stop()
    assert kiosk.mended
    assert {s.visit.screen for s in sessions} == {Screen.OUT_OF_ORDER}
    assert [s.lobby.stopped for s in sessions] == ["", "damaged", ""]
    codes = [[c.code for c in b.devices[0].conditions] for b in line.beats]
    assert codes == [["journal.damaged"], ["journal.cannot_record"]]


def test_the_signal_of_a_file_size_limit_is_python_s_to_ignore():
    """Otherwise a limit would kill the kiosk instead of refusing the entry."""
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN
