"""The staff's fleet page. Shows only what ``overview`` found; changes nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from server.fleet.dashboard import overview
from server.staff import scope
from server.staff.roles import Area

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """Others go to the login page; a live part of a page sends the whole page there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not user.is_staff:
            raise PermissionDenied
        if user.is_authenticated:
            return view(request, *args, **named)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("login")})
        return redirect_to_login(request.get_full_path())

    return guarded


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
