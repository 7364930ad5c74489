"""Who does which kind of job. Rooms tell it when their app is ready; this room knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from server.staff import scope
from server.staff.roles import Deed


class JobCancelled(Exception):
    """Staff asked for the job to end: it ends here."""


class Work(Protocol):
    """What a handler gets."""

    subject: str

    def progress(self, done: int, total: int | None = None) -> None:
        """Says how far the job has come, and that somebody is at work. Raises JobCancelled when staff
        asked for it. To be called often, outside of transactions."""
        ...

    def within(self, done: int, total: int) -> None:
        """As ``progress``, from within a long transaction, which ends with JobCancelled: it asks and
        writes nothing in the database."""
        ...


def makes_bills(user: Any, community: int) -> bool:
    return scope.may(user, Deed.RUN_BILLS, community)


@dataclass(frozen=True, slots=True)
class Handler:
    """``title``: what staff call this kind of job. ``address``: of the page about a subject. ``work`` may
    be begun anew after a crash at any point: it goes on where it was. ``may_act``: whether a person may
    cancel it or begin it again in a community."""

    title: Any
    work: Callable[[Work], None]
    address: Callable[[str], str]
    may_act: Callable[[Any, int], bool] = makes_bills


MINUTELY: list[Callable[[datetime], object]] = []
OFTEN: dict[str, Callable[[datetime], object]] = {}
_HANDLERS: dict[str, Handler] = {}


def register(kind: str, handler: Handler) -> None:
    _HANDLERS[kind] = handler


def every_minute(look: Callable[[datetime], object]) -> None:
    """Each worker calls it about every minute with the time: it begins what has come due, once whoever
    calls it and however many."""
    MINUTELY.append(look)


def every_few_seconds(name: str, look: Callable[[datetime], object]) -> None:
    """Each worker calls it every few seconds with the time, in a thread of its own: what takes long holds
    no other up. Whatever it does is done once, however many workers call it."""
    OFTEN[name] = look


def handler_of(kind: str) -> Handler | None:
    """None for a kind that this version does not know."""
    return _HANDLERS.get(kind)
