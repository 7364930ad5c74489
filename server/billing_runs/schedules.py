"""Monthly schedules: each month comes due once, is reckoned in the background, and is then made or waits.

Whatever process looks, and however often: a month of a community has one ``DueRun``. After days without
the server the last month that came due is still found.
"""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contract.business_day import business_day
from contract.plain_text import whole_number
from server.billing_runs import background, runs
from server.billing_runs.schedule_models import DueRun, DueState, Schedule
from server.estate.models import Community
from server.jobs import queue
from server.jobs.handlers import Work
from server.staff import audit
from server.staff.people import Person

KIND = "scheduled_run"

log = logging.getLogger(__name__)


def look(now: datetime) -> int:
    """Begins what has come due; how many months."""
    begun = 0
    for schedule in Schedule.objects.filter(active=True).select_related("community"):
        today = business_day(now, schedule.community.time_zone)
        for day in _days(schedule, today):
            begun += _begin(schedule, day, now)
    return begun


def _days(schedule: Schedule, today: date) -> list[date]:
    """Those of this month and the one before that have come since the schedule was set."""
    before = today.replace(day=1) - timedelta(days=1)
    days = [schedule.day_in(before), schedule.day_in(today)]
    return [day for day in days if schedule.since <= day <= today]


def _begin(schedule: Schedule, day: date, now: datetime) -> bool:
    period = schedule.period_on(day)
    known = DueRun.objects.filter(community=schedule.community_id, period=period)
    if known.exists():
        return False
    try:
        with transaction.atomic():
            due = DueRun.objects.create(
                community=schedule.community, period=period, items=schedule.items, due_on=day
            )
            queue.enqueue(
                schedule.community, KIND, str(due.pk), total=1, asked_by=schedule.set_by, at=now
            )
    except IntegrityError:  # another process was faster
        return False
    return True


def work(work: Work) -> None:
    """Reckons a month that came due. Again after a crash, it comes to the same."""
    due = DueRun.objects.select_related("community").get(pk=int(work.subject))
    work.progress(0)
    if due.state != DueState.RECKONED:
        return
    today = business_day(timezone.now(), due.community.time_zone)
    figures, remarks = runs.preview(due.community, due.period, due.items, today=today)
    blocked = {remark.unit for remark in remarks if remark.blocks}
    due.figures = {
        "units": figures.units,
        "bills": figures.bills,
        "lines": figures.lines,
        "total_minor": figures.total_minor,
        "blocked": len(blocked),
    }
    schedule = Schedule.objects.filter(community=due.community, active=True).first()
    if not figures.bills and not blocked:
        due.state = DueState.NOTHING
    else:
        due.state = DueState.WAITING
    with transaction.atomic():
        due.save(update_fields=["figures", "state"])
        if due.state == DueState.WAITING and schedule and schedule.automatic and not blocked:
            _make(due, schedule)
    work.progress(1)


def _make(due: DueRun, schedule: Schedule) -> None:
    """As whoever set the schedule. What cannot be begun now goes on waiting for somebody."""
    now = timezone.now()
    try:
        run = runs.begin(
            due.community,
            due.period,
            due.items,
            today=business_day(now, due.community.time_zone),
            person=Person(schedule.set_by),
            reason=_("by the monthly schedule"),
            at=now,
        )
    except runs.RunRefused:
        log.exception("the scheduled run %s was refused", due)
        return
    background.enqueue(run, schedule.set_by)


@transaction.atomic
def set_schedule(
    community: Community, said: dict[str, Any], person: Person, reason: str, at: datetime
) -> Schedule:
    """``said``: those of day, ahead, items, automatic and active that are to be other than before. It
    counts from today on: what came due while it was paused is not made up for. Raises ReasonMissing."""
    known = Schedule.objects.select_for_update().filter(community=community).first()
    before = _shown(known) if known else None
    schedule = known or Schedule(community=community)
    for field, value in said.items():
        setattr(schedule, field, value)
    schedule.since = business_day(at, community.time_zone)
    schedule.set_by = person.name
    schedule.full_clean()
    schedule.save()
    subject = ("schedule", str(schedule.pk))
    after = _shown(schedule)
    audit.record(
        community.pk, person, "schedule_set", subject, reason, at, before=before, after=after
    )
    return schedule


def next_day(schedule: Schedule, today: date, begun: Iterable[str]) -> date | None:
    """On which it makes bills next; None while it is paused. ``begun``: periods that came due before."""
    if not schedule.active:
        return None
    day = schedule.day_in(today)
    if day < today or schedule.period_on(day) in set(begun):
        day = schedule.day_in((today.replace(day=1) + timedelta(days=32)).replace(day=1))
    return day


def _shown(schedule: Schedule) -> dict[str, Any]:
    return {
        name: getattr(schedule, name) for name in ("day", "ahead", "items", "automatic", "active")
    }


@transaction.atomic
def leave_out(due: DueRun, person: Person, reason: str, at: datetime) -> bool:
    """The month is not made by the schedule; it can still be made by hand. False when it does not wait
    any more. Raises ReasonMissing."""
    row = DueRun.objects.select_for_update().get(pk=due.pk)
    if row.state != DueState.WAITING:
        return False
    row.state = DueState.LEFT_OUT
    row.save(update_fields=["state"])
    audit.record(
        row.community_id, person, "scheduled_left_out", ("due_run", str(row.pk)), reason, at
    )
    return True


def waiting(communities: Iterable[Any]) -> Any:
    """What is to be confirmed there, the oldest first."""
    rows = DueRun.objects.filter(community__in=communities, state=DueState.WAITING)
    return rows.select_related("community").order_by("period", "pk")


def address(subject: str) -> str:
    return "/staff/billing/" if whole_number(subject) is not None else ""
