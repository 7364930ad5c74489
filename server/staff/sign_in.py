"""Signing in: by name and password, with a delay after wrong ones, then by a second factor where a role
or the person wants one. A session ends when nobody used it for a while."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_otp import user_has_device

from server.staff import audit, made_passwords
from server.staff.models import RoleAssignment, SignIn
from server.staff.people import Person, of

STAFF_PATHS = ("/staff/", "/admin/", "/api/v1/docs", "/api/v1/openapi.json")
_ALWAYS = (
    "/staff/login/",
    "/staff/logout/",
    "/staff/second-factor/",
    "/staff/forgotten/",
    "/admin/logout/",
)
_USED = "used_at"
_TO_CHANGE = "password_to_change"
_NOTED_EVERY_S = 30
_AGENT_MAX = 200
_COMPANY = "company"  # stands for accounts of the company itself in ``second_factor_roles``

Answer = Callable[[HttpRequest], HttpResponse]


def address_of(request: HttpRequest) -> str:
    """Whose request it is; behind our own proxy, whom that saw."""
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.LOBBYPAY.server.behind_https_proxy and seen:
        return seen.rpartition(",")[2].strip()[:45]
    return request.META.get("REMOTE_ADDR", "")


def needs_second_factor(user: Any) -> bool:
    """Whether a role of the person, or the person, wants more than a password."""
    wanted = settings.LOBBYPAY.server.second_factor_roles
    if user.is_superuser and _COMPANY in wanted:
        return True
    held = RoleAssignment.objects.filter(person=user.pk, ended_at=None, role__in=wanted)
    return bool(wanted and held.exists()) or user_has_device(user)


class Door:
    """Lets staff on only with what their roles want and a password of their own, and ends sessions that
    nobody used."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not request.path.startswith(STAFF_PATHS) or not user.is_authenticated:
            return self._answer(request)
        if _ended_by_idling(request, timezone.now()):
            logout(request)
            return _to_login(request)
        if not request.path.startswith(_ALWAYS):
            if not _verified(request):
                return _to(request, f"{reverse('second_factor')}?next={request.path}")
            own = reverse("own_password")
            if request.session.get(_TO_CHANGE) and request.path != own:
                return _to(request, own)
        return self._answer(request)


def _verified(request: HttpRequest) -> bool:
    return request.user.is_verified() or not needs_second_factor(request.user)  # type: ignore[union-attr]


def _ended_by_idling(request: HttpRequest, now: datetime) -> bool:
    """What a page asks for by itself is no use of it."""
    used = request.session.get(_USED)
    last = datetime.fromtimestamp(used, tz=now.tzinfo) if used else now
    if now - last > timedelta(minutes=settings.LOBBYPAY.server.idle_minutes):
        return True
    by_itself = request.headers.get("HX-Request") and request.method == "GET"
    if not used or (not by_itself and (now - last).total_seconds() > _NOTED_EVERY_S):
        request.session[_USED] = now.timestamp()
        SignIn.objects.filter(session_key=request.session.session_key).update(used_at=now)
    return False


def _to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _to(request, reverse("login"))
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/staff/")


def _to(request: HttpRequest, place: str) -> HttpResponse:
    """Also for a live part of a page, which sends the whole page there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": place})
    return redirect(place)


def password_is_own(request: HttpRequest) -> None:
    """The person of this session has chosen one: the session goes on anywhere."""
    request.session.pop(_TO_CHANGE, None)


def sessions_of(user: Any) -> list[SignIn]:
    """The person's sessions that are still open, the newest first."""
    signed_in = SignIn.objects.filter(person=user.pk, ended_at=None)
    open_keys = Session.objects.filter(
        expire_date__gt=timezone.now(), session_key__in=signed_in.values("session_key")
    ).values_list("session_key", flat=True)
    return list(signed_in.filter(session_key__in=list(open_keys)).order_by("-at", "-pk"))


@transaction.atomic
def end_sessions(user: Any, by: Person, at: datetime, but: str | None = None) -> int:
    """Ends all sessions of a person except ``but``. Returns how many."""
    ended = [one for one in sessions_of(user) if one.session_key != but]
    keys = [one.session_key for one in ended]
    Session.objects.filter(session_key__in=keys).delete()
    SignIn.objects.filter(pk__in=[one.pk for one in ended]).update(ended_at=at)
    if ended:
        subject = ("person", user.get_username())
        audit.note(None, by, "sessions_ended", subject, at, after={"count": len(ended)})
    return len(ended)


def _note_sign_in(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    if request.session.session_key is None:
        request.session.save()
    request.session[_USED] = timezone.now().timestamp()
    if made_passwords.is_made(user):
        request.session[_TO_CHANGE] = True
    SignIn.objects.create(
        person=user,
        session_key=request.session.session_key,
        address=address_of(request),
        agent=request.headers.get("User-Agent", "")[:_AGENT_MAX],
        at=timezone.now(),
        used_at=timezone.now(),
    )


def _note_lockout(sender: Any, request: HttpRequest, username: str = "", **_: Any) -> None:
    """Only a name that there is: what was typed may be a password. Once, however often it is tried on."""
    from django.contrib.auth import get_user_model

    if request.axes_failures_since_start is None:  # type: ignore[attr-defined]  # it was locked already
        return
    user = get_user_model().objects.filter(username=username).first()
    if user is None:
        return
    with transaction.atomic():
        after = {"address": address_of(request)}
        audit.note(None, of(user), "locked_out", ("person", username), timezone.now(), after=after)


def watch() -> None:
    """Writes down sign-ins and lock-outs from now on."""
    user_logged_in.connect(_note_sign_in, dispatch_uid="staff sign-in")
    user_locked_out.connect(_note_lockout, dispatch_uid="staff locked out")
