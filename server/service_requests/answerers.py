"""Who may answer residents' requests."""

from typing import Any

from django.contrib.auth import get_user_model

from server.staff.models import RoleAssignment
from server.staff.roles import TABLE, Deed, Role


def able(community: int) -> list[Any]:
    """Those who may answer there, by name."""
    roles = [role.value for role in Role if Deed.ANSWER_REQUEST in TABLE[role].does]
    held = RoleAssignment.objects.filter(community=community, role__in=roles, ended_at=None)
    users = get_user_model().objects.filter(pk__in=held.values("person"), is_active=True)
    return list(users.order_by("username"))
