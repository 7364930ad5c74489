"""Work that two do at once ends as if one had come after the other."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from server import database as module
from server.alerts.models import Alert
from server.database import serializable
from tests.server.payments import world as worlds


class Conflict(Exception):
    sqlstate = "40001"


def fails(times: int, cause: Exception):
    """Work that gets in somebody's way so many times."""
    calls = []

    def work():
        calls.append(1)
        if len(calls) <= times:
            raise OperationalError("could not serialize access") from cause
        return len(calls)

    return work, calls


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.001)


@pytest.mark.django_db(transaction=True)
def test_who_was_in_the_way_tries_again():
    work, _ = fails(3, Conflict())
    assert serializable(work) == 4


@pytest.mark.django_db(transaction=True)
def test_who_is_always_in_the_way_says_so():
    work, calls = fails(99, Conflict())
    with pytest.raises(OperationalError):
        serializable(work)
    assert len(calls) == module.ATTEMPTS_MAX


@pytest.mark.django_db(transaction=True)
def test_another_failure_is_not_tried_again():
    work, calls = fails(99, ValueError("connection is gone"))
    with pytest.raises(OperationalError):
        serializable(work)
    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_failed_attempt_stays():
    of = worlds.community()
    attempts = []

    def work():
        attempts.append(1)
        Alert.objects.create(
            community=of, kind="x", subject=str(len(attempts)), raised_at=worlds.NOW
        )
        if len(attempts) == 1:
            raise OperationalError("could not serialize access") from Conflict()

    serializable(work)
    assert [a.subject for a in Alert.objects.all()] == ["2"]


@pytest.mark.django_db(transaction=True)
def test_two_who_read_what_the_other_writes_do_not_both_go_by_what_was():
    """Write skew: each counts the other's rows and adds one of its own kind if there are none."""
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time on SQLite")
    of = worlds.community()
    both_read = threading.Barrier(2, timeout=30)
    attempts: list[str] = []

    def on_duty(kind: str, other: str) -> None:
        def work() -> None:
            attempts.append(kind)
            taken = Alert.objects.filter(kind=other).exists()
            if len(attempts) <= 2:
                both_read.wait()
            if not taken:
                Alert.objects.create(community=of, kind=kind, subject="s", raised_at=worlds.NOW)

        try:
            serializable(work)
        finally:
            connection.close()

    threads = [threading.Thread(target=on_duty, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Alert.objects.count() == 1
    assert len(attempts) == 3


@pytest.mark.django_db
def test_inside_a_transaction_it_joins():
    with transaction.atomic():
        assert serializable(lambda: 7) == 7
