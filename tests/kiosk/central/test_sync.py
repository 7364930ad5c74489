"""What kiosk and server tell each other: heartbeats, configuration, bills, and who is known still."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contract.heartbeat import Heartbeat, HeartbeatAnswer
from contract.messages import ApiError, ErrorCode, JournalAnswer, Method, OpenBills, Text
from contract.stop_reason import StopReason
from kiosk.central import sync
from kiosk.central.bills_cache import BillsCache
from kiosk.central.client import Refused, ServerAway
from kiosk.central.config_cache import ConfigCache
from kiosk.central.outbox import Outbox
from kiosk.central.presence_counter import PresenceCounter
from kiosk.central.sync import NOT_KNOWN, SAID_AGAIN_S, Sync
from kiosk.core.effects import Record
from kiosk.journal.journal import Journal
from tests.device_drivers.waiting import wait_until
from tests.kiosk.central.copies import Time
from tests.kiosk.central.test_outbox import Server
from tests.kiosk.core.story import Story, account, bill, config


class Restored(Server):
    """It says in its heartbeats how far it has the journal."""

    def heartbeat(self, beat):
        return HeartbeatAnswer(
            server_time=datetime.now(UTC), config_version="1", journal_received=self.has
        )

    def config(self):
        return config()

    def open_bills(self, cursor):
        return OpenBills(accounts=[], as_of=datetime.now(UTC))


def test_a_restored_server_gets_what_it_lacks_though_the_kiosk_has_nothing_new(journal, tmp_path):
    journal.acknowledge(450)
    server = Restored(has=100)
    round_of(server, journal, tmp_path, [])._round()
    assert server.has == 450
    assert sum(map(len, server.batches)) == 350  # once


def test_what_was_written_in_an_earlier_file_is_not_sent_as_if_it_followed(journal, tmp_path):
    journal.acknowledge(450)
    journal._origin = replace(journal._origin, sequence=200)
    server = Restored(has=100)
    round_of(server, journal, tmp_path, [])
    assert server.batches == []


def test_what_is_paid_while_the_bills_are_fetched_the_copy_does_not_claim_to_know(tmp_path):
    """The server's pages are older than the payment, and the line may go before it hears of it."""
    journal = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    records = [e.record for e in Story.paying(Method.CARD).terminal_says("approved").did(Record)]

    class Slow(Doubting):
        def open_bills(self, cursor):
            for record in records:
                journal.append_payment(record)
            return OpenBills(accounts=[account(bill(9, 30000))], as_of=datetime.now(UTC))

    made = round_of(Slow(), journal, tmp_path, [])
    known = made._bills.account("3-2-1201")
    assert known.acknowledged == 0
    assert journal.may_have_paid(known.account.bills, known.acknowledged)
    journal.close()


