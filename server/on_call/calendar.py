"""The hours that a person is on call as a calendar (RFC 5545), and the address at which it is read."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from contract.business_day import business_day, zone
from contract.week_hours import rows_of
from server.estate.models import Community
from server.language import chosen
from server.on_call.models import LEVELS, CalendarLink, Level, Shift, Substitution
from server.on_call.plan import able, plan_of
from server.staff import audit
from server.staff.people import of

AHEAD = timedelta(days=90)
READ_AGAIN = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """Hours on call, from one aware moment to another. ``name``: the same whenever it is asked for."""

    name: str
    community: Community
    level: int
    begins: datetime
    ends: datetime

    @property
    def hours(self) -> str:
        """By the community's clocks."""
        return f"{self.begins:%Y-%m-%d %H:%M} – {self.ends:%m-%d %H:%M}"

    @property
    def rank(self) -> str:
        return str(Level(self.level).label)


def duties(person: int, now: datetime) -> Iterator[Duty]:
    """Of yesterday and later, for ``AHEAD``, in the communities in which the person is told of alerts."""
    rows = {"person": person, "ended_at": None}
    named = {
        *Shift.objects.filter(**rows).values_list("community", flat=True),
        *Substitution.objects.filter(**rows).values_list("community", flat=True),
    }
    for community in Community.objects.filter(pk__in=named).order_by("code"):
        if able(community.pk, [person]):
            yield from _duties_in(community, person, now)


def _duties_in(community: Community, person: int, now: datetime) -> Iterator[Duty]:
    today = business_day(now, community.time_zone)
    plan = plan_of(community.pk, today)
    for level in LEVELS:
        weekly = [row for row in plan.shifts if row.level == level]
        named = [row for row in plan.substitutions if row.level == level]
        for number in range(-1, AHEAD.days):
            day = today + number * _DAY
            for row in rows_of(weekly, named, day):
                if row.person_id == person:
                    yield _duty(community, row, day)


def _duty(community: Community, row: Any, day: date) -> Duty:
    clocks = zone(community.time_zone)
    last = day + _DAY if row.ends <= row.starts else day
    kind = "week" if isinstance(row, Shift) else "days"
    return Duty(
        name=f"{kind}-{row.pk}-{day:%Y%m%d}",
        community=community,
        level=row.level,
        begins=datetime.combine(day, row.starts, clocks),
        ends=datetime.combine(last, row.ends, clocks),
    )


def written(found: Iterator[Duty], now: datetime) -> bytes:
    """In the language in force."""
    calendar = Calendar()
    calendar.add("prodid", "-//LobbyPay//on call//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("LobbyPay: on call"))
    calendar.add("refresh-interval", READ_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for duty in found:
        calendar.add_component(_event(duty, now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(duty: Duty, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{duty.name}@{settings.PUBLIC_URL.partition('://')[2] or 'lobbypay'}")
    event.add("dtstamp", now)
    event.add("dtstart", duty.begins)
    event.add("dtend", duty.ends)
    event.add("summary", f"{duty.rank} · {chosen(duty.community.name)}")
    event.add("url", f"{settings.PUBLIC_URL}{reverse('alerts')}")
    return event


def link_of(person: int) -> CalendarLink | None:
    """The one that is open."""
    return CalendarLink.objects.filter(person=person, ended_at=None).first()


@transaction.atomic
def make_link(user: Any, language: str, at: datetime) -> str:
    """The secret of a new address, to be shown once; the one before is ended. Asked for twice at once,
    the later one stays."""
    get_user_model()._default_manager.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    end_link(user, at)
    secret = secrets.token_urlsafe(32)
    row = CalendarLink.objects.create(
        person=user, digest=_digest(secret), language=language, made_at=at
    )
    audit.note(None, of(user), "calendar_link_made", ("calendar_link", str(row.pk)), at)
    return secret


@transaction.atomic
def end_link(user: Any, at: datetime) -> bool:
    """Whether there was one."""
    rows = CalendarLink.objects.select_for_update().filter(person=user.pk, ended_at=None)
    for row in (found := list(rows)):
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        audit.note(None, of(user), "calendar_link_ended", ("calendar_link", str(row.pk)), at)
    return bool(found)


def known(secret: str) -> CalendarLink | None:
    """The open link of this secret, whose person still works here."""
    rows = CalendarLink.objects.select_related("person").filter(ended_at=None)
    return rows.filter(
        digest=_digest(secret), person__is_active=True, person__is_staff=True
    ).first()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
