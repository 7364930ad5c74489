"""The page of who works in a community: new people, roles, and what helps who cannot get in."""

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from server.staff import accounts, assignments, audit, people, role_approval, scope, sign_in
from server.staff.doors import staff_only
from server.staff.models import RoleAssignment
from server.staff.roles import Area, Deed, Role

_NAME_MAX = 150
ROLE_WAITS = gettext_lazy("The role waits for another person to approve it")


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def people_page(request: HttpRequest) -> HttpResponse:
    """Whoever holds a role where the person may see people; acts where roles may be given."""
    if scope.sees(request.user, Area.PEOPLE) == set():
        raise PermissionDenied
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("do", ""))
        if act is None:
            raise PermissionDenied
        try:
            said = act(request)
        except audit.ReasonMissing:
            messages.error(request, _("Please give a reason"))
        except ValidationError as wrong:
            messages.error(request, " ".join(wrong.messages))
        else:
            messages.success(request, said)
        return redirect("people")
    return render(request, "staff/people.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    held = scope.visible(request.user, RoleAssignment).filter(ended_at=None)
    own = scope.communities(request.user, Deed.ASSIGN_ROLES)
    may = set(own.values_list("pk", flat=True))
    by_person: dict[int, dict[str, Any]] = {}
    for role in held.select_related("person", "community").order_by("person__username", "pk"):
        entry = by_person.setdefault(role.person_id, {"person": role.person, "roles": []})
        entry["roles"].append((role, role.community_id in may))
    for entry in by_person.values():
        entry["mine"] = _is_mine(request.user, entry["person"])
    return {"people": list(by_person.values()), "own": own, "roles": Role.choices}


def _is_mine(user: Any, person: Any) -> bool:
    """Whether all that the person may do, the user may give: only then can the user let the person in.
    Nobody gives alone what an approver may do."""
    if scope.is_company(user):
        return True
    held = RoleAssignment.objects.filter(person=person.pk, ended_at=None)
    where = set(held.values_list("community_id", flat=True))
    own = scope.does(user, Deed.ASSIGN_ROLES) or set()
    theirs = person.is_superuser or person.pk == user.pk or role_approval.may_approve(person)
    return bool(where) and where <= own and not theirs


def _own_community(request: HttpRequest) -> Any:
    code = request.POST.get("community", "")
    own = scope.communities(request.user, Deed.ASSIGN_ROLES).filter(code=code.replace("\0", ""))
    if (community := own.first()) is None:
        raise PermissionDenied
    return community


def _role(request: HttpRequest) -> Role:
    asked = request.POST.get("role", "")
    if asked not in Role.values:
        raise PermissionDenied
    return Role(asked)


def _person(request: HttpRequest) -> Any:
    """One whom the user administers."""
    name = request.POST.get("person", "").replace("\0", "")
    found = get_user_model().objects.filter(username=name).first()
    if found is None or not _is_mine(request.user, found):
        raise PermissionDenied
    return found


def _new(request: HttpRequest) -> str:
    """An account with one role and a password that is shown once; for a known name the role alone."""
    community, role = _own_community(request), _role(request)
    name = request.POST.get("person", "").strip()[:_NAME_MAX]
    by, now = people.of(request.user), timezone.now()
    UnicodeUsernameValidator()(name)
    mail = request.POST.get("email", "").strip()
    if mail:
        validate_email(mail)
    known = get_user_model().objects.filter(username=name).first()
    reason = audit.reason_of(request.POST.get("reason", ""))
    with transaction.atomic():
        if known is not None:
            if known.is_superuser or not known.is_staff:
                raise PermissionDenied
            given = role_approval.give(request.user, known, community, role, by, reason, now)
            return str(ROLE_WAITS) if given else _("%(person)s has the role now") % {"person": name}
        password = secrets.token_urlsafe(9)
        made = accounts.create_staff(name, password, at=now, by=by, to_be_changed=True)
        made.first_name = request.POST.get("full_name", "").replace("\0", "").strip()[:_NAME_MAX]
        made.email = mail
        made.save(update_fields=["first_name", "email"])
        asked = role_approval.give(request.user, made, community, role, by, reason, now)
    said = _("Account %(person)s was made. Its password, shown only now: %(password)s") % {
        "person": name,
        "password": password,
    }
    return f"{said} · {ROLE_WAITS}" if asked else said


def _end_role(request: HttpRequest) -> str:
    key = request.POST.get("assignment", "")
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise PermissionDenied
    own = scope.communities(request.user, Deed.ASSIGN_ROLES)
    found = RoleAssignment.objects.filter(pk=int(key), community__in=own).first()
    if found is None:
        raise PermissionDenied
    reason = audit.reason_of(request.POST.get("reason", ""))
    assignments.end(found, people.of(request.user), reason, timezone.now())
    return _("The role has ended")


def _new_password(request: HttpRequest) -> str:
    """Ends the person's sessions and the pause after wrong passwords too."""
    person, by, now = _person(request), people.of(request.user), timezone.now()
    password = secrets.token_urlsafe(9)
    accounts.create_staff(person.get_username(), password, at=now, by=by, to_be_changed=True)
    sign_in.end_sessions(person, by, now)
    accounts.let_in(person, by, "", now, new_second_step=False)
    return _("New password of %(person)s, shown only now: %(password)s") % {
        "person": person.get_username(),
        "password": password,
    }


def _forget_second_step(request: HttpRequest) -> str:
    person, by = _person(request), people.of(request.user)
    reason = request.POST.get("reason", "")
    accounts.let_in(person, by, reason, timezone.now(), new_second_step=True)
    return _("%(person)s sets up the second step at the next log-in") % {
        "person": person.get_username()
    }


_ACTS: dict[str, Callable[[HttpRequest], str]] = {
    "new": _new,
    "end_role": _end_role,
    "new_password": _new_password,
    "forget_second_step": _forget_second_step,
}
