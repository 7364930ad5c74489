"""The days that a report is asked for, from its address; and in words what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

DAYS_MAX = 92
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)  # others are mistyped


@dataclass(frozen=True, slots=True)
class Days:
    first: date
    last: date
    wrong: str = ""


def read(given: Mapping[str, str], newest: date, *, usual: int) -> Days:
    """The last ``usual`` days where nothing is asked for."""
    try:
        last = date.fromisoformat(given["last"]) if given.get("last") else newest
        begins = last - timedelta(days=usual - 1)
        first = date.fromisoformat(given["first"]) if given.get("first") else begins
        if min(first, last) < FIRST_DAY or max(first, last) > LAST_DAY:
            raise ValueError
    except (ValueError, OverflowError):
        first = newest - timedelta(days=usual - 1)
        return Days(first, newest, _("That is no day. Choose one."))
    days = (last - first).days
    if days < 0:
        return Days(first, last, _("The first day is after the last one."))
    if days >= DAYS_MAX:
        return Days(first, last, _("At most %(days)s days at once.") % {"days": DAYS_MAX})
    return Days(first, last)
