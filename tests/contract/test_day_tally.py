"""A vote is a count like any other: its name is one that kiosks may tell, and is read back."""

import pytest

from contract.day_tally import HourTally, Vote, vote_name, vote_of
from contract.messages import Method


@pytest.mark.parametrize("vote", Vote)
@pytest.mark.parametrize("method", Method)
def test_a_vote_is_told_and_read_back(vote, method):
    tally = HourTally(hour=8, counts={vote_name(vote, method): 2})
    [name] = HourTally.model_validate_json(tally.model_dump_json()).counts
    assert vote_of(name) == (vote, method.value)


@pytest.mark.parametrize("name", ["visits", "vote", "vote.4_card", "vote.3_", "turned_away.3_card"])
def test_what_is_no_vote_or_one_of_a_later_release_is_none(name):
    assert vote_of(name) is None
