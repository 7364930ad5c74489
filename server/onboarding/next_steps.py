"""What comes next for a community that moves in: the pages that this person may use for it."""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from server.onboarding.file_jobs import may_import
from server.staff import scope
from server.staff.roles import Area, Deed

Step = tuple[str | Promise, str]


def steps(user: Any, community: int) -> list[Step]:
    """Names and addresses, in the order of a first day."""
    found: list[Step] = []
    if may_import(user, community):
        address = reverse("onboarding_import", args=[community])
        found.append((_("Import from Excel"), address))
    asked = f"?community={community}"
    if scope.within(scope.sees(user, Area.FEES), community):
        found.append((_("Prices"), f"/staff/prices/{asked}"))
        found.append((_("Layout of the bills"), f"/staff/billing/papers/{asked}"))
    if scope.may(user, Deed.RUN_BILLS, community):
        found.append((_("Make bills"), f"/staff/billing/{asked}"))
    return found
