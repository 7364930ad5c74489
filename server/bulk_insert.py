"""Many new rows of one table at once: COPY on PostgreSQL, ordinary INSERTs elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, cast

from django.db import connection, connections, models
from django.db.models import Field, Model

FEWEST = 50  # below that, INSERTs are as good
BATCH = 500
# What these hold goes to the database as it is; PostgreSQL reads it as the column's type.
_PLAIN = (
    *(models.CharField, models.TextField, models.BooleanField, models.IntegerField),
    *(models.AutoField, models.BigAutoField, models.DateField, models.DecimalField),
    *(models.ForeignKey, models.UUIDField),
)


def insert_many(rows: Sequence[Model], *, keys: bool = False) -> None:
    """Within the caller's transaction. Rows that have a key keep it; ``keys``: the others learn theirs.
    Checks, triggers and foreign keys hold as with any INSERT; raises IntegrityError and its like."""
    if not rows:
        return
    model: Any = type(rows[0])
    if connection.vendor != "postgresql" or len(rows) < FEWEST:
        model._base_manager.bulk_create(rows, batch_size=BATCH)
        return
    keyless = [row for row in rows if row.pk is None]
    with_keys = keys or len(keyless) < len(rows)
    if with_keys and keyless:
        for row, key in zip(keyless, next_keys(model, len(keyless)), strict=True):
            row.pk = key
    _copy(model, rows, with_keys=with_keys)
    alias = connection.alias
    for row in rows:
        row._state.adding, row._state.db = False, alias


def insert_values(model: Any, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """As ``insert_many`` without the making of a ``Model`` for each row, which takes longer than its
    writing. ``names``: what the values of a row are, by ``attname``; every field, but the key only
    where it is known. A field that reckons its value from the row does so here, too: what stands in
    its place is read by nobody."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    wanted = [fields[name] for name in names]
    if connection.vendor != "postgresql" or len(rows) < FEWEST:
        made = [model(**dict(zip(names, row, strict=True))) for row in rows]
        model._base_manager.bulk_create(made, batch_size=BATCH)
        return
    makers = [(place, field) for place, field in enumerate(wanted) if _makes_its_value(field)]
    _write(model, wanted, _reckoned(names, makers, rows) if makers else rows)


def _reckoned(
    names: Sequence[str], makers: list[tuple[int, Field]], rows: Iterable[tuple[Any, ...]]
) -> Iterator[Sequence[Any]]:
    for row in rows:
        values, said = list(row), SimpleNamespace(**dict(zip(names, row, strict=True)))
        for place, field in makers:
            values[place] = field.pre_save(cast(Model, said), add=True)
        yield values


def next_keys(model: Any, count: int) -> list[int]:
    """Primary keys for rows that are still to be written. On PostgreSQL nobody else gets the same; on
    SQLite the caller is the only writer until its transaction ends."""
    table, key = model._meta.db_table, model._meta.pk
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(named.sequence) FROM generate_series(1, %s),"
                " (SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence OFFSET 0) AS named",
                [count, table, key.column],
            )
            return [number for (number,) in cursor.fetchall()]
    quoted, pk = connection.ops.quote_name(table), connection.ops.quote_name(key.column)
    with connection.cursor() as cursor:  # never again what a row had that is gone
        cursor.execute(
            f"SELECT max((SELECT coalesce(max({pk}), 0) FROM {quoted}),"
            " (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s))",
            [table],
        )
        last = cursor.fetchone()[0]
    return list(range(last + 1, last + 1 + count))


def _copy(model: Any, rows: Sequence[Model], *, with_keys: bool) -> None:
    fields = [f for f in model._meta.concrete_fields if with_keys or not f.primary_key]
    _write(model, fields, _values_of(rows, fields))


def _values_of(rows: Iterable[Model], fields: Sequence[Field]) -> Iterator[Sequence[Any]]:
    values_of = attrgetter(*(field.attname for field in fields))
    makers = [(place, f) for place, f in enumerate(fields) if _makes_its_value(f)]
    for row in rows:
        values = values_of(row)
        if makers:
            values = list(values)
            for place, field in makers:
                values[place] = field.pre_save(row, add=True)
        yield values


def _write(model: Any, fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> None:
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    prepared = [(place, f) for place, f in enumerate(fields) if not _is_plain(f)]
    here = connections[connection.alias]
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as into,
    ):
        write: Callable[[Sequence[Any]], None] = into.write_row
        for values in rows:
            if prepared:
                values = list(values)
                for place, field in prepared:
                    values[place] = field.get_db_prep_save(values[place], here)
            write(values)


@cache
def _makes_its_value(field: Field) -> bool:
    made = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return bool(made) or type(field).pre_save.__module__ != Field.__module__


@cache
def _is_plain(field: Field) -> bool:
    """Whether the field does nothing of its own with a value on its way to the database."""
    kind = type(field)
    made = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    own = any(
        name in cls.__dict__
        for cls in kind.__mro__
        if not cls.__module__.startswith("django.db.models.")
        for name in ("pre_save", "get_prep_value", "get_db_prep_value", "get_db_prep_save")
    )
    return isinstance(field, _PLAIN) and not made and not own
