"""A database is not taken back to an earlier version, nor one of another version carried on: it says so
and stays as it is."""

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from django.utils import translation

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
@pytest.mark.parametrize(
    ("language", "said"), [("en", "another version"), ("zh-hans", "\u53e6\u4e00\u7248\u672c")]
)
def test_a_database_of_a_version_that_is_not_known_is_left_alone(language: str, said: str):
    """A newer one, or one from before the first release."""
    MigrationRecorder.Migration.objects.create(app="billing", name="0013_amounts_in_whole_units")
    with pytest.raises(CommandError) as refused:
        call_command("migrate", interactive=False, verbosity=0)
    with translation.override(language):
        assert said in str(refused.value) and "billing 0013_amounts" in str(refused.value)
    assert guards.missing() == []


@pytest.mark.django_db
def test_nothing_to_do_and_forwards_are_not():
    guards.refuse_going_back([])
    guards.refuse_going_back([(object(), False)])
