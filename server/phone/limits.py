"""How often one network address may ask, minute by minute, across all workers. Many phones share an
address of their network: the limits stop programs, not a building."""

import hashlib
from datetime import datetime

from server.api import windows

MISSES_A_MINUTE = 30  # codes that are not good
BEGUN_A_MINUTE = 60  # payments begun, gone on with or given up
NAMED_A_MINUTE = 120  # WeChat is asked who it is, by its page and by its answer: two a payment
SENT_A_MINUTE = 20  # requests, and words to them
VOTED_A_MINUTE = 60  # after paying


class TooOften(Exception):
    """Wait for the next minute."""


def missed(address: str, now: datetime) -> None:
    """A code was no good. Raises TooOften."""
    _count("codes", address, now, MISSES_A_MINUTE)


def begun(address: str, now: datetime) -> None:
    """Raises TooOften."""
    _count("begun", address, now, BEGUN_A_MINUTE)


def named(address: str, now: datetime) -> None:
    """Raises TooOften."""
    _count("named", address, now, NAMED_A_MINUTE)


def sent(address: str, now: datetime) -> None:
    """Raises TooOften."""
    _count("sent", address, now, SENT_A_MINUTE)


def voted(address: str, now: datetime) -> None:
    """Raises TooOften."""
    _count("voted", address, now, VOTED_A_MINUTE)


def _count(what: str, address: str, now: datetime, most: int) -> None:
    if not windows.one_more(_name(what, address), windows.minute_of(now), most):
        raise TooOften


def _name(what: str, address: str) -> str:
    """The address itself is kept nowhere."""
    return f"{what} {hashlib.sha256(address.encode()).hexdigest()[:24]}"
