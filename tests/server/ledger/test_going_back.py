"""A database is not taken back to an earlier version: it says so and stays as it is."""

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from server.ledger import guards


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("app", "migration"), [("billing", "zero"), ("ledger", "zero"), ("estate", "zero")]
)
def test_migrating_backwards_is_refused_before_anything_is_done(app: str, migration: str):
    applied = set(MigrationRecorder.Migration.objects.values_list("app", "name"))
    with pytest.raises(CommandError) as refused:
        call_command("migrate", app, migration, interactive=False, verbosity=0)
    assert "backup" in str(refused.value) or "\u5907\u4efd" in str(refused.value)
    assert set(MigrationRecorder.Migration.objects.values_list("app", "name")) == applied
    assert guards.missing() == []


@pytest.mark.django_db
def test_nothing_to_do_and_forwards_are_not():
    guards.refuse_going_back([])
    guards.refuse_going_back([(object(), False)])
