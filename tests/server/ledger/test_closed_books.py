"""Both databases keep the books by themselves, whoever writes: tried past Django, on its connection or
on one of our own."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import DatabaseError, connection, connections, transaction

from server.ledger import guards, verification
from server.ledger.models import Account, Entry, Transaction
from server.ledger.posting import Line, post
from tests.server.village import NOW, create_village
from tests.server.without_guards import without_guards

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def raw() -> Iterator:
    """A cursor of the database's own driver, that has never heard of Django."""
    parameters = connection.get_connection_params()
    if connection.vendor == "postgresql":
        import psycopg

        names = ("dbname", "user", "password", "host", "port")
        own = psycopg.connect(**{k: parameters[k] for k in names if k in parameters})
    else:
        own = sqlite3.connect(parameters["database"])
    with closing(own):
        yield own


def refused(*statements: str) -> str:
    """What the database says to these statements, committed together; they must not pass."""
    failures = [sqlite3.IntegrityError]
    if connection.vendor == "postgresql":
        import psycopg

        failures.append(psycopg.errors.IntegrityError)
    with raw() as own:
        if connection.vendor == "sqlite":
            own.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(tuple(failures)) as said:
            for statement in statements:
                own.execute(statement)
            own.commit()
    return str(said.value)


@pytest.fixture
def books() -> Transaction:
    village = create_village()
    owner = village.units.get(code="1-1-101").pk
    lines = [Line("clearing:card", 500, owner), Line("credit", -500, owner)]
    return post(village.pk, "payment", "r1", lines, currency="CNY", at=NOW)


def untouched() -> bool:
    found = Entry.objects.count(), Transaction.objects.count(), list(verification.problems())
    return found == (2, 1, [])


TABLES = ["ledger_entry", "ledger_transaction", "ledger_account"]


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_not_changed_deleted_or_emptied_by_anybody(books, table: str):
    column = "code" if table == "ledger_account" else "community_id"
    assert "not changed or deleted" in refused(f"UPDATE {table} SET {column} = {column}")
    assert "not changed or deleted" in refused(f"DELETE FROM {table}")
    if connection.vendor == "postgresql":
        assert "not changed or deleted" in refused(f"TRUNCATE {table} CASCADE")
        assert "not changed or deleted" in refused("TRUNCATE estate_community CASCADE")
    else:
        columns = ", ".join(f.column for f in _model(table)._meta.concrete_fields)
        copy = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}"
        assert refused(copy)
    assert untouched()


def _model(table: str):
    return {m._meta.db_table: m for m in (Entry, Transaction, Account)}[table]


def entry(of: int | str, amount_minor: int, number: str = "") -> str:
    community, account = Account.objects.values_list("community_id", "pk").first() or (0, 0)
    names, values = ("id, ", f"{number}, ") if number else ("", "")
    return (
        f"INSERT INTO ledger_entry ({names}community_id, transaction_id, account_id, amount_minor,"
        f" bill_number) VALUES ({values}{community}, {of}, {account}, {amount_minor}, '')"
    )


def head(number: int, debit: int, credit: int | None = None) -> str:
    community = Account.objects.values_list("community_id", flat=True).first()
    return (
        "INSERT INTO ledger_transaction (id, community_id, kind, reference, currency, debit_minor,"
        f" credit_minor, posted_at) VALUES ({number}, {community}, 'payment', 'raw', 'CNY', {debit},"
        f" {debit if credit is None else credit}, '2026-11-24')"
    )


def test_an_older_transaction_gets_no_more_entries_even_balanced_ones(books):
    assert "written whole" in refused(entry(books.pk, 7), entry(books.pk, -7))
    assert "written whole" in refused(entry(books.pk, 7))
    assert untouched()


def test_a_transaction_is_whole_or_not_there(books):
    number = books.pk + 100
    assert "written whole" in refused(head(number, 5))
    assert "written whole" in refused(entry(number, 5), entry(number, -4), head(number, 5))
    assert "written whole" in refused(entry(number, 5), entry(number, -5), head(number, 6))
    assert refused(entry(number, 5), entry(number, -5))  # of no transaction
    assert untouched()


def test_a_whole_one_is_taken_from_anybody(books):
    number = books.pk + 100
    with raw() as own:
        if connection.vendor == "sqlite":
            own.execute("PRAGMA foreign_keys = ON")
        for statement in (entry(number, 5), entry(number, -5), head(number, 5)):
            own.execute(statement)
        own.commit()
    assert Transaction.objects.count() == 2


def test_what_came_in_without_foreign_keys_is_found(books):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL always checks them")
    with raw() as own:
        own.execute(entry(books.pk + 1, 5))
        own.commit()
    assert "belongs to a transaction" in "\n".join(verification.problems())


def test_a_guard_that_is_gone_or_weaker_is_noticed(books):
    assert guards.missing() == []
    assert list(verification.problems()) == []
    for statement in (
        "DROP TRIGGER ledger_entry_stays" + " ON ledger_entry" * _postgresql(),
        "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_is_not_late"
        if _postgresql()
        else "DROP TRIGGER ledger_entry_is_not_late",
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement)
    found = "\n".join(verification.problems())
    assert "ledger_entry_stays" in found and "ledger_entry_is_not_late" in found
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    assert guards.missing() == []


def _postgresql() -> bool:
    return connection.vendor == "postgresql"


def test_verification_finds_what_went_around_the_door(books):
    """Somebody who owns the database took the guards away first."""
    other = create_village("there")
    account = Account.objects.first()
    with without_guards():
        Transaction.objects.create(
            community=other,
            kind="payment",
            reference="empty",
            currency="CNY",
            debit_minor=5,
            credit_minor=5,
            posted_at=NOW,
        )
        Entry.objects.bulk_create(
            [Entry(community=other, transaction=books, account=account, amount_minor=7)]
        )
    found = "\n".join(verification.problems())
    assert "payment r1 is out of balance by 7" in found
    assert "payment r1 states 500 of debits, its entries say 507" in found
    assert "payment empty has 0 entries" in found
    assert "another community" in found


def test_what_the_database_refuses_our_code_hears_of(books):
    with pytest.raises(DatabaseError, match="not changed or deleted"), transaction.atomic():
        Account.objects.update(code="x")
    assert connections["default"].is_usable()
