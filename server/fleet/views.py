"""The staff's fleet page. Shows only what ``overview`` found; changes nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from server.fleet.dashboard import overview
from server.staff import scope
from server.staff.doors import staff_only
from server.staff.roles import Area


@staff_only
def fleet(request: HttpRequest) -> HttpResponse:
    return render(request, "fleet/fleet.html", _context(request))


@staff_only
def live(request: HttpRequest) -> HttpResponse:
    """The part of the page that is fetched again every few seconds."""
    return render(request, "fleet/live.html", _context(request))


def _context(request: HttpRequest) -> dict[str, object]:
    now = timezone.now()
    shown = scope.communities(request.user, Area.KIOSKS)
    money = scope.communities(request.user, Area.PAYMENTS)
    return {"communities": overview(now, shown, money), "now": now}
