"""Which step counts, and whose a number is, however it was typed."""

from datetime import timedelta

import pytest

from server.outbox.models import Way
from server.resident_messages import consent
from tests.server.resident_messages.conftest import NUMBER, resident_of
from tests.server.village import NOW

pytestmark = pytest.mark.django_db
SPELT = ["138 0000 1201", "138-0000-1201", "+86 138 0000 1201", "0086 13800001201", "8613800001201"]


def test_the_step_that_was_written_last_counts_also_by_a_clock_that_is_behind(village):
    resident, earlier = resident_of(village), NOW - timedelta(minutes=1)
    consent.write_down(resident, Way.SMS, "withdrawn", "page", earlier, by=None)
    assert consent.agreed([resident.pk]) == {}


@pytest.mark.parametrize("typed", SPELT)
def test_one_number_is_one_however_it_is_typed(village, typed):
    resident = resident_of(village)
    assert consent.digest_of(village.pk, typed) == consent.digest_of(village.pk, NUMBER)
    resident.phone = typed[:20]
    resident.save()
    assert consent.owners(village.pk, NUMBER) == [resident.pk]
    assert consent.owners(village.pk, NUMBER[1:]) == []
