"""Statements that come with nearly every call of a kiosk: PostgreSQL plans each once for a connection.

To plan one takes it longer than to carry it out (https://www.postgresql.org/docs/current/sql-prepare.html);
psycopg prepares what goes through a cursor that leaves the values to the server.
"""

from collections.abc import Sequence
from typing import Any

from django.db import NotSupportedError, connection


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
