"""What a kiosk counts of its days: how many came, how many it turned away and why, how long it served.

Cumulative for each hour of a day, so that a message that is lost loses nothing and one that comes twice
counts nothing twice. Names and numbers only: never who it was, which unit or which bill.
"""

from datetime import date
from enum import IntEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from contract.message import Message
from contract.messages import Count, Method

# A name, or a name and what it is told apart by, such as ``turned_away.unit_not_found``.
CountName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,24}(\.[a-z0-9_]{1,40})?$")]

VISITS = "visits"  # somebody began to do something
PAID = "paid_visits"  # of them, those in which something was paid
TURNED_AWAY = "turned_away"  # .reason: somebody left unpaid because of it
CODES_SHOWN = "codes_shown"  # a bill was held before the scanner, the first time of a visit
CODES_READ = "codes_read_first"  # of them, those read without leaving the screen
VOTE = "vote"  # .vote_method: how satisfied somebody was who had paid; see vote_name
TO_RECEIPT = "to_receipt"  # .seconds: from the bills on the screen to the receipt, up to so long
UP_S = "up_s"  # seconds in which the program ran,
IN_ORDER_S = "in_order_s"  # and of them, those in which somebody could have paid
CLOSED_S = "closed_s"  # and those in which it was closed by its hours or for an outage, as planned

# Upper ends in seconds of what is told by TO_RECEIPT; the last stands for anything longer.
TO_RECEIPT_ENDS = (15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 9999)
DAYS_AT_ONCE = 8


class Vote(IntEnum):
    """How satisfied somebody was, by a touch."""

    GOOD = 3
    SO_SO = 2
    BAD = 1


def vote_name(vote: Vote, method: Method) -> CountName:
    """What a vote after paying is counted under."""
    return f"{VOTE}.{vote.value}_{method.value}"


def vote_of(name: str) -> tuple[Vote, str] | None:
    """The vote and the way to pay; None for any other name, and for votes that this release does not
    know."""
    kind, _, which = name.partition(".")
    value, _, method = which.partition("_")
    if kind != VOTE or value not in {str(vote.value) for vote in Vote} or not method:
        return None
    return Vote(int(value)), method


class HourTally(Message):
    hour: Annotated[int, Field(ge=0, le=23)]  # by the community's clock
    counts: Annotated[dict[CountName, Count], Field(max_length=80)]


class DayTally(Message):
    day: date  # of the community's calendar
    hours: Annotated[list[HourTally], Field(max_length=24)]


class Setting(Message):
    """One line of the kiosk's configuration, as it is in use; a secret is never told."""

    name: Annotated[str, StringConstraints(max_length=80)]
    value: Annotated[str, StringConstraints(max_length=200)]
    given: bool  # it stands in the file; else it is the program's own


class About(Message):
    """What runs there: told at the start of a kiosk and when it changes."""

    versions: Annotated[
        dict[str, Annotated[str, StringConstraints(max_length=80)]], Field(max_length=20)
    ]
    settings: Annotated[list[Setting], Field(max_length=120)]


class Tallies(Message):
    """``source``: drawn when the kiosk began to count, anew with an empty disk. What two sources tell of
    one day is added; what one tells again replaces what it told. ``about``: where it is new."""

    source: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    days: Annotated[list[DayTally], Field(max_length=DAYS_AT_ONCE)]
    about: About | None = None


class TalliesTaken(Message):
    """The days that are safe on the server as they were told."""

    days: list[date]
