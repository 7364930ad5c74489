"""When a kiosk serves residents: the week, holidays, the night, and outages that are planned. Pure.

Both sides decide by these functions: the kiosk what it offers, also without the server; the server what
staff are shown. Hours are those of the community's clocks, outages are moments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pydantic import AwareDatetime

from contract.bill_message import Minor
from contract.business_day import business_day, local_time, zone
from contract.message import Message, Text
from contract.week_hours import holding, rows_of

AHEAD_MAX = timedelta(days=400)  # what opens later than that is not looked for
_DAY = timedelta(days=1)


class WeekHours(Message):
    """``weekdays``: digits, 1 is Monday. See contract.week_hours for hours past midnight."""

    weekdays: str
    starts: time
    ends: time


class NamedDays(Message):
    """On these days these hours hold and not those of the week; without hours it is closed. Of several
    that name a day, those of the fewest days hold: a day within holidays is an exception of them."""

    first_day: date
    last_day: date
    starts: time | None = None
    ends: time | None = None


class Night(Message):
    """Every night. ``max_minor``: the most that a payment may be of; nought: no limit of the night."""

    starts: time
    ends: time
    cards: bool = True
    max_minor: Minor = 0


class Outage(Message):
    """Planned: nobody is served from ``begins`` until ``ends``; told from ``told_from`` on."""

    id: str
    begins: AwareDatetime
    ends: AwareDatetime
    told_from: AwareDatetime
    words: Text


class OpeningHours(Message):
    """Without ``week`` it is open on every day that is not named."""

    week: list[WeekHours] = []
    days: list[NamedDays] = []
    night: Night | None = None
    outages: list[Outage] = []


ALWAYS = OpeningHours()
_EVERY_DAY = (WeekHours(weekdays="1234567", starts=time(0), ends=time(0)),)


@dataclass(frozen=True, slots=True)
class Standing:
    """``outage``: the one that goes on. ``night``: the rules of the night, while it is night."""

    open: bool = True
    outage: Outage | None = None
    night: Night | None = None


def standing(hours: OpeningHours, at: datetime, time_zone: str) -> Standing:
    """How it stands at an aware moment. Raises ZoneUnknown."""
    outage = next((one for one in hours.outages if one.begins <= at < one.ends), None)
    return Standing(
        open=outage is None and _open_by_clock(hours, at, time_zone),
        outage=outage,
        night=_night(hours.night, at, time_zone),
    )


def opens_at(hours: OpeningHours, at: datetime, time_zone: str) -> datetime | None:
    """The first moment from ``at`` on at which it is open: a whole minute, or ``at`` itself. None: not
    within AHEAD_MAX."""
    if standing(hours, at, time_zone).open:
        return at
    at_utc = at.astimezone(UTC)
    ends = {one.ends.astimezone(UTC) for one in hours.outages if one.ends > at_utc}
    for day in _days(business_day(at, time_zone) - _DAY):
        begins = {moment for moment in _beginnings(hours, day, time_zone) if moment > at_utc}
        here = {moment for moment in ends if business_day(moment, time_zone) == day}
        for moment in sorted(begins | here):
            if standing(hours, moment, time_zone).open:
                return moment
    return None


def _days(first: date) -> Iterator[date]:
    return (first + _DAY * count for count in range(AHEAD_MAX.days))


def _week(hours: OpeningHours) -> tuple[WeekHours, ...]:
    return tuple(hours.week) or _EVERY_DAY


def _open_by_clock(hours: OpeningHours, at: datetime, time_zone: str) -> bool:
    today, clock = business_day(at, time_zone), local_time(at, time_zone).time()
    named = _named(hours, today - _DAY, today)
    return bool(holding(_week(hours), named, today, clock))


def _named(hours: OpeningHours, *days: date) -> tuple[NamedDays, ...]:
    """What holds on these days, each of one day."""
    found: list[NamedDays] = []
    for day in days:
        rows = [row for row in hours.days if row.first_day <= day <= row.last_day]
        least = min((row.last_day - row.first_day for row in rows), default=_DAY)
        only = {"first_day": day, "last_day": day}
        found += [
            row.model_copy(update=only) for row in rows if row.last_day - row.first_day == least
        ]
    return tuple(found)


def _night(night: Night | None, at: datetime, time_zone: str) -> Night | None:
    if night is None:
        return None
    every = WeekHours(weekdays="1234567", starts=night.starts, ends=night.ends)
    today, clock = business_day(at, time_zone), local_time(at, time_zone).time()
    return night if holding((every,), (), today, clock) else None


def _beginnings(hours: OpeningHours, day: date, time_zone: str) -> Iterator[datetime]:
    """The moments of a day at which hours may begin: their starts, in an hour that comes twice both; and
    where the clocks are put forward, the moment of that, for starts that are left out."""
    place = zone(time_zone)
    for row in rows_of(_week(hours), _named(hours, day), day):
        if row.starts is not None:
            for fold in (0, 1):
                yield datetime.combine(day, row.starts, place).replace(fold=fold).astimezone(UTC)
    begins = datetime.combine(day, time.min, place)
    ends = datetime.combine(day + _DAY, time.min, place)
    if begins.utcoffset() != ends.utcoffset():
        yield _change(begins.timestamp(), ends.timestamp(), time_zone)


def _change(before: float, after: float, time_zone: str) -> datetime:
    """The moment between these at which the clocks are put forward or back, to the minute."""
    place, old = zone(time_zone), datetime.fromtimestamp(before, zone(time_zone)).utcoffset()
    low, high = int(before) // 60, int(after) // 60
    while high - low > 1:
        middle = (low + high) // 2
        same = datetime.fromtimestamp(middle * 60, place).utcoffset() == old
        low, high = (middle, high) if same else (low, middle)
    return datetime.fromtimestamp(high * 60, UTC)
