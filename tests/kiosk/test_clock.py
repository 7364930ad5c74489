"""Time goes on evenly, whatever the machine's clock does."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.clock import Clock

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Machine:
    def __init__(self, at: datetime = NOON) -> None:
        self.at, self.seconds = at, 100.0

    def clock(self) -> Clock:
        return Clock(lambda: self.at, lambda: self.seconds)

    def runs(self, seconds: float) -> None:
        self.seconds += seconds
        self.at += timedelta(seconds=seconds)


@pytest.mark.parametrize("jump", [timedelta(days=-9), timedelta(days=9), timedelta(seconds=-1)])
def test_a_jump_of_the_machines_clock_does_not_show(jump):
    machine = Machine()
    clock = machine.clock()
    machine.runs(60)
    machine.at += jump
    assert clock.now() == NOON + timedelta(seconds=60)
    assert clock.machine_is_off is (abs(jump) > timedelta(minutes=5))


def test_a_clock_that_is_earlier_than_the_last_entry_is_not_believed():
    machine = Machine(datetime(1970, 1, 1, tzinfo=UTC))
    clock = machine.clock()
    clock.not_before(NOON)
    machine.runs(30)
    assert clock.now() == NOON + timedelta(seconds=30)
    assert (clock.trusted, clock.machine_is_off) == (False, True)


def test_a_clock_years_ahead_is_not_believed_and_does_not_spoil_the_next_start():
    machine = Machine(datetime(2099, 1, 1, tzinfo=UTC))
    clock = machine.clock()
    clock.not_before(NOON)
    machine.runs(30)
    written = clock.now()
    assert (written, clock.trusted) == (NOON + timedelta(seconds=30), False)
    repaired = Machine(NOON + timedelta(days=1)).clock()
    repaired.not_before(written)
    assert (repaired.now(), repaired.trusted) == (NOON + timedelta(days=1), True)


def test_a_clock_that_is_a_little_later_than_the_last_entry_is_as_it_should_be():
    clock = Machine().clock()
    clock.not_before(NOON - timedelta(days=3))
    clock.not_before(None)
    assert (clock.now(), clock.trusted, clock.machine_is_off) == (NOON, True, False)


def test_the_servers_word_sets_it_right():
    machine = Machine(datetime(1970, 1, 1, tzinfo=UTC))
    clock = machine.clock()
    clock.not_before(NOON)
    clock.synchronize(NOON + timedelta(hours=5))
    machine.runs(10)
    assert clock.now() == NOON + timedelta(hours=5, seconds=10)
    assert (clock.trusted, clock.machine_is_off) == (True, True)
