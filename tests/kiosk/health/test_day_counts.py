"""What is counted outlives a kill and a lost message, and is told once."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contract.day_tally import TURNED_AWAY, UP_S, About, Tallies, TalliesTaken
from contract.opening_hours import Standing
from kiosk.central.client import ServerAway
from kiosk.health.day_counts import DayCounts
from tests.kiosk.core.story import Story

NIGHT = datetime(2026, 11, 24, 15, 59, tzinfo=UTC)  # 23:59 in the lobby


class Lobby:
    def __init__(self) -> None:
        self.at, self.session = NIGHT, Story.at_attract().session

    def counts(self, folder, **more) -> DayCounts:
        return DayCounts(folder / "days.sqlite3", lambda: self.at, lambda: self.session, **more)


class Server:
    def __init__(self) -> None:
        self.known, self.messages, self.away = {}, 0, False

    def take(self, tallies: Tallies) -> TalliesTaken:
        self.messages += 1
        for day in tallies.days:
            self.known[tallies.source, day.day] = {h.hour: h.counts for h in day.hours}
        if self.away:  # it took them, and its answer is lost
            raise ServerAway("no answer")
        return TalliesTaken(days=[day.day for day in tallies.days])

    @property
    def days(self):
        return {day.isoformat(): hours for (_, day), hours in self.known.items()}


@pytest.fixture
def lobby():
    return Lobby()


def test_counts_stand_under_the_lobbys_day_and_hour(tmp_path, lobby):
    counts, server = lobby.counts(tmp_path), Server()
    counts.add("visits")
    lobby.at += timedelta(minutes=2)
    counts.add("visits", 2)
    counts.tell(server.take)
    assert server.days == {"2026-11-24": {23: {"visits": 1}}, "2026-11-25": {0: {"visits": 2}}}


def test_a_lost_answer_counts_nothing_twice_and_what_is_known_is_not_told_again(tmp_path, lobby):
    counts, server = lobby.counts(tmp_path), Server()
    counts.add("visits")
    server.away = True
    with pytest.raises(ServerAway):
        counts.tell(server.take)
    server.away = False
    counts.add("visits")
    counts.tell(server.take)
    assert server.days == {"2026-11-24": {23: {"visits": 2}}}
    sent = server.messages
    counts.tell(server.take)
    assert server.messages == sent


def test_a_killed_kiosk_goes_on_counting_where_it_was(tmp_path, lobby):
    counts = lobby.counts(tmp_path)
    counts.add(f"{TURNED_AWAY}.declined", 3)
    counts.flush()  # and no close
    again, server = lobby.counts(tmp_path), Server()
    again.add(f"{TURNED_AWAY}.declined")
    assert again.turned_away == 4
    again.tell(server.take)
    assert server.days == {"2026-11-24": {23: {"turned_away.declined": 4}}}
    assert len({source for source, _ in server.known}) == 1


def test_a_file_that_cannot_be_read_is_put_aside_for_one_of_another_source(tmp_path, lobby):
    first, server = lobby.counts(tmp_path), Server()
    first.add("visits")
    first.tell(server.take)
    first.close()
    (tmp_path / "days.sqlite3").write_bytes(b"no database" * 1000)
    for rest in ("-wal", "-shm"):
        (tmp_path / f"days.sqlite3{rest}").unlink(missing_ok=True)
    second = lobby.counts(tmp_path)
    second.add("visits", 5)
    second.tell(server.take)
    assert sorted(hours[23]["visits"] for hours in server.known.values()) == [1, 5]
    assert (tmp_path / "days.unusable").exists()


def test_a_full_disk_costs_nobody_anything_and_nothing_is_lost(tmp_path, lobby):
    counts, server = lobby.counts(tmp_path), Server()
    counts._db.execute("PRAGMA query_only = ON")
    counts.add("visits")
    counts.flush()
    counts._db.execute("PRAGMA query_only = OFF")
    counts.tell(server.take)
    assert server.days == {"2026-11-24": {23: {"visits": 1}}}


def test_seconds_are_those_in_which_the_program_ran(tmp_path, lobby):
    counts, server = lobby.counts(tmp_path), Server()
    for _ in range(4):
        lobby.session = replace(lobby.session, now=lobby.session.now + 1)
        counts.see()
    lobby.session = replace(lobby.session, now=lobby.session.now + 3600)  # it slept
    counts.see()
    counts.tell(server.take)
    assert server.days["2026-11-24"][23] == {UP_S: 4, "in_order_s": 4}


def test_seconds_in_which_it_was_closed_as_planned_are_told_apart(tmp_path, lobby):
    counts, server = lobby.counts(tmp_path), Server()
    shut = replace(lobby.session.lobby, hours=Standing(open=False))
    lobby.session = replace(lobby.session, now=lobby.session.now + 2, lobby=shut)
    counts.see()
    counts.tell(server.take)
    assert server.days["2026-11-24"][23] == {UP_S: 2, "closed_s": 2}


def test_what_runs_there_is_told_once_a_start(tmp_path, lobby):
    told = []
    counts = lobby.counts(tmp_path, about=About(versions={"lobbypay": "1"}, settings=[]))

    def take(tallies: Tallies) -> TalliesTaken:
        told.append(tallies.about)
        return TalliesTaken(days=[day.day for day in tallies.days])

    counts.tell(take)
    counts.add("visits")
    counts.tell(take)
    assert [about is not None for about in told] == [True, False]


def test_old_days_that_are_told_are_forgotten(tmp_path, lobby):
    counts, server = lobby.counts(tmp_path), Server()
    counts.add("visits")
    counts.tell(server.take)
    lobby.at += timedelta(days=60)
    counts.add("visits")
    counts.tell(server.take)
    counts.close()
    with sqlite3.connect(tmp_path / "days.sqlite3") as db:
        assert db.execute("SELECT count(DISTINCT day) FROM counts").fetchone() == (1,)


def test_a_vote_that_was_given_while_the_line_was_down_is_told_later_and_once(tmp_path, lobby):
    counts, server = lobby.counts(tmp_path), Server()
    server.away = True
    counts.add("vote.1_wechat")
    with pytest.raises(ServerAway):
        counts.tell(server.take)
    counts.close()
    again, server.away = lobby.counts(tmp_path), False
    again.tell(server.take)
    again.tell(server.take)
    assert server.days == {"2026-11-24": {23: {"vote.1_wechat": 1}}}
