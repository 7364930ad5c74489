"""Rules that the database itself keeps, by triggers, whoever writes to it and by whatever program.

Each room declares its guards; they are put in place after every ``migrate`` and taken away before one
that changes tables, because SQLite drops a table's triggers when it makes the table anew. What is
missing, disabled or altered is found by ``missing``. SQLite tells a broken rule as
``sqlite3.IntegrityError``, PostgreSQL as an integrity constraint violation (class 23).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import IntegrityError, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

GOING_BACK = _(
    "A database is not taken back to an earlier version, because its books are never changed; nothing"
    " was done. Restore the backup that was made before the update"
)
ANOTHER_VERSION = _(
    "The database was made by another version of LobbyPay: its change %(name)s is not known here."
    " Nothing was done. Install that version, or begin with a new database"
)
STAYS = _("There are bills or payments; this can no longer be changed")


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger on ``table``. ``sqlite``: what follows the trigger's name there; ``postgresql``: the
    events, and ``body`` the function's statements. What is empty does not exist on that database.

    ``by_index``: the statements look rows up by a key for many new rows at a time. PostgreSQL keeps the
    plan that it made when a session first asked; made while a table was empty, it would read the whole
    table for each row, however long that has become."""

    name: str
    table: str
    sqlite: str = ""
    postgresql: str = ""
    body: str = ""
    by_index: bool = False

    @property
    def digest(self) -> str:
        text = f"{self.postgresql}\n{self.body}{_options(self)}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


_declared: list[Guard] = []


def keep(app: AppConfig, guards: Iterable[Guard]) -> None:
    """The room's guards, to be called when its app is ready."""
    own = tuple(guards)
    _declared.extend(own)

    def take_away(using: str, plan: Sequence[Any] = (), **_: Any) -> None:
        refuse_going_back(plan)
        refuse_another_version(app, using)
        if plan:
            _drop(own, using)

    def put(using: str, **_: Any) -> None:
        _create(missing(using, own), using)

    pre_migrate.connect(take_away, sender=app, weak=False)
    post_migrate.connect(put, sender=app, weak=False)


def refuse_going_back(plan: Sequence[tuple[Any, bool]]) -> None:
    """A database is not taken back to an earlier version: that would drop columns of books that nothing
    may change, and leave them without the guards that name those columns. ``plan``: of ``migrate``,
    (migration, whether backwards). Raises CommandError before anything is done."""
    if any(backwards for _migration, backwards in plan):
        raise CommandError(GOING_BACK)


def refuse_another_version(app: AppConfig, using: str) -> None:
    """A database that has a change of the app which this program does not know is newer, or of a version
    that was never released. Raises CommandError before anything is done."""
    known = {file.stem for file in Path(app.path, "migrations").glob("*.py")}
    applied = MigrationRecorder(connections[using]).applied_migrations()
    strange = sorted(name for label, name in applied if label == app.label and name not in known)
    if strange:
        name = f"{app.label} {strange[0]}"
        raise CommandError(lazy(lambda: ANOTHER_VERSION % {"name": name}, str)())


def missing(using: str = "default", guards: Iterable[Guard] | None = None) -> list[Guard]:
    """Those of all guards that the database does not keep now, or keeps otherwise than declared."""
    connection = connections[using]
    wanted = [g for g in (_declared if guards is None else guards) if _there(g, connection.vendor)]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = dict(cursor.fetchall())
            kept = {g for g in wanted if found.get(g.name) == _sqlite(g)}
        else:
            cursor.execute(
                "SELECT tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger"
                " WHERE NOT tgisinternal AND tgenabled <> 'D'"
            )
            found = dict(cursor.fetchall())
            kept = {g for g in wanted if found.get(g.name) == g.digest}
    return [guard for guard in wanted if guard.table in tables and guard not in kept]


