"""People for tests: the company's own, who may do everything, or somebody with a role in a community."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from server.estate.models import Community
from server.staff.models import RoleAssignment
from server.staff.roles import Role
from tests.server.village import NOW

PASSWORD = "a-long-password"


def create_staff(name: str, password: str = PASSWORD) -> User:
    """With every right in every community."""
    return User.objects.create_superuser(name, password=password)


def create_person(name: str, *roles: tuple[Community, Role]) -> User:
    """With these roles and no other right."""
    person = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    for community, role in roles:
        RoleAssignment.objects.create(person=person, community=community, role=role, given_at=NOW)
    return person


def signed_in(person: Any) -> Client:
    client = Client()
    assert client.login(username=person.get_username(), password=PASSWORD)
    return client
