"""Quiet hours by the community's clocks: across midnight, and in nights in which clocks are changed."""

from datetime import UTC, datetime, time, timedelta

import pytest

from contract.business_day import local_time
from server.outbox.models import MessageTerms
from server.resident_messages import quiet

BERLIN, SHANGHAI = "Europe/Berlin", "Asia/Shanghai"


def terms(begins: str, ends: str) -> MessageTerms:
    return MessageTerms(quiet_from=time.fromisoformat(begins), quiet_until=time.fromisoformat(ends))


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-24T11:59", "2026-11-24T11:59"),  # 19:59 in Shanghai
        ("2026-11-24T12:00", "2026-11-25T01:00"),
        ("2026-11-24T16:30", "2026-11-25T01:00"),  # after midnight
        ("2026-11-25T00:59", "2026-11-25T01:00"),
        ("2026-11-25T01:00", "2026-11-25T01:00"),
    ],
)
def test_across_midnight(at, until):
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    ends = datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert quiet.next_time(now, terms("20:00", "09:00"), SHANGHAI) == ends


@pytest.mark.parametrize("night", ["2026-03-28T18:00", "2026-10-24T18:00"])
@pytest.mark.parametrize("ends", ["01:45", "02:00", "02:30", "03:00", "09:00"])
def test_nothing_is_quiet_at_the_end_and_it_is_found_at_once_when_clocks_change(night, ends):
    rule = terms("22:00", ends)
    now = datetime.fromisoformat(night).replace(tzinfo=UTC)
    for minutes in range(0, 16 * 60, 5):
        at = now + timedelta(minutes=minutes)
        clock = local_time(at, BERLIN).time()
        then = quiet.next_time(at, rule, BERLIN)
        if clock >= rule.quiet_from or clock < rule.quiet_until:
            assert then > at and local_time(then, BERLIN).time() >= rule.quiet_until
        assert quiet.next_time(then, rule, BERLIN) == then
