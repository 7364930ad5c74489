"""Several workers at the very same moment make, send and ask for each message once."""

from datetime import timedelta

import pytest

from server.outbox.models import MessageTerms, ResidentMessage, State
from server.resident_messages import receipts, sending, spreading
from tests.server.simultaneous import together
from tests.server.village import NOW, issue

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def at_once(job) -> None:
    results = together(*[job] * WORKERS)
    assert not [result for result in results if isinstance(result, Exception)], results


def test_workers_at_the_same_moment_do_it_once_and_keep_the_limit_of_the_day(village, tencent):
    MessageTerms.objects.update(per_day=1)
    for period in ("2026-10", "2026-11"):
        issue(village, period)
    at_once(lambda: spreading.look(NOW))
    assert ResidentMessage.objects.count() == 2
    at_once(lambda: sending.look(NOW))
    assert len(tencent.sent) == 1
    assert ResidentMessage.objects.filter(state=State.SENT, attempts=1).count() == 1
    at_once(lambda: receipts.look(NOW + timedelta(minutes=1)))
    assert ResidentMessage.objects.filter(state=State.DELIVERED).count() == 1
