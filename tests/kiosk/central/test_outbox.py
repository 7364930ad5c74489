"""The journal reaches the server whole and in order, whatever the server forgets."""

from datetime import UTC, datetime

from contract.messages import ApiError, EntryKind, ErrorCode, JournalAnswer, Text
from kiosk.central.client import Refused
from kiosk.central.outbox import Outbox
from kiosk.journal.journal import Journal


class Server:
    """Takes entries in order, as the real one does."""

    def __init__(self, has: int = 0) -> None:
        self.has, self.batches = has, []

    def post_journal(self, entries, presence=None):
        self.batches.append([e.sequence for e in entries])
        if entries and entries[0].sequence > self.has + 1:
            raise Refused(
                ApiError(
                    code=ErrorCode.JOURNAL_GAP,
                    message=Text(zh="", en=""),
                    details={"acknowledged": self.has},
                )
            )
        self.has = max([self.has, *(e.sequence for e in entries)])
        return JournalAnswer(acknowledged=self.has)


def test_everything_is_sent_once_in_batches(journal):
    server = Server()
    Outbox(server, journal).deliver()
    assert server.has == journal.acknowledged() == 450
    assert [len(b) for b in server.batches] == [200, 200, 50]


def test_long_entries_come_in_smaller_batches_and_one_at_least(tmp_path):
    """No request is larger than servers and what stands before them take."""
    journal = Journal(tmp_path / "long.sqlite3", lambda: datetime.now(UTC))
    for size in (100_000, 350_000, 150_000, 900_000, 10):
        journal.append(EntryKind.NOTE, {"x": "水" * (size // 3)})
    server = Server()
    Outbox(server, journal).deliver()
    assert server.batches == [[1, 2], [3], [4], [5]]
    assert journal.acknowledged() == 5
    journal.close()


def test_a_server_that_was_restored_from_a_backup_gets_its_entries_again(journal):
    journal.acknowledge(449)
    server = Server(has=100)
    Outbox(server, journal).deliver()
    assert server.has == journal.acknowledged() == 450
