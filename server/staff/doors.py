"""Who may open a page of staff at all. What stands on it, ``server.staff.scope`` decides."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

View = Callable[..., Any]


def staff_only(view: View) -> View:
    """Others go to the login page; a live part of a page sends the whole page there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> Any:
        user = request.user
        if user.is_authenticated and not user.is_staff:
            raise PermissionDenied
        if user.is_authenticated:
            return view(request, *args, **named)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("login")})
        return redirect_to_login(request.get_full_path())

    return guarded
