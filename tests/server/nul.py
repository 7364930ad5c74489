"""What PostgreSQL refuses and SQLite takes: a text with NUL among what the database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def no_nul_reaches_the_database() -> Iterator[None]:
    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        told = [one for one in params or () if isinstance(one, str) and "\0" in one]
        assert not told, sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
