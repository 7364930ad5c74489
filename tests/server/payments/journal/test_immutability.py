"""Received journal entries stay as they came: the database refuses whoever would change them."""

import pytest
from django.db import IntegrityError, connection, transaction

from contract.messages import PaymentState
from server.payments.journal import store
from server.payments.models import JournalEntry
from tests.server.payments.journal.test_intake import KioskJournal, record, take

pytestmark = pytest.mark.django_db(transaction=True)


def refused(statement: str) -> None:
    with (
        pytest.raises(IntegrityError, match="not changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_nobody_changes_deletes_or_replaces_what_was_received(world):
    take(world, KioskJournal().tells(record(world, PaymentState.CREATED)).entries)
    refused("UPDATE payments_journalentry SET body = '{}'")
    refused("DELETE FROM payments_journalentry")
    if connection.vendor == "postgresql":
        refused("TRUNCATE payments_journalentry")
    else:
        refused("INSERT OR REPLACE INTO payments_journalentry SELECT * FROM payments_journalentry")
    [entry] = JournalEntry.objects.all()
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        store.write([entry])
    assert JournalEntry.objects.count() == 1
