"""What kiosks collected: taken, reversed, in doubt, returned; who was turned away and why; how long they
served. By kiosk, day, part of the day or hour. Reads only.

Money is what the server's books of payments say; visits are what kiosks counted of themselves.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract.business_day import business_day, day_begins
from contract.day_tally import VISITS
from contract.messages import Text
from server.estate.models import Community
from server.fleet.day_figures import Figures, hours_of
from server.fleet.models import Kiosk, KioskDay
from server.payments import payment_hours

KIOSK_DAYS_MAX = 20_000
OFFICE, OUTSIDE, WHOLE_DAY = "office", "outside", "whole"
PARTS: dict[str, str | Promise] = {
    OFFICE: _("While the office is open"),
    OUTSIDE: _("While the office is closed"),
    WHOLE_DAY: _("The whole day"),
}
# What a row may be of: which parts of the key count, in this order.
GROUPINGS: dict[str, tuple[str, ...]] = {
    "kiosk": ("kiosk",),
    "day": ("day",),
    "part": ("part",),
    "hour": ("hour",),
    "community": ("community",),
    "each": ("kiosk", "day", "part"),
}


class TooMuch(Exception):
    """More days of kiosks than are added up at once."""


@dataclass(frozen=True, slots=True)
class Key:
    """Of what a row is; None where it is of all. ``currency`` always tells rows apart."""

    currency: str
    community: int | None = None
    kiosk: str | None = None  # its key
    day: date | None = None
    part: str | None = None
    hour: int | None = None


_MONEY = ("paid", "taken_minor", "refunded_minor", "begun", "succeeded", "reversed", "in_doubt")


@dataclass(slots=True)
class Line:
    """``expected_s``: for so long kiosks that count should have served."""

    key: Key
    paid: int = 0
    taken_minor: int = 0
    refunded_minor: int = 0
    begun: int = 0
    succeeded: int = 0
    reversed: int = 0
    in_doubt: int = 0
    expected_s: int = 0
    figures: Figures = field(default_factory=Figures)

    def add(self, other: "Line") -> None:
        for name in (*_MONEY, "expected_s"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.figures.add(other.figures.counts)

    @property
    def success_percent(self) -> int | None:
        """Of the payments that were begun, those that were paid."""
        return round(100 * self.succeeded / self.begun) if self.begun else None

    @property
    def uptime_percent(self) -> float | None:
        """Of the time in which it was not closed as planned, that in which somebody could pay; None where
        no kiosk counts."""
        expected_s = self.expected_s - self.figures.closed_s
        if expected_s <= 0:
            return None
        return min(100.0, round(100 * self.figures.in_order_s / expected_s, 1))


@dataclass(frozen=True, slots=True)
class Asked:
    first: date
    last: date
    by: str = "kiosk"


@dataclass(frozen=True, slots=True)
class Report:
    """``total``: a line for each currency; ``kiosks`` by their keys."""

    lines: list[Line]
    total: list[Line]
    by_hour: dict[int, int]  # visits by the hour of the day
    kiosks: dict[str, Kiosk]
    communities: dict[int, Community]
    paying: set[int]  # communities whose money is in it

    def has_money(self, line: Line) -> bool:
        """Whether its money may be shown: of a sum over several communities, that of those which may."""
        kiosk = self.kiosks.get(line.key.kiosk or "")
        where = kiosk.community_id if kiosk else line.key.community
        return where is None or where in self.paying

    @property
    def peak(self) -> tuple[int, int] | None:
        """The hour of the day with the most visits, and how many; None where nothing was counted."""
        best = max(self.by_hour, key=lambda hour: self.by_hour[hour], default=None)
        return (best, self.by_hour[best]) if best is not None and self.by_hour[best] else None

    def place(self, line: Line) -> Text | None:
        kiosk = self.kiosks.get(line.key.kiosk or "")
        return kiosk.location if kiosk else None


class _Adding:
    def __init__(self, asked: Asked, communities: list[Community], now: datetime) -> None:
        self._asked, self._now = asked, now
        self.communities = {community.pk: community for community in communities}
        self._offices = {community.pk: _office(community) for community in communities}
        self._names = GROUPINGS[asked.by]
        self._of_days = not {"part", "hour"} & set(self._names)
        self.lines: dict[tuple[Any, ...], Line] = {}
        self.by_hour: dict[int, int] = defaultdict(int)

    def at(self, community: int, kiosk: str, day: date, hour: int) -> Line:
        """The line that this hour belongs to."""
        currency = self.communities[community].currency
        office = self._offices[community]
        part = WHOLE_DAY if office is None else OFFICE if hour in office else OUTSIDE
        told = {"community": community, "kiosk": kiosk, "day": day, "part": part, "hour": hour}
        named = {name: told[name] for name in self._names}
        place = (currency, *named.values())
        line = self.lines.get(place)
        if line is None:
            line = self.lines[place] = Line(Key(currency, **named))
        return line

    @property
    def total(self) -> list[Line]:
        """The sum of all in each currency."""
        found: dict[str, Line] = {}
        for line in self.lines.values():
            currency = line.key.currency
            (found.get(currency) or found.setdefault(currency, Line(Key(currency)))).add(line)
        return list(found.values())

    def expect(self, kiosk: Kiosk) -> None:
        """The hours of the time asked for in which it should have served."""
        zone = self.communities[kiosk.community_id].time_zone
        begun = kiosk.enrolled_at or self._now
        day = max(self._asked.first, business_day(begun, zone))
        while day <= min(self._asked.last, business_day(self._now, zone)):
            seconds = _seconds(day, begun, self._now, zone)
            if self._of_days:
                seconds = {0: sum(seconds.values())}
            for hour, count in seconds.items():
                self.at(kiosk.community_id, str(kiosk.pk), day, hour).expected_s += count
            day += timedelta(days=1)


def _seconds(day: date, begun: datetime, now: datetime, zone: str) -> dict[int, int]:
    """By the hour, those of the day that lie between two moments. A changed clock is not looked at."""
    midnight, next_one = day_begins(day, zone), day_begins(day + timedelta(days=1), zone)
    if begun <= midnight and next_one <= now:
        return dict.fromkeys(range(24), 3600)
    found = {}
    for hour in range(24):
        begins = midnight + timedelta(hours=hour)
        inside = min(now, begins + timedelta(hours=1)) - max(begun, begins)
        if inside > timedelta(0):
            found[hour] = int(inside.total_seconds())
    return found


def report(
    communities: QuerySet[Community], paying: QuerySet[Community], asked: Asked, now: datetime
) -> Report:
    """Of the kiosks of these communities; ``paying``: those whose money is shown. Raises TooMuch."""
    known = list(communities.order_by("code"))
    kiosks = {
        str(kiosk.pk): kiosk for kiosk in Kiosk.objects.filter(community__in=known).order_by()
    }
    days = KioskDay.objects.filter(community__in=known, day__range=(asked.first, asked.last))
    rows = days.order_by().values_list("kiosk", "community", "day", "hours")
    found = list(rows[: KIOSK_DAYS_MAX + 1])
    whole_days = (asked.last - asked.first).days + 1
    if len(found) > KIOSK_DAYS_MAX or len(kiosks) * whole_days > KIOSK_DAYS_MAX * 4:
        raise TooMuch
    adding = _Adding(asked, known, now)
    for one in hours_of(found):
        adding.by_hour[one.hour] += one.counts.get(VISITS, 0)
        adding.at(one.community, one.kiosk, one.day, one.hour).figures.add(one.counts)
    for pk in {str(row[0]) for row in found}:
        adding.expect(kiosks[pk])
    money = set(paying.values_list("pk", flat=True))
    _add_money(adding, [c for c in known if c.pk in money], kiosks.values(), asked)
    return Report(
        lines=_sorted(adding, kiosks),
        total=adding.total,
        by_hour=adding.by_hour,
        kiosks=kiosks,
        communities=adding.communities,
        paying=money,
    )


def _add_money(
    adding: _Adding, communities: list[Community], kiosks: Iterable[Kiosk], asked: Asked
) -> None:
    by_code = {(kiosk.community_id, kiosk.code): str(kiosk.pk) for kiosk in kiosks}
    for one in payment_hours.hours(communities, asked.first, asked.last):
        kiosk = by_code.get((one.community, one.kiosk))
        if kiosk is None:
            continue
        line = adding.at(one.community, kiosk, one.day, one.hour)
        for name in _MONEY:
            setattr(line, name, getattr(line, name) + getattr(one, name))


def _office(community: Community) -> range | None:
    """The hours in which the office is open, as whole ones; None where nobody said."""
    opens, closes = community.office_opens, community.office_closes
    if opens is None or closes is None or opens >= closes:
        return None
    return range(opens.hour, closes.hour + (1 if closes.minute else 0))


def _sorted(adding: _Adding, kiosks: dict[str, Kiosk]) -> list[Line]:
    def place(line: Line) -> tuple[Any, ...]:
        key, kiosk = line.key, kiosks.get(line.key.kiosk or "")
        community = adding.communities.get(kiosk.community_id if kiosk else key.community or 0)
        return (
            key.day or date.min,
            community.code if community else "",
            kiosk.code if kiosk else "",
            key.part or "",
            -1 if key.hour is None else key.hour,
            key.currency,
        )

    return sorted(adding.lines.values(), key=place)


def today(communities: Iterable[Community], now: datetime) -> date:
    """The furthest calendar among them."""
    return max(
        (business_day(now, community.time_zone) for community in communities),
        default=business_day(now, "UTC"),
    )
