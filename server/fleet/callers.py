"""The kiosk that a key id names, with its community, by one statement.

Every call of a kiosk begins with it. It is made once: the ORM would make the same one anew for each call,
which takes longer than the database needs to answer it.
"""

import uuid
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model
from django.db.models.base import ModelState

from server.estate.models import Community
from server.fleet.models import Kiosk
from server.prepared import first_row

Row = TypeVar("Row", bound=Model)
KNOWN_MAX = 10_000  # communities, as they were read


class Callers:
    """``also``: what else is asked of each, as attributes of the kiosk: SQL that is true or false of a
    row of the kiosks' table, without parameters."""

    def __init__(self, **also: str) -> None:
        self._also = also

    def find(self, key_id: str) -> Kiosk | None:
        """None where nobody is, or was ever paired, under that id."""
        try:
            identity = uuid.UUID(key_id)
        except ValueError:
            return None
        kiosks, communities = self._kiosks, self._communities
        row = first_row(self._statement, [kiosks.key(identity)])
        if row is None:
            return None
        width = len(kiosks)
        kiosk = kiosks.made(row[:width])
        kiosk.community = communities.made_again(row[width : width + len(communities)])
        for name, value in zip(self._also, row[width + len(communities) :], strict=True):
            setattr(kiosk, name, bool(value))
        return kiosk if kiosk.public_key else None

    @cached_property
    def _kiosks(self) -> "_Rows":
        return _Rows(Kiosk)

    @cached_property
    def _communities(self) -> "_Rows":
        return _Rows(Community)

    @cached_property
    def _statement(self) -> str:
        kiosks, communities = self._kiosks, self._communities
        columns = ", ".join((*kiosks.columns, *communities.columns, *self._also.values()))
        id_, community, community_id = map(_quoted, ("id", "community_id", "id"))
        return (
            f"SELECT {columns} FROM {kiosks.table} JOIN {communities.table}"
            f" ON {communities.table}.{community_id} = {kiosks.table}.{community}"
            f" WHERE {kiosks.table}.{id_} = %s"
        )


class _Rows:
    """The columns of a model, and its objects from them."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        fields = model._meta.concrete_fields
        self.table = _quoted(model._meta.db_table)
        self.columns = [f"{self.table}.{_quoted(str(field.column))}" for field in fields]
        self._names = [field.attname for field in fields]
        self._known: dict[tuple[Any, ...], Any] = {}
        self._converted = [
            (place, field.cached_col, converters)
            for place, field in enumerate(fields)
            if (converters := [*_of_database(field.cached_col), *_of_field(field)])
        ]

    def __len__(self) -> int:
        return len(self._names)

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
        values = list(row)
        for place, column, converters in self._converted:
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return self._model.from_db(connection.alias, self._names, values)


def duplicate(one: Row) -> Row:
    """Another object of the same row; ``copy`` would pickle it."""
    twin = one.__class__.__new__(one.__class__)
    twin.__dict__.update(one.__dict__)
    twin._state = ModelState()
    twin._state.db, twin._state.adding = one._state.db, False
    twin._state.fields_cache = dict(one._state.fields_cache)
    return twin


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _of_database(column: Any) -> Any:
    return connection.ops.get_db_converters(column)


def _of_field(field: Any) -> Any:
    return field.get_db_converters(connection)
