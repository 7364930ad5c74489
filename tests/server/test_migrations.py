"""Until the first release each app is made by one migration, ``tools/initial_migrations.py``."""

import io

import pytest
from django.core.management import call_command
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader


def ours():
    loaded = MigrationLoader(None).disk_migrations.values()
    return [one for one in loaded if one.__module__.startswith("server.")]


def test_one_an_app():
    assert {one.name for one in ours()} == {"0001_initial"}


def test_each_table_is_made_once_with_all_that_holds_for_it():
    """Altered afterwards it would be made again on SQLite, with each of its rules."""
    kinds = {type(operation) for one in ours() for operation in one.operations}
    assert kinds == {operations.CreateModel}


@pytest.mark.django_db
def test_they_make_what_the_models_say():
    said = io.StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert "No changes" in said.getvalue()
