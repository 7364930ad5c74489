"""While a batch is at work nobody searches for cycles; afterwards it is as it was, whoever else works."""

import gc
import time
import weakref
from threading import Event, Thread

import pytest

from server import garbage
from server.garbage import no_search, settle


def test_the_search_rests_and_goes_on_also_after_a_failure():
    assert gc.isenabled()
    with no_search():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), no_search():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_of_several_at_once_the_last_one_lets_it_go_on():
    seen = []

    def other() -> None:
        with no_search():
            pass
        seen.append(gc.isenabled())

    with no_search():
        thread = Thread(target=other)
        thread.start()
        thread.join()
    assert seen == [False] and gc.isenabled()


def test_where_it_was_off_it_stays_off():
    gc.disable()
    try:
        with no_search():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.fixture
def settled(monkeypatch):
    """As in a process that serves, with a search each hundredth of a second."""
    assert not gc.get_freeze_count()
    monkeypatch.setattr(garbage, "EVERY_S", 0.01)
    over = Event()
    settle(over)
    yield
    over.set()
    gc.unfreeze()
    gc.enable()


class Ring:
    def __init__(self) -> None:
        self.itself = self


def ring() -> "weakref.ref[Ring]":
    return weakref.ref(Ring())


def until(true) -> bool:
    ends = time.monotonic() + 10
    while not true() and time.monotonic() < ends:
        time.sleep(0.01)
    return true()


def test_what_is_loaded_is_not_looked_at_any_more(settled):
    assert len(gc.get_objects()) < gc.get_freeze_count()


def test_what_comes_later_is_searched_by_the_clock(settled):
    lost = ring()
    assert until(lambda: lost() is None)


def test_what_outlived_a_search_is_searched_later(settled, monkeypatch):
    monkeypatch.setattr(garbage, "ALL_EACH", 20)
    kept = [Ring()]
    gc.collect(1)  # it is among the oldest
    lost = weakref.ref(kept[0])
    kept.clear()
    assert until(lambda: lost() is None)


def test_while_a_batch_is_at_work_it_rests(settled):
    with no_search():
        time.sleep(0.05)  # a search that had begun
        lost = ring()
        time.sleep(0.2)
        assert lost() is not None
    assert until(lambda: lost() is None)
    assert not gc.isenabled()


def test_a_batch_that_is_at_work_when_it_begins_turns_the_count_on_no_more():
    over = Event()
    try:
        with no_search():
            settle(over)
        assert not gc.isenabled()
    finally:
        over.set()
        gc.unfreeze()
        gc.enable()


def test_the_oldest_are_searched_least_often():
    generations = [garbage._generation(number) for number in range(1, 1201)]
    assert [generations.count(each) for each in (0, 1, 2)] == [1080, 119, 1]
