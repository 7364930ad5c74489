"""The pages of one's own account: signing in, the second factor, one's sessions, one's password."""

from typing import Any
from urllib.parse import urlsplit

import django_otp
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from server.staff import people, second_factor, sign_in


class SignInPage(LoginView):
    """The one door for all of staff."""

    redirect_authenticated_user = True


def locked_out(request: HttpRequest, *_args: Any, **_named: Any) -> HttpResponse:
    """After too many wrong passwords: when it can be tried again."""
    return render(request, "staff/locked_out.html", status=429)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Asks for the digits, or sets the app up where there is none yet."""
    user = request.user
    if second_factor.app_of(user) is not None:
        return _ask_digits(request)
    app = second_factor.new_app(user)
    context: dict[str, Any] = {"app": app, "picture": second_factor.picture(app)}
    if request.method == "POST":
        now, digits = timezone.now(), request.POST.get("digits", "")
        codes = second_factor.prove(user, app, digits, people.of(user), now)
        if codes is None:
            context["wrong"] = True
        else:
            django_otp.login(request, app)
            return render(request, "staff/recovery_codes.html", {"codes": codes})
    context["key"] = _in_fours(app)
    return render(request, "staff/second_factor_new.html", context)


def _ask_digits(request: HttpRequest) -> HttpResponse:
    wrong = False
    if request.method == "POST":
        user = request.user
        typed = request.POST.get("digits", "")
        device = second_factor.check(user, typed, timezone.now(), people.of(user))
        if device is not None:
            django_otp.login(request, device)
            return redirect(_next(request))
        wrong = True
    context = {"wrong": wrong, "next": _next(request)}
    return render(request, "staff/second_factor.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in, with a way to end all the others."""
    own = request.session.session_key
    if request.method == "POST":
        by = people.of(request.user)
        count = sign_in.end_sessions(request.user, by, timezone.now(), but=own)
        said = ngettext("%(count)s session ended", "%(count)s sessions ended", count)
        messages.success(request, said % {"count": count})
        return redirect("own_sessions")
    context = {
        "sessions": sign_in.sessions_of(request.user),
        "own": own,
        "has_app": second_factor.app_of(request.user) is not None,
        "codes_left": second_factor.codes_left(request.user),
    }
    return render(request, "staff/sessions.html", context)


def _in_fours(app: Any) -> str:
    """The key as an app takes it that cannot scan."""
    from base64 import b32encode

    key = b32encode(app.bin_key).decode()
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe and not urlsplit(wanted).netloc else "/"
