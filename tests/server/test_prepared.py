"""The first question of a request finds out by itself whether the line to the database still stands."""

import pytest
from django.db import OperationalError, connection, connections

from server.prepared import NotTold, first_row, first_try

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no line to lose"),
    pytest.mark.django_db(transaction=True),
]


def backend():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def line_is_cut():
    mine, other = backend(), connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
    other.close()


def test_on_a_line_that_was_cut_what_only_reads_is_asked_again():
    line_is_cut()
    assert first_row("SELECT 7", []) == (7,)


def test_of_what_may_write_it_is_told_that_nobody_knows():
    line_is_cut()
    with pytest.raises(NotTold):
        first_try("SELECT 7", [])
    assert first_try("SELECT 7", []) == (7,)


def test_what_the_database_refuses_is_asked_once_and_the_line_stays():
    before = backend()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '100ms'")
    with pytest.raises(OperationalError, match="statement timeout"):
        first_row("SELECT pg_sleep(5)", [])
    assert backend() == before
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")


def test_where_no_line_can_be_had_it_is_tried_once(monkeypatch):
    tries = []

    def away(*_):
        tries.append(1)
        raise OperationalError("connection refused")

    connection.close()
    with monkeypatch.context() as trouble:
        trouble.setattr(type(connections["default"]), "get_new_connection", away)
        with pytest.raises(OperationalError, match="refused"):
            first_row("SELECT 7", [])
    assert len(tries) == 1
