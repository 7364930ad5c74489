"""A community, its administrator signed in, and one with payments in it, for who may see and do what."""

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
