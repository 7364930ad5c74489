"""Makes the one migration of each of the server's apps anew, from its models: ``0001_initial``.

Until the first release no database has to be carried over. Indexes and constraints are part of the tables
that they are of, so that Django makes each table once. From the first release on this is not run any
more: changes become migrations of their own.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def fold(operations: list) -> list:
    """Indexes and constraints of a table that is made here become part of it."""
    from django.db.migrations import operations as kinds

    tables = {one.name.lower(): one for one in operations if isinstance(one, kinds.CreateModel)}
    later = {one.model_name.lower() for one in operations if isinstance(one, kinds.AddField)}
    kept = []
    for one in operations:
        name = getattr(one, "model_name", "").lower()
        if isinstance(one, kinds.AddIndex) and name in tables and name not in later:
            tables[name].options.setdefault("indexes", []).append(one.index)
        elif isinstance(one, kinds.AddConstraint) and name in tables and name not in later:
            tables[name].options.setdefault("constraints", []).append(one.constraint)
        else:
            kept.append(one)
    return kept


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "server.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.writer import MigrationWriter

    for file in ROOT.glob("server/*/migrations/0*.py"):
        file.unlink()
    call_command("makemigrations", verbosity=0)
    for migration in MigrationLoader(None).disk_migrations.values():
        if migration.__module__.startswith("server."):
            migration.operations[:] = fold(migration.operations)
            writer = MigrationWriter(migration, include_header=False)
            Path(writer.path).write_text(writer.as_string())


if __name__ == "__main__":
    main()
