"""How often one network address may ask, minute by minute, across all workers. Many phones share an
address of their network: the limits stop programs, not a building. Of a unit, wrong guesses count by
themselves, hour by hour."""

import hashlib
from datetime import datetime

from django.db.models import F

from server.api.models import LookupWindow

MISSES_A_MINUTE = 30  # codes that are not good
BEGUN_A_MINUTE = 60  # payments begun, gone on with or given up
SENT_A_MINUTE = 20  # requests, and words to them
GUESSES_AN_HOUR = 10  # at a unit's earlier requests: four digits stand long against so few


class TooOften(Exception):
    """Wait for the next minute."""


def missed(address: str, now: datetime) -> None:
    """A code was no good. Raises TooOften."""
    _count("codes", address, now, MISSES_A_MINUTE)


def begun(address: str, now: datetime) -> None:
    """Raises TooOften."""
    _count("begun", address, now, BEGUN_A_MINUTE)


def sent(address: str, now: datetime) -> None:
    """Raises TooOften."""
    _count("sent", address, now, SENT_A_MINUTE)


def may_guess(unit: int, now: datetime) -> bool:
    """From whatever address it is tried."""
    window = LookupWindow.objects.filter(kiosk_id=f"found {unit}", minute=_hour(now)).first()
    return window is None or window.count < GUESSES_AN_HOUR


def guessed_wrong(unit: int, now: datetime) -> None:
    """Number and digits did not fit. Raises TooOften."""
    _add(f"found {unit}", _hour(now), GUESSES_AN_HOUR)


def _count(what: str, address: str, now: datetime, most: int) -> None:
    _add(_name(what, address), _minute(now), most)


def _add(name: str, begins: datetime, most: int) -> None:
    window, _ = LookupWindow.objects.get_or_create(kiosk_id=name, minute=begins)
    if window.count >= most:
        raise TooOften
    LookupWindow.objects.filter(pk=window.pk).update(count=F("count") + 1)


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _name(what: str, address: str) -> str:
    """The address itself is kept nowhere."""
    return f"{what} {hashlib.sha256(address.encode()).hexdigest()[:24]}"
