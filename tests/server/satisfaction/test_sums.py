"""Votes and waits add up, and what is drawn of them is as large as they are."""

from datetime import timedelta

from contract.day_tally import Vote
from server.satisfaction.sums import Votes, Waits, columns, peak, stacked

HOUR = timedelta(hours=1)


def votes(good=0, so_so=0, bad=0) -> Votes:
    made = Votes()
    for vote, number in ((Vote.GOOD, good), (Vote.SO_SO, so_so), (Vote.BAD, bad)):
        made.add(vote, number)
    return made


def test_how_many_of_a_hundred_are_satisfied():
    assert (votes(3, 0, 1).percent, votes().percent, votes(0, 0, 2).percent) == (75, None, 0)


def test_the_pieces_of_a_bar_are_its_whole_length_and_nothing_has_no_piece():
    bars = stacked(votes(2, 1, 1))
    assert [(bar.tone, bar.begins, bar.long) for bar in bars] == [
        ("good", 0, 50),
        ("so-so", 50, 25),
        ("bad", 75, 25),
    ]
    assert [(bar.tone, bar.long) for bar in stacked(votes(bad=7))] == [("bad", 100)]
    assert stacked(votes()) == []


def test_the_busiest_hour_is_as_high_as_the_picture_and_one_visit_can_be_seen():
    drawn = columns({8: 1, 19: 1000}, 24)
    assert [one.high for one in drawn if one.number] == [2.0, 100]
    assert [one.place for one in drawn if one.most] == [19]
    assert (peak({8: 1, 19: 1000}), peak({}), peak({3: 0})) == ((19, 1000), None, None)
    assert not any(one.high or one.most for one in columns({}, 24))


def test_waits_are_told_by_the_middle_one_and_by_nine_of_ten():
    waits = Waits()
    for hours in (1, 2, 3, 4, 30):
        waits.add(hours * HOUR, None, 24 * HOUR)
    waits.add(None, None, 24 * HOUR)
    assert (waits.came, waits.answered, waits.in_time_percent) == (6, 5, 80)
    assert (waits.to_first, waits.to_done) == (180, None)
    assert 240 < waits.nine_of_ten <= 1800
    one = Waits()
    one.add(HOUR, 2 * HOUR, HOUR)
    assert (one.nine_of_ten, one.to_done, one.in_time_percent) == (60, 120, 100)
    assert (Waits().to_first, Waits().nine_of_ten, Waits().in_time_percent) == (None, None, None)
