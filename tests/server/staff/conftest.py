"""A community, its administrator signed in, and one with payments in it, for who may see and do what."""

from typing import Any

import pytest
from django.test import Client

from server.estate.models import Community
from server.staff.roles import Role
from tests.server.payments.conftest import world
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import create_village

__all__ = ["world"]


@pytest.fixture
def village() -> Community:
    return create_village()


@pytest.fixture
def boss(village: Community) -> Client:
    return signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))


@pytest.fixture
def clerk(village: Community) -> Any:
    return create_person("clerk", (village, Role.BOOKKEEPER))


@pytest.fixture
def approver(village: Community) -> Any:
    return create_person("approver", (village, Role.APPROVER))
