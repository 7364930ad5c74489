"""Statements that come with nearly every call of a kiosk: PostgreSQL plans each once for a connection.

To plan one takes it longer than to carry it out (https://www.postgresql.org/docs/current/sql-prepare.html);
psycopg prepares what goes through a cursor that leaves the values to the server.
"""

from collections.abc import Sequence
from typing import Any

from django.db import InterfaceError, NotSupportedError, OperationalError, connection


def first_row(sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """As ``one_row``, of what only reads and is the first question of a request: asked again on a new
    connection where the one before was lost, so that no other question has to try it beforehand."""
    if connection.in_atomic_block:
        return one_row(sql, values)
    connection.health_check_done = True  # what follows in this request needs none either
    try:
        return one_row(sql, values)
    except (OperationalError, InterfaceError):
        connection.close()
        return one_row(sql, values)


def one_row(sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row that it gives; None: it gives none. Each value must always be of the same type."""
    if connection.vendor == "postgresql":
        from django.db.backends.postgresql.base import ServerBindingCursor

        try:
            with connection.cursor() as cursor:
                cursor.cursor = ServerBindingCursor(cursor.cursor.connection)
                cursor.execute(sql, values)
                return cursor.fetchone()
        except (
            NotSupportedError
        ):  # a migration has changed what it gives; a new connection plans anew
            if connection.in_atomic_block:
                raise
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()