def test_whether_the_copy_could_serve_is_told_with_and_without_the_server(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    told, moving = [], Time()

    class Going(Doubting):
        def heartbeat(self, beat):
            if told:
                raise ServerAway("the line went")
            return super().heartbeat(beat)

    server = Going()
    found = Sync(
        server,
        Outbox(server, journal),
        BillsCache(tmp_path / "open.sqlite3", moving.clock()),
        heartbeat=beat,
        on_config=lambda c: None,
        on_server=lambda r: None,
        on_bills_cache=told.append,
    )
    found.start()
    assert wait_until(lambda: told == [True])
    found._heartbeat_due = 0.0
    moving.passes(timedelta(hours=25))
    found.wake()
    assert wait_until(lambda: told == [True, False])
    found.stop()
    journal.close()


def test_the_last_configuration_is_kept_and_a_broken_one_is_no_obstacle(tmp_path):
    known = ConfigCache(tmp_path / "config.json")
    assert known.load() is None
    known.save(config())
    assert known.load() == config()
    (tmp_path / "config.json").write_text("{")
    assert known.load() is None


class Half:
    """A server of which some parts fail. ``beats`` counts the heartbeats that it answered."""

    def __init__(self, **failures):
        self.failures, self.beats, self.calls = failures, 0, []

    def _at(self, part):
        self.calls.append(part)
        if part in self.failures:
            raise self.failures[part]

    def config(self):
        self._at("config")
        return config()

    def heartbeat(self, beat):
        self._at("heartbeat")
        self.beats += 1
        return HeartbeatAnswer(server_time=datetime.now(UTC), config_version="1")

    def post_journal(self, entries, presence=None):
        self._at("journal")
        return JournalAnswer(acknowledged=entries[-1].sequence)

    def open_bills(self, cursor):
        self._at("bills")
        return OpenBills(accounts=[], as_of=datetime.now(UTC))


def refusal(code):
    return Refused(ApiError(code=code, message=Text(zh="", en="")))


def seen_of(server, journal, tmp_path, rounds=1, stops=None):
    """What the kiosk takes the server for, round by round."""
    seen = []
    made = Sync(
        server,
        Outbox(server, journal),
        BillsCache(tmp_path / "open.sqlite3", Time().clock()),
        heartbeat=beat,
        on_config=lambda c: None,
        on_server=seen.append,
        on_stopped=(stops if stops is not None else []).append,
    )
    pauses = [made._take_turn(attempt) for attempt in range(rounds)]
    return seen, pauses


TROUBLE = [
    ServerAway("status 503"),
    refusal(ErrorCode.JOURNAL_BROKEN),
    refusal(ErrorCode.NOT_SIGNED),
    refusal(ErrorCode.BAD_REQUEST),
]


@pytest.mark.parametrize("part", ["config", "journal", "bills"])
@pytest.mark.parametrize("failure", TROUBLE, ids=str)
def test_one_part_that_fails_is_not_the_server_while_heartbeats_are_answered(
    journal, tmp_path, part, failure
):
    """QR goes on, and cards are asked for with the server's knowledge; the part is tried again."""
    server = Half(**{part: failure})
    seen, pauses = seen_of(server, journal, tmp_path)
    assert set(seen) == {True}
    assert server.calls.count("bills") == 1, "the others have their turn"
    assert server.calls.count("journal") >= 1
    assert pauses[0] <= 1.0, "soon again"


@pytest.mark.parametrize("failure", [*TROUBLE[:1], refusal(ErrorCode.CLOCK)], ids=str)
def test_a_server_that_answers_no_heartbeat_is_away(journal, tmp_path, failure):
    assert seen_of(Half(heartbeat=failure), journal, tmp_path)[0] == [False]
    server = Half(journal=failure)
    made, _ = seen_of(server, journal, tmp_path)
    server.failures["heartbeat"] = failure  # the line is cut between a heartbeat and the journal
    assert made[-1] is True
    assert seen_of(server, journal, tmp_path)[0] == [False]


def test_a_word_about_its_key_counts_only_when_it_is_said_again(journal, tmp_path, monkeypatch):
    """By a proxy or in passing it is none; on another request, later, it is."""
    clock = [100.0]
    monkeypatch.setattr(sync.time, "monotonic", lambda: clock[0])
    stops, seen = [], []
    server = Half(heartbeat=refusal(ErrorCode.KEY_UNKNOWN))
    made = Sync(
        server,
        Outbox(server, journal),
        BillsCache(tmp_path / "open.sqlite3", Time().clock()),
        heartbeat=beat,
        on_config=lambda c: None,
        on_server=seen.append,
        on_stopped=stops.append,
    )
    made._take_turn(0)
    clock[0] += 5
    made._take_turn(1)
    assert (stops, seen) == ([], [False, False])
    server.failures = {}
    clock[0] += 60
    made._take_turn(2)  # it was known after all: the count begins anew
    assert stops == [None]
    server.failures = {"heartbeat": refusal(ErrorCode.KEY_UNKNOWN)}
    clock[0] += 60
    made._take_turn(0)
    assert stops == [None]
    clock[0] += SAID_AGAIN_S
    made._take_turn(1)
    assert stops == [None, NOT_KNOWN]


@pytest.mark.parametrize("said", [ErrorCode.NOT_SIGNED, ErrorCode.REPLAYED, ErrorCode.CLOCK])
def test_any_other_refusal_is_no_word_about_its_key(journal, tmp_path, said):
    stops = []
    server = Half(heartbeat=refusal(said), config=refusal(said))
    seen, _ = seen_of(server, journal, tmp_path, rounds=5, stops=stops)
    assert stops == []
    assert set(seen) == {False}


def test_a_kiosk_that_gets_no_configuration_delivers_its_journal(journal, tmp_path):
    """It is switched off, and was started again since."""
    server = Half(config=refusal(ErrorCode.KIOSK_STOPPED))
    seen_of(server, journal, tmp_path)
    assert journal.acknowledged() == 450


class Doubting:
    """A server that may stop the kiosk."""

    def __init__(self, stopped=None):
        self.stopped, self.told = stopped, []

    def config(self):
        return config()

    def heartbeat(self, beat):
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
    presence = PresenceCounter(journal).presence
    made = Sync(
        server,
        Outbox(server, journal, presence),
        BillsCache(tmp_path / "open.sqlite3", Time().clock()),
        heartbeat=beat,
        on_config=lambda c: None,
        on_server=lambda r: None,
        on_stopped=stops.append,
        presence=presence,
    )
    made._round()
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


def test_a_start_that_cannot_be_counted_is_not_told(journal):
    counter = PresenceCounter(journal)
    journal._db.execute("PRAGMA query_only = ON")
    assert counter.presence() is None
    journal._db.execute("PRAGMA query_only = OFF")
    assert counter.presence().starts == 1


def test_that_it_is_stopped_is_remembered_over_a_restart(journal, tmp_path):
    assert journal.stopped() is None
    journal.keep_stopped(StopReason.BEHIND)
    journal.close()
    again = Journal(tmp_path / "journal.sqlite3", lambda: datetime.now(UTC))
    assert again.stopped() is StopReason.BEHIND
    again.keep_stopped(None)
    assert again.stopped() is None
    again.close()


def test_each_heartbeat_says_when_the_last_one_was_answered(journal, tmp_path):
    server = Restored(has=450)
    told, answers = [], []
    answer = server.heartbeat

    def heartbeat(beat):
        told.append(beat.answered_at)
        answers.append(answer(beat))
        return answers[-1]

    server.heartbeat = heartbeat
    made = round_of(server, journal, tmp_path, [])
    made._beat()
    assert told[0] is None
    assert told[1:] == [a.server_time for a in answers[:-1]]


@pytest.mark.parametrize("usable", [True, False])
def test_after_an_outage_bills_wait_a_while_where_the_copy_serves(
    journal, tmp_path, monkeypatch, usable
):
    """Five hundred kiosks are back at once; each asks for all its bills, page by page."""
    monkeypatch.setattr(sync, "_spread", lambda least, most: most)
    server, time = Half(heartbeat=ServerAway("no line")), Time()
    bills = BillsCache(tmp_path / "open.sqlite3", time.clock())
    if usable:
        bills.sync(server, 0)
    made = Sync(
        *(server, Outbox(server, journal), bills),
        heartbeat=beat,
        on_config=lambda c: None,
        on_server=lambda r: None,
    )
    made._take_turn(0)
    server.failures.clear()
    server.calls.clear()
    made._take_turn(1)
    assert server.calls[0] == "heartbeat"
    assert ("bills" in server.calls) == (not usable)
    made._bills_due -= sync.BILLS_SPREAD_S
    made._take_turn(0)
    assert server.calls.count("bills") == 1
