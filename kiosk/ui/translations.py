"""How people say dates, times and lists in each language; the words are those of ``kiosk.texts``."""

from datetime import date, datetime
from functools import cache

from babel import Locale as BabelLocale
from babel.dates import format_date, format_datetime, format_skeleton

from contract import public_accounts
from contract.business_day import business_day, local_time
from contract.money import Locale
from kiosk.core.model import Session
from kiosk.texts.catalogue import say

_SPOKEN: dict[Locale, str] = {"zh_CN": "zh_CN", "en": "en_GB"}  # the day before the month


def clock(language: Locale, wall: datetime | None, time_zone: str | None) -> str:
    """Day and time for the top bar, e.g. ``Tue 24 Nov 22:47``; empty before a time is known."""
    if wall is None:
        return ""
    local = _local(wall, time_zone)
    return say(
        language,
        "frame.clock",
        day=format_skeleton("MMMd", local, locale=_babel(language)),
        weekday=format_skeleton("E", local, locale=_babel(language)),
        time=time_of_day(language, wall, time_zone),
    )


@cache
def _babel(language: Locale) -> BabelLocale:
    """Babel looks through all its locales each time it is given a name."""
    return BabelLocale.parse(_SPOKEN[language])


def time_of_day(language: Locale, wall: datetime, time_zone: str | None) -> str:
    return format_datetime(_local(wall, time_zone), "HH:mm", locale=_babel(language))


def today(wall: datetime | None, time_zone: str | None) -> date | None:
    """The day it is where the community is."""
    return business_day(wall, time_zone or "UTC") if wall else None


def local_wall(session: Session) -> datetime | None:
    """The community's time; None while no time is known."""
    config = session.lobby.config
    if session.wall is None:
        return None
    return _local(session.wall, config.community.time_zone if config else None)


def night_of(session: Session) -> bool | None:
    """Whether it is night by the community's hours; None where they know of no night."""
    config = session.lobby.config
    if config is None or config.opening.night is None:
        return None
    return session.lobby.hours.night is not None


def _local(wall: datetime, time_zone: str | None) -> datetime:
    return local_time(wall, time_zone) if time_zone else wall


def day(language: Locale, when: date, today: date | None = None) -> str:
    """A day as people say it; with the year when it is not this one."""
    same_year = today is None or when.year == today.year
    if same_year:
        return format_skeleton("MMMMd", when, locale=_babel(language))
    return format_date(when, "long", locale=_babel(language))


def month(language: Locale, period: str, *, short: bool = False) -> str:
    """``2026-10`` as ``October 2026``, or short: ``Oct``."""
    first = date.fromisoformat(f"{period}-01")
    return format_skeleton("MMM" if short else "yMMMM", first, locale=_babel(language))


def quarter(language: Locale, period: str, *, short: bool = False) -> str:
    """``2026-Q3`` as ``3rd quarter of 2026``; empty where it is none."""
    found = public_accounts.quarter(period)
    if found is None:
        return ""
    year, number = found
    id = "common.quarter_short" if short else "common.quarter"
    return say(language, id, year=year, quarter=number)


def long_day(language: Locale, day: str) -> str:
    """An ISO day with its year."""
    return format_date(date.fromisoformat(day), "long", locale=_babel(language))


def listed(language: Locale, items: list[str]) -> str:
    """``a, b, c``."""
    return say(language, "common.list_separator").join(items)
