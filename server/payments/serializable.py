"""Runs work as if nobody else were at work: SERIALIZABLE, and again when two got in each other's way.

SQLite has one writer at a time, so there it is an ordinary transaction. The work may run more than once
and must do nothing outside the database.
"""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)

ATTEMPTS_MAX = 6
FIRST_PAUSE_S = 0.02
_AGAIN = ("40001", "40P01")  # serialization failure, deadlock (PostgreSQL, appendix A)


def serializable(work: Callable[[], Answer]) -> Answer:
    """The work's answer once it is committed. Raises what the work raises, and OperationalError when
    it was in somebody's way ATTEMPTS_MAX times.

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
        except OperationalError as error:
            if not in_each_others_way(error) or attempt == ATTEMPTS_MAX - 1:
                raise
            log.info("serialization failure, attempt %d", attempt + 1)
            time.sleep(FIRST_PAUSE_S * 2**attempt * random.uniform(0.5, 1.0))
    raise AssertionError("the loop ends by returning or raising")


def in_each_others_way(error: OperationalError) -> bool:
    """Whether nothing is wrong but the moment."""
    return getattr(error.__cause__, "sqlstate", None) in _AGAIN
