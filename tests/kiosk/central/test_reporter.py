"""The journal reaches the server whole and in order, whatever the server forgets."""

import time
from datetime import UTC, datetime

import pytest

from contract.messages import (
    ApiError,
    EntryKind,
    ErrorCode,
    Heartbeat,
    HeartbeatAnswer,
    JournalAnswer,
    Method,
    OpenBills,
    StopReason,
    Text,
)
from kiosk.central.client import Refused
from kiosk.central.known_config import KnownConfig
from kiosk.central.open_bills import OpenBillsCopy
from kiosk.central.presence import Voice
from kiosk.central.reporter import NOT_KNOWN, Reporter
from kiosk.core.effects import Record
from kiosk.journal import Journal
from tests.kiosk.core.story import Story, account, bill, config


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


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    for n in range(450):
        made.append(EntryKind.NOTE, {"n": n})
    yield made
    made.close()


def reporter(server, journal, tmp_path):
    copy = OpenBillsCopy(tmp_path / "open.sqlite3")
    return Reporter(
        server, journal, copy, heartbeat=None, on_config=lambda c: None, on_server=lambda r: None
    )


def test_everything_is_sent_once_in_batches(journal, tmp_path):
    server = Server()
    reporter(server, journal, tmp_path)._report()
    assert server.has == journal.acknowledged() == 450
    assert [len(b) for b in server.batches] == [200, 200, 50]


