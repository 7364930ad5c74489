"""Of many workers one does what is to be done, and the next one when it no longer does."""

from datetime import timedelta

import pytest

from server.on_call.models import Turn
from server.on_call.sweep import TURNS, take
from tests.server.village import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_a_turn_is_one_workers_until_it_is_over():
    assert take("faults", NOW, 4)
    assert not take("faults", NOW, 4)
    assert not take("faults", NOW + 3.9 * SECOND, 4)
    assert take("faults", NOW + 4 * SECOND, 4)
    assert take("other", NOW, 4)
    assert Turn.objects.count() == 2


def test_every_turn_may_come_again_and_does_nothing_where_there_is_nothing():
    for _time in range(2):
        for turn in TURNS.values():
            turn(NOW)
