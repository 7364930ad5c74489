"""The server's tests run on a SQLite file, or on the PostgreSQL named by LOBBYPAY_DATABASE_URL."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from tests.server.append_only import without_triggers

os.environ["LC_ALL"] = "C.UTF-8"  # commands speak English, wherever the tests run
DAY = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)  # whatever tests keep at their NOW is past
_BEGAN = time.monotonic()
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what asks a database is run again, and no walk over all pages: rendering them
    is the same work on any database."""
    if not os.environ.get("LOBBYPAY_DATABASE_URL"):
        return
    again = [item for item in items if _asks_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(again)])
    items[:] = again


def _asks_a_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("any_database"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """A database in memory would hide locking: take a file, one for each test process."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if "sqlite3" in database["ENGINE"]:
        folder = tmp_path_factory.mktemp("database")
        database["TEST"]["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(scope="module", autouse=True)
def own_day(request: pytest.FixtureRequest) -> Iterator[None]:
    """What tests say of months, due days and late fees holds on their own day, whenever they run. Where
    processes with clocks of their own take part, a fixture of the same name lets time be what it is."""
    taken = getattr(request.module, "__all__", ())
    assert "lines" not in taken, "the channels' clocks are real: take own_day, too"
    # Of one process, time goes on from module to module: what is counted by the minute is over then.
    with time_machine.travel(DAY + timedelta(seconds=time.monotonic() - _BEGAN), tick=True):
        yield


@pytest.fixture(autouse=True)
def passwords_without_delay(settings) -> None:
    """A test's client signs in without a request, which the count of wrong passwords needs; and the hash
    that makes guessing slow would be half of a page's test."""
    settings.AXES_ENABLED = False
    # What a module's people were made with may be older than its tests.
    kinds = ("MD5PasswordHasher", "PBKDF2PasswordHasher")
    settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{kind}" for kind in kinds]


@pytest.fixture(autouse=True)
def nothing_is_left_to_the_next_test() -> Iterator[None]:
    """Neither the language of a page, nor how often somebody called in the last minute."""
    from django.core.cache import cache
    from django.utils import translation

    yield
    translation.deactivate()
    cache.clear()


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings) -> Path:
    """Keys and secrets of a test stay in the test's own folder."""
    settings.DATA_FOLDER = tmp_path / "data"
    return settings.DATA_FOLDER


@pytest.fixture(scope="session", autouse=True)
def rows_that_stand_are_emptied_between_tests() -> Iterator[None]:
    """Books, journals and acts refuse to be deleted; a test's own database is emptied all the same."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    flush = BaseDatabaseOperations.execute_sql_flush
    BaseDatabaseOperations.execute_sql_flush = without_triggers(flush)
    yield
    BaseDatabaseOperations.execute_sql_flush = flush


@pytest.fixture
def staff(db: None) -> Client:
    """The browser of somebody with every right in every community, signed in."""
    from tests.server.staff_accounts import create_staff, signed_in

    return signed_in(create_staff("staff"))