def test_long_entries_come_in_smaller_batches_and_one_at_least(tmp_path):
    """No request is larger than servers and what stands before them take."""
    journal = Journal(tmp_path / "long.sqlite3", lambda: datetime.now(UTC))
    for size in (100_000, 350_000, 150_000, 900_000, 10):
        journal.append(EntryKind.NOTE, {"x": "水" * (size // 3)})
    server = Server()
    reporter(server, journal, tmp_path)._report()
    assert server.batches == [[1, 2], [3], [4], [5]]
    assert journal.acknowledged() == 5
    journal.close()


def test_a_server_that_was_restored_from_a_backup_gets_its_entries_again(journal, tmp_path):
    journal.acknowledge(449)
    server = Server(has=100)
    reporter(server, journal, tmp_path)._report()
    assert server.has == journal.acknowledged() == 450


def test_what_was_paid_offline_is_not_offered_again(tmp_path):
    copy = OpenBillsCopy(tmp_path / "open.sqlite3")

    class Bills:
        def open_bills(self, cursor):
            return OpenBills(accounts=[account(bill(9, 1), bill(10, 2))], as_of=datetime.now(UTC))

    assert copy.sync(Bills()) == 1
    copy.settle("3-2-1201", {"B202609-3-2-1201"})
    assert [b.number for b in copy.account("3-2-1201").bills] == ["B202610-3-2-1201"]
    assert copy.account("9-9-9") is None


def test_what_is_paid_while_the_bills_are_fetched_is_not_offered_again(tmp_path):
    """The server's pages are older than the payment, and the line may go before it hears of it."""
    journal = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    copy = OpenBillsCopy(tmp_path / "open.sqlite3")
    records = [e.record for e in Story.paying(Method.CARD).terminal_says("approved").did(Record)]

    class Slow(Doubting):
        def open_bills(self, cursor):
            for record in records:
                journal.append_payment(record)
            due = account(bill(9, 30000), bill(10, 33208), bill(11, 1))
            return OpenBills(accounts=[due], as_of=datetime.now(UTC))

    round_of(Slow(), journal, tmp_path, [])
    assert [b.period for b in copy.account("3-2-1201").bills] == ["2026-11"]
    copy.close()
    journal.close()


def test_the_last_configuration_is_kept_and_a_broken_one_is_no_obstacle(tmp_path):
    known = KnownConfig(tmp_path / "config.json")
    assert known.load() is None
    known.save(config())
    assert known.load() == config()
    (tmp_path / "config.json").write_text("{")
    assert known.load() is None


@pytest.mark.parametrize(
    ("code", "serves"),
    [(ErrorCode.JOURNAL_BROKEN, True), (ErrorCode.NOT_SIGNED, False), (ErrorCode.CLOCK, False)],
)
def test_a_refused_journal_does_not_silence_the_heartbeat(journal, tmp_path, code, serves):
    refused = Refused(ApiError(code=code, message=Text(zh="", en="")))
    beats, seen = [], []

    class Refusing:
        def config(self):
            return config()

        def heartbeat(self, beat):
            beats.append(beat)
            return HeartbeatAnswer(server_time=datetime.now(UTC), config_version="1")

        def post_journal(self, entries, presence=None):
            raise refused

    found = Reporter(
        Refusing(),
        journal,
        OpenBillsCopy(tmp_path / "open.sqlite3"),
        heartbeat=lambda version: version,
        on_config=lambda c: None,
        on_server=seen.append,
    )
    found.start()
    end = time.monotonic() + 10
    while not seen and time.monotonic() < end:
        time.sleep(0.02)
    found.stop()
    assert beats == ["1"]
    assert seen[0] is serves


class Doubting:
    """A server that may stop the kiosk."""

    def __init__(self, stopped=None, refused=None):
        self.stopped, self.refused, self.told = stopped, refused, []

    def config(self):
        return config()

    def heartbeat(self, beat):
        if self.refused:
            raise Refused(ApiError(code=self.refused, message=Text(zh="", en="")))
        self.told.append(beat.presence)
        return HeartbeatAnswer(
            server_time=datetime.now(UTC), config_version="1", stopped=self.stopped
        )

    def open_bills(self, cursor):
        return OpenBills(accounts=[], as_of=datetime.now(UTC))

    def post_journal(self, entries, presence=None):
        self.told.append(presence)
        return JournalAnswer(acknowledged=entries[-1].sequence)


def beat(version):
    return Heartbeat(
        at=datetime.now(UTC),
        software="1",
        uptime_s=1,
        state="idle",
        offers=[],
        devices=[],
        journal_last=0,
        journal_acknowledged=0,
        open_payments=0,
        config_version=version,
    )


def round_of(server, journal, tmp_path, stops):
    made = Reporter(
        server,
        journal,
        OpenBillsCopy(tmp_path / "open.sqlite3"),
        heartbeat=beat,
        on_config=lambda c: None,
        on_server=lambda r: None,
        on_stopped=stops.append,
        voice=Voice(journal),
    )
    try:
        made._round()
    except Refused as refused:
        made._refused(refused)
    return made


def test_every_message_tells_which_start_speaks_and_where_the_journal_stands(journal, tmp_path):
    server = Doubting()
    round_of(server, journal, tmp_path, [])
    assert [p.beat for p in server.told] == [1, 2, 3, 4]  # a heartbeat and three batches
    assert {(p.starts, p.journal_last, p.journal_hash) for p in server.told} == {(1, *journal.head)}
    again = Doubting()
    round_of(again, journal, tmp_path, [])
    assert again.told[0].starts == 2
    assert again.told[0].boot != server.told[0].boot


@pytest.mark.parametrize("stopped", [None, StopReason.TWIN])
def test_the_kiosk_hears_that_it_is_stopped_and_that_it_is_not(journal, tmp_path, stopped):
    stops = []
    round_of(Doubting(stopped), journal, tmp_path, stops)
    assert stops == [stopped]


def test_a_kiosk_that_the_server_does_not_know_takes_no_money(journal, tmp_path):
    stops = []
    round_of(Doubting(refused=ErrorCode.NOT_SIGNED), journal, tmp_path, stops)
    assert stops == [NOT_KNOWN]


def test_a_start_that_cannot_be_counted_is_not_told(journal):
    voice = Voice(journal)
    journal._db.execute("PRAGMA query_only = ON")
    assert voice.presence() is None
    journal._db.execute("PRAGMA query_only = OFF")
    assert voice.presence().starts == 1


def test_that_it_is_stopped_is_remembered_over_a_restart(journal, tmp_path):
    assert journal.stopped() is None
    journal.keep_stopped(StopReason.BEHIND)
    journal.close()
    again = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    assert again.stopped() is StopReason.BEHIND
    again.keep_stopped(None)
    assert again.stopped() is None
    again.close()
