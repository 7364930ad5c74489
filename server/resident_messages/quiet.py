"""Quiet hours: a community does not disturb its residents, by its own clocks."""

from datetime import UTC, datetime, time, timedelta

from contract.business_day import business_day, day_begins, local_time, zone
from server.outbox.models import MessageTerms


def next_time(now: datetime, terms: MessageTerms, time_zone: str) -> datetime:
    """``now`` where something may leave; else the moment at which the quiet hours end."""
    local = local_time(now, time_zone)
    if not _is_quiet(local.time(), terms.quiet_from, terms.quiet_until):
        return now
    day = business_day(now, time_zone)
    if local.time() >= terms.quiet_until:
        day += timedelta(days=1)
    end = datetime.combine(day, terms.quiet_until, zone(time_zone))
    # Of a time that the clocks show twice the second; of one that they leave out, what they show instead.
    return max(end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def next_day(now: datetime, terms: MessageTerms, time_zone: str) -> datetime:
    """The first moment of another day at which something may leave."""
    morning = day_begins(business_day(now, time_zone) + timedelta(days=1), time_zone)
    return next_time(morning, terms, time_zone)


def _is_quiet(at: time, begins: time, ends: time) -> bool:
    if begins == ends:
        return False
    return begins <= at < ends if begins < ends else at >= begins or at < ends
