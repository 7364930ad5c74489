"""Runs work as if nobody else were at work: SERIALIZABLE, and again when two got in each other's way.

SQLite has one writer at a time, so there it is an ordinary transaction. The work may run more than once
and must do nothing outside the database.
"""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import (
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    transaction,
)

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)

ATTEMPTS_MAX = 6
FIRST_PAUSE_S = 0.02
# PostgreSQL, appendix A: serialization failure, deadlock, and a value that must be unique: where two
# are at work side by side, the loser is told that, although it looked before (13.2.3).
_TAKEN = "23505"
_AGAIN = ("40001", "40P01", _TAKEN)
# The same each time: too much of something for one statement; going on after an error in a transaction.
_EACH_TIME = ("54", "25P02")


def serializable(work: Callable[[], Answer]) -> Answer:
    """The work's answer once it is committed. Raises what the work raises, and OperationalError or
    IntegrityError when it was in somebody's way ATTEMPTS_MAX times.

    Inside another transaction it joins that one: its isolation is already decided.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return work()
    for attempt in range(ATTEMPTS_MAX):
        try:
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                return work()
        except (OperationalError, IntegrityError) as error:
            if not in_each_others_way(error) or attempt == ATTEMPTS_MAX - 1:
                raise
            log.info("serialization failure, attempt %d", attempt + 1)
            time.sleep(FIRST_PAUSE_S * 2**attempt * random.uniform(0.5, 1.0))
    raise AssertionError("the loop ends by returning or raising")


def in_each_others_way(error: BaseException) -> bool:
    """Whether nothing is wrong but the moment."""
    return _sqlstate(error) in _AGAIN


def value_is_taken(error: BaseException) -> bool:
    """Whether it may be a race: on SQLite, with one writer at a time, it never is one."""
    return _sqlstate(error) == _TAKEN


def database_away(error: BaseException) -> bool:
    """Whether the database could not do its work just now, whatever the work was: the same may succeed
    later. False for what fails each time, as a statement that is too large."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError | InternalError):
        return False
    code = _sqlstate(error)
    if code is not None:
        return not code.startswith(_EACH_TIME)
    return getattr(error.__cause__, "sqlite_errorname", None) != "SQLITE_ERROR"


def _sqlstate(error: BaseException) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)
