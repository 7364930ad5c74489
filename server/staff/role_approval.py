"""A role that approves is given by two people: whoever could make an approver alone could approve alone
what was asked for with the own account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from server.staff import approvals, assignments
from server.staff.approvals import CannotBeDone, Change, Kind
from server.staff.models import Request, RoleAssignment
from server.staff.people import Person
from server.staff.roles import TABLE, Deed, Role

CODE = "give_role"


def give(
    user: Any, person: Any, community: Any, role: Role, by: Person, reason: str, at: datetime
) -> Request | None:
    """Gives the role, or asks another person where it is one that approves: then the request. Raises
    ReasonMissing."""
    alone = Deed.APPROVE not in TABLE[role].does
    if alone or not approvals.needs_another(user, CODE, community.pk, 0):
        assignments.give(person, community, role, by, reason, at)
        return None
    subject = f"{person.pk}:{role.value}"
    details = {"person": person.get_username(), "role": role.value}
    return approvals.ask(
        user, CODE, community.pk, subject, 0, community.currency, reason, at, details=details
    )


def may_approve(person: Any) -> bool:
    """Whether the person approves anywhere."""
    held = RoleAssignment.objects.filter(person=person.pk, ended_at=None)
    roles = held.values_list("role", flat=True)
    return any(Deed.APPROVE in TABLE[Role(role)].does for role in roles)


def _run(asked: Request, asker: Person, at: datetime) -> None:
    people = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    person = people.filter(pk=int(asked.subject.partition(":")[0])).first()
    if person is None:
        raise CannotBeDone(_("There is no such person any more"), ended=True)
    role = Role(asked.details["role"])
    assignments.give(person, asked.community, role, asker, asked.reason, at)


def _changes(asked: Request) -> Sequence[Change]:
    return [Change(_("Staff role"), "", str(Role(asked.details["role"]).label))]


GIVE = Kind(
    gettext_lazy("Give a role that approves"),
    Deed.ASSIGN_ROLES,
    _run,
    _changes,
    title=lambda asked: asked.details["person"],
    always=True,
)
