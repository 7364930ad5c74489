"""While a batch is at work nobody searches for cycles; afterwards it is as it was, whoever else works."""

import gc
from threading import Thread

import pytest

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


def test_what_is_loaded_is_not_looked_at_any_more():
    before = gc.get_threshold()
    assert not gc.get_freeze_count()
    try:
        settle()
        assert gc.get_freeze_count() and gc.isenabled()
        assert len(gc.get_objects()) < gc.get_freeze_count()
        assert gc.get_threshold() > before
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
