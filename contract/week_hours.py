"""Hours of every week, and days on which others hold instead. Pure; by the clocks of one place.

Hours that end at or before they start go on into the next day; the same twice: the whole day, to the
same hour of the next.
"""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any, Protocol

_DAY = timedelta(days=1)


class Weekly(Protocol):
    """``weekdays``: digits, 1 is Monday."""

    @property
    def weekdays(self) -> str: ...
    @property
    def starts(self) -> time: ...
    @property
    def ends(self) -> time: ...


class Named(Protocol):
    """From the first day to the last, both whole. Without hours nothing holds on them."""

    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date: ...
    @property
    def starts(self) -> time | None: ...
    @property
    def ends(self) -> time | None: ...


def holding(
    weekly: Iterable[Weekly], named: Iterable[Named], today: date, clock: time
) -> list[Any]:
    """The rows that hold now. Hours of yesterday that go on past midnight are yesterday's, whatever is
    named for today."""
    weekly, named, found = tuple(weekly), tuple(named), list[Any]()
    for day, into in ((today, False), (today - _DAY, True)):
        for row in rows_of(weekly, named, day):
            if _holds(row.starts, row.ends, clock, into):
                found.append(row)
    return found


def rows_of(weekly: Iterable[Weekly], named: Iterable[Named], day: date) -> list[Any]:
    """Those whose hours begin on the day: what is named for it, else those of its weekday."""
    of_day: list[Any] = [one for one in named if one.first_day <= day <= one.last_day]
    if of_day:
        return of_day
    weekday = str(day.isoweekday())
    return [one for one in weekly if weekday in one.weekdays]


def _holds(starts: time | None, ends: time | None, clock: time, into_the_next_day: bool) -> bool:
    if starts is None or ends is None:
        return False
    if into_the_next_day:
        return ends <= starts and clock < ends
    return starts <= clock and (clock < ends or ends <= starts)
