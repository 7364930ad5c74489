"""Gives people roles and ends them. Each is an act, written down in the same transaction."""

from datetime import datetime
from typing import Any

from django.db import transaction

from server.staff import audit
from server.staff.models import RoleAssignment
from server.staff.people import Person
from server.staff.roles import Role


@transaction.atomic
def give(
    person: Any, community: Any, role: Role, by: Person, reason: str, at: datetime
) -> RoleAssignment:
    """The role, new or held already. Raises ReasonMissing."""
    held = RoleAssignment.objects.select_for_update().filter(
        person=person, community=community, role=role, ended_at=None
    )
    if (known := held.first()) is not None:
        return known
    given = RoleAssignment.objects.create(
        person=person, community=community, role=role, given_by_id=by.account, given_at=at
    )
    audit.record(
        community.pk,
        by,
        "role_given",
        ("person", person.get_username()),
        reason,
        at,
        after={"role": role.value},
    )
    return given


@transaction.atomic
def end(assignment: RoleAssignment, by: Person, reason: str, at: datetime) -> bool:
    """False: it had ended before. Raises ReasonMissing."""
    open_one = RoleAssignment.objects.filter(pk=assignment.pk, ended_at=None)
    if not open_one.update(ended_at=at, ended_by_id=by.account):
        return False
    audit.record(
        assignment.community_id,
        by,
        "role_ended",
        ("person", assignment.person.get_username()),
        reason,
        at,
        before={"role": assignment.role},
    )
    return True
