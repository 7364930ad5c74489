"""What the forms of this room offer and take: a community, a person, hours, days."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from contract.plain_text import whole_number
from server.estate.models import Community
from server.on_call.handling import NotPossible
from server.on_call.models import Level
from server.on_call.plan import people_of
from server.staff import scope
from server.staff.audit import ReasonMissing
from server.staff.roles import Area, Deed


def community_of(request: HttpRequest) -> tuple[Community | None, list[Community]]:
    """The one that is asked for, or the first; and all that there are to choose from."""
    own = list(scope.communities(request.user, Area.ALERTS).order_by("code"))
    code = request.POST.get("community") or request.GET.get("community", "")
    chosen = next((one for one in own if one.code == code), None)
    return (chosen if code else next(iter(own), None)), own


def planned(request: HttpRequest) -> Community:
    """Where the person may plan. Raises PermissionDenied."""
    found, _own = community_of(request)
    if found is None or not scope.may(request.user, Deed.PLAN_ON_CALL, found.pk):
        raise PermissionDenied
    return found


def changed(
    request: HttpRequest, change: Callable[[HttpRequest, Community], None], done: Any, page: str
) -> HttpResponse:
    """What was posted is done, and back to ``page`` with what became of it. Raises PermissionDenied."""
    community = planned(request)
    try:
        change(request, community)
    except NotPossible as refused:
        messages.error(request, str(refused.text))
    except ReasonMissing:
        messages.error(request, _("Please give a reason"))
    else:
        messages.success(request, done)
    return redirect(f"{reverse(page)}?community={community.code}")


def person(request: HttpRequest, community: Community, *, or_nobody: bool = False) -> Any:
    """Raises NotPossible; None for nobody."""
    typed = request.POST.get("person", "")
    if or_nobody and typed == "":
        return None
    key = whole_number(typed, digits_max=18)
    found = [one for one in people_of(community.pk, request.user) if one.pk == key]
    if not found:
        raise NotPossible(_("Choose a person"))
    return found[0]


def level(request: HttpRequest) -> Level:
    """Raises NotPossible."""
    typed = request.POST.get("level", "")
    if typed not in map(str, Level.values):
        raise NotPossible(_("Choose who is told when"))
    return Level(int(typed))


def clock(request: HttpRequest, name: str) -> time:
    """Raises NotPossible."""
    try:
        typed = time.fromisoformat(request.POST.get(name, ""))
    except ValueError as error:
        raise NotPossible(_("Please type a time of day, as 08:00")) from error
    if typed.tzinfo is not None:
        raise NotPossible(_("Please type a time of day, as 08:00"))
    return typed.replace(second=0, microsecond=0)


def day(request: HttpRequest, name: str) -> date:
    """Raises NotPossible."""
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError as error:
        raise NotPossible(_("Please type a day, as 2026-12-31")) from error


def minutes(typed: str, most: int) -> int | None:
    """None for an empty field. Raises NotPossible."""
    if not typed.strip():
        return None
    number = whole_number(typed.strip(), digits_max=6)
    if number is None or number > most:
        raise NotPossible(_("Minutes are whole numbers, at most %(most)s") % {"most": most})
    return number
