"""The judge of orders that no channel has tells a server that never ends them from one that was killed
each time before it could take the answer."""

from datetime import datetime, timedelta

from tests.simulation.ends_in_vain import NOBODY_ENDS_IT, in_vain

OVER = datetime.fromisoformat("2026-11-24T14:00:00+00:00")


def at(seconds):
    return OVER + timedelta(seconds=seconds)


def row(asked, first, last=None, answer="not_found", **more):
    times = {"first": at(first).isoformat(), "last": at(last or first).isoformat(), "times": 1}
    return {"asked": asked, "answer": answer, **more, **times}


def ends_asked(count):
    found = []
    for number in range(count):
        found.append(row("query", 60 * number + 10))
        found.append(row("reverse", 60 * number + 10, ending="not_there"))
    return [*found, row("query", 60 * count + 10)]


def test_ends_that_are_answered_and_end_nothing_are_in_vain():
    assert in_vain(ends_asked(2), OVER, [])
    assert in_vain(ends_asked(5), OVER, [at(11)])


def test_one_answer_may_cross_with_another():
    assert not in_vain(ends_asked(1), OVER, [])


def test_a_server_that_was_killed_each_time_took_no_answer():
    killed = [at(60 * number + 11) for number in range(5)]
    assert not in_vain(ends_asked(5), OVER, killed)


def test_an_end_that_may_have_been_done_is_no_answer():
    busy = [row("reverse", 60 * n + 10, ending="busy") for n in range(5)]
    assert not in_vain(busy, OVER, [])


def test_what_was_asked_before_its_time_was_over_does_not_count():
    assert not in_vain(ends_asked(3), OVER + timedelta(hours=1), [])


def test_to_ask_for_ever_without_an_end_is_in_vain_too():
    long = NOBODY_ENDS_IT.total_seconds() + 1
    looks = [row("query", 10, 10 + long)]
    assert in_vain(looks, OVER, [])
    assert not in_vain(looks, OVER, [at(60)])
    assert not in_vain([row("query", 10, 10 + long, answer="waiting")], OVER, [])