def check_stays(row: Model, *fields: str) -> None:
    """For a form, before it is saved: tries in the database whether these may become what ``row``
    says, and takes it back. Raises ValidationError at the first that has to stay as it is."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    for field in fields:
        try:
            with transaction.atomic():
                rows.update(**{field: getattr(row, field)})
                transaction.set_rollback(True)
        except IntegrityError as refused:
            if "unique" not in str(refused).lower():  # that is told better by the form itself
                raise ValidationError({field: STAYS}) from refused


def _there(guard: Guard, vendor: str) -> bool:
    return bool(guard.sqlite if vendor == "sqlite" else guard.postgresql)


def _drop(guards: Iterable[Guard], using: str) -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for guard in guards:
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}")
            elif guard.table in tables:
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}")


def _create(guards: Sequence[Guard], using: str) -> None:
    connection = connections[using]
    with transaction.atomic(using=using):
        _drop(guards, using)
        with connection.cursor() as cursor:
            for guard in guards:
                if connection.vendor == "sqlite":
                    cursor.execute(_sqlite(guard), None)
                    continue
                for statement in _postgresql(guard):
                    cursor.execute(statement, None)


def _sqlite(guard: Guard) -> str:
    return f"CREATE TRIGGER {guard.name} {guard.sqlite}"


def _postgresql(guard: Guard) -> tuple[str, ...]:
    kind = "CONSTRAINT TRIGGER" if "DEFERRABLE" in guard.postgresql else "TRIGGER"
    return (
        f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql{_options(guard)} AS"
        f" $guard$ BEGIN {guard.body} END $guard$",
        f"CREATE {kind} {guard.name} {guard.postgresql} EXECUTE FUNCTION {guard.name}()",
        f"COMMENT ON TRIGGER {guard.name} ON {guard.table} IS '{guard.digest}'",
    )


def _options(guard: Guard) -> str:
    return " SET enable_seqscan = off" if guard.by_index else ""


def refused(message: str) -> str:
    """PostgreSQL's statement that ends the writing."""
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"


def refusal(message: str) -> str:
    """SQLite's."""
    return f"BEGIN SELECT RAISE(ABORT, '{message}'); END"


def unchangeable(table: str, message: str, *keys: tuple[str, ...]) -> list[Guard]:
    """Rows of ``table`` are added and never changed, replaced, deleted or truncated. ``keys``: each
    set of columns that is unique besides the id, by which SQLite's REPLACE would delete a row."""
    again = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE "
        + " AND ".join(f"{column} = NEW.{column}" for column in key)
        + ")"
        for key in (("id",), *keys)
    )
    return [
        Guard(
            f"{table}_stays",
            table,
            sqlite=f"BEFORE UPDATE ON {table} {refusal(message)}",
            postgresql=f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW",
            body=refused(message),
        ),
        Guard(
            f"{table}_is_not_deleted",
            table,
            sqlite=f"BEFORE DELETE ON {table} {refusal(message)}",
            postgresql=f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
            body=refused(message),
        ),
        Guard(
            f"{table}_is_not_replaced",
            table,
            sqlite=f"BEFORE INSERT ON {table} WHEN {again} {refusal(message)}",
        ),
    ]


def frozen(name: str, table: str, columns: Sequence[str], once: str, message: str) -> Guard:
    """``columns`` of ``table``, none of them null, stay as they are once ``once`` is true of OLD."""
    changed = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in columns)
    event = f"BEFORE UPDATE OF {', '.join(columns)} ON {table}"
    return Guard(
        name,
        table,
        sqlite=f"{event} WHEN ({changed}) AND ({once}) {refusal(message)}",
        postgresql=f"{event} FOR EACH ROW",
        body=f"IF {changed} THEN IF {once} THEN {refused(message)} END IF; END IF; RETURN NEW;",
    )


def ends_once(name: str, table: str, kept: Sequence[str], ended: str, message: str) -> list[Guard]:
    """Rows of ``table`` that end, once, and are never deleted. ``kept``: columns that stay from the
    beginning; once ``ended`` is true of OLD, all stay."""
    return [
        frozen(f"{name}_stands", table, kept, "OLD.id IS NOT NULL", message),
        Guard(
            f"{name}_ends_once",
            table,
            sqlite=f"BEFORE UPDATE ON {table} WHEN {ended} {refusal(message)}",
            postgresql=f"BEFORE UPDATE ON {table} FOR EACH ROW",
            body=f"IF {ended} THEN {refused(message)} END IF; RETURN NEW;",
        ),
        Guard(
            f"{name}_is_not_deleted",
            table,
            sqlite=f"BEFORE DELETE ON {table} {refusal(message)}",
            postgresql=f"BEFORE DELETE ON {table} FOR EACH ROW",
            body=refused(message),
        ),
        Guard(
            f"{name}_is_not_emptied",
            table,
            postgresql=f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
            body=refused(message),
        ),
        Guard(
            f"{name}_is_not_replaced",
            table,
            sqlite=f"BEFORE INSERT ON {table} WHEN EXISTS"
            f" (SELECT 1 FROM {table} WHERE id = NEW.id) {refusal(message)}",
        ),
    ]
