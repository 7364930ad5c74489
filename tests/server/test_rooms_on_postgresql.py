"""On a real PostgreSQL once more: what asks a database in the rooms beside those of money."""

import pytest

from tests.server.test_on_postgresql import HERE, MONEY, again, url  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_the_other_rooms(url: str):  # noqa: F811
    again(url, *(f"--ignore={HERE / room}" for room in MONEY), str(HERE))
