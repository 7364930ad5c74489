"""Empties a test's database although the database refuses that: for tests with transactions of their
own, whose rows Django deletes afterwards."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations


def without_triggers(
    flush: Callable[[BaseDatabaseOperations, Sequence[str]], None],
) -> Callable[[BaseDatabaseOperations, Sequence[str]], None]:
    """Around ``DatabaseOperations.execute_sql_flush``."""

    def flushed(operations: BaseDatabaseOperations, statements: Sequence[str]) -> None:
        with transaction.atomic(), _silent():
            flush(operations, statements)

    return flushed


@contextmanager
def _silent() -> Iterator[None]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _, sql in triggers:
            cursor.execute(sql)
