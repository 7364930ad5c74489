"""Statements that come with nearly every call of a kiosk: PostgreSQL plans each once for a connection.

To plan one takes it longer than to carry it out (https://www.postgresql.org/docs/current/sql-prepare.html);
psycopg prepares what goes through a cursor that leaves the values to the server. The statement itself is
made once, too: the ORM would make the same one anew each time, which takes longer than the answer to it.
"""

import logging
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    connection,
    connections,
)
from django.db.models import Model
from django.db.models.base import ModelState

log = logging.getLogger(__name__)
Row = TypeVar("Row", bound=Model)
KNOWN_MAX = 10_000  # rows that many ask for, as they were read


class NotTold(Exception):
    """The connection was lost. Perhaps what was asked is done."""


def first_row(sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """As ``one_row``, of what only reads and is the first question of a request: asked again on a new
    connection where the one before was lost, so that no other question has to try it beforehand."""
    try:
        return first_try(sql, values)
    except NotTold:
        return one_row(sql, values)


def first_try(sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """As ``one_row``, of what is the first of a request and may write. Raises NotTold where a connection
    that stood already was lost; what follows then has a new one."""
    if connection.in_atomic_block:
        return one_row(sql, values)
    stood = connection.connection is not None
    connection.health_check_done = True  # what follows in this request needs none either
    try:
        return one_row(sql, values)
    except (OperationalError, InterfaceError) as error:
        line = connection.connection
        if not stood or (line is not None and not getattr(line, "closed", True)):
            raise  # a new one would be no better, or the database refused just this
        log.info("the line to the database was lost; a new one is taken")
        connection.close()
        raise NotTold from error


def one_row(sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row that it gives; None: it gives none. Each value must always be of the same type."""
    line = connections[DEFAULT_DB_ALIAS]  # itself: through its proxy each look at it is another
    if line.vendor == "postgresql":
        try:
            with _binding_cursor(line) as cursor:
                cursor.execute(sql, values)
                return cursor.fetchone()
        except (
            NotSupportedError
        ):  # a migration has changed what it gives; a new connection plans anew
            if line.in_atomic_block:
                raise
    with line.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def _binding_cursor(line: Any) -> Any:
    """As ``line.cursor()``, of the kind that leaves the values to the server."""
    from django.db.backends.postgresql.base import ServerBindingCursor

    line.close_if_health_check_failed()
    line.ensure_connection()
    with line.wrap_database_errors:
        return line._prepare_cursor(ServerBindingCursor(line.connection))


class Rows:
    """The columns of a model, and its objects from them."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        fields = model._meta.concrete_fields
        self.table = quoted(model._meta.db_table)
        self.columns = [f"{self.table}.{quoted(str(field.column))}" for field in fields]
        self.select = f"SELECT {', '.join(self.columns)} FROM {self.table}"
        self.names = [field.attname for field in fields]
        own = (model.from_db.__func__, model.__init__)
        self._plain = own == (Model.from_db.__func__, Model.__init__)
        self._known: dict[tuple[Any, ...], Any] = {}
        self._converted = [
            (place, field.cached_col, converters)
            for place, field in enumerate(fields)
            if (converters := [*_of_database(field.cached_col), *_of_field(field)])
        ]

    def __len__(self) -> int:
        return len(self.names)

    def key(self, value: Any) -> Any:
        return self._model._meta.pk.get_db_prep_value(value, connection)

    def made_again(self, row: tuple[Any, ...]) -> Any:
        """As ``made``, of what many others ask for, too: an object of its own for each of them."""
        known = self._known.get(row)
        if known is None:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            known = self._known[row] = self.made(row)
        return duplicate(known)

    def made(self, row: tuple[Any, ...]) -> Any:
        """As ``from_db``, which sets each field by itself and takes longer than to read the row; a model
        that has more to do when it is made does it."""
        values = list(row)
        for place, column, converters in self._converted:
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return self.of(values)

    def of(self, values: list[Any]) -> Any:
        """Of what ``values`` gave: another object."""
        if not self._plain:
            return self._model.from_db(connection.alias, self.names, values)
        return _of(self._model, dict(zip(self.names, values, strict=True)), connection.alias, {})

    def values(self, one: Model) -> list[Any]:
        """As its attributes are, in the order of ``names``."""
        return [one.__dict__[name] for name in self.names]


def duplicate(one: Row) -> Row:
    """Another object of the same row; ``copy`` would pickle it."""
    return _of(one.__class__, one.__dict__, one._state.db, dict(one._state.fields_cache))


def _of(model: type[Row], values: dict[str, Any], alias: Any, related: dict[str, Any]) -> Row:
    one = model.__new__(model)
    one.__dict__.update(values)
    one._state = ModelState()
    one._state.db, one._state.adding, one._state.fields_cache = alias, False, related
    return one


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _of_database(column: Any) -> Any:
    return connection.ops.get_db_converters(column)


def _of_field(field: Any) -> Any:
    return field.get_db_converters(connection)
