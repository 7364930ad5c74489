"""The pages for an office: where kiosks stand, and the screen on the wall. They change nothing."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from contract.plain_text import whole_number
from server.fleet.fleet_page import readable
from server.fleet.places import places
from server.fleet.wall import wall
from server.staff import scope
from server.staff.doors import staff_only
from server.staff.roles import Area

SIGNED_IN_MIN = timedelta(days=7)  # a screen that nobody touches cannot sign in again by itself


@gzip_page
@staff_only
@never_cache
@require_GET
def by_place(request: HttpRequest) -> HttpResponse:
    every = scope.communities(request.user, Area.KIOSKS).order_by("code")
    code = request.GET.get("community", "")[:40]
    page = whole_number(request.GET.get("page", ""), 6) or 1
    found = places(every.filter(code=code) if code else every, page, timezone.now())
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {"found": found, "communities": list(every), "community": code}
    return render(request, "fleet/places.html", context | {"kept": kept.urlencode()})


@gzip_page
@staff_only
@never_cache
@require_GET
def wall_page(request: HttpRequest) -> HttpResponse:
    return render(request, "fleet/wall.html", _wall(request))


@gzip_page
@staff_only
@never_cache
@require_GET
def wall_live(request: HttpRequest) -> HttpResponse:
    """The picture of the next turn. Whoever is still asked for stays signed in."""
    session: Any = request.session
    if session.get_expiry_age() < SIGNED_IN_MIN.total_seconds():
        session.modified = True
    return render(request, "fleet/wall_picture.html", _wall(request))


def _wall(request: HttpRequest) -> dict[str, Any]:
    """Takings are shown only where it is asked for: visitors see a wall too."""
    given = request.GET
    shown = scope.communities(request.user, Area.KIOSKS)
    code = given.get("community", "")[:40]
    shown = shown.filter(code=code) if code else shown
    paying = []
    if given.get("money") == "1":
        rows = scope.communities(request.user, Area.PAYMENTS).filter(pk__in=shown)
        paying = [community for community in rows if readable(community)]
    turn = whole_number(given.get("turn", ""), 9) or 0
    now = timezone.now()
    kept = given.copy()
    kept.pop("turn", None)
    return {"wall": wall(now, shown, paying, turn), "now": now, "kept": kept.urlencode()}
