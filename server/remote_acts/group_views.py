"""The page of groups: kiosks of a community that are asked together."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.plain_text import clean_name, whole_number
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.remote_acts.models import GroupMember, KioskGroup
from server.remote_acts.wishes import NotPossible
from server.staff import audit, people, scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Deed

NAME_MAX = 40


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def groups_page(request: HttpRequest) -> HttpResponse:
    """For whoever may ask kiosks. Raises PermissionDenied."""
    own = list(scope.communities(request.user, Deed.OPERATE_KIOSK).order_by("code"))
    code = request.POST.get("community") or request.GET.get("community", "")
    community = next((one for one in own if one.code == code), None)
    community = community or (None if code else next(iter(own), None))
    if community is None:
        raise PermissionDenied
    if request.method == "POST":
        try:
            _set(request, community)
        except NotPossible as refused:
            messages.error(request, str(refused.text))
        except ReasonMissing:
            messages.error(request, _("Please give a reason"))
        else:
            messages.success(request, _("The group is changed"))
        return redirect(f"{request.path}?community={community.code}")
    kiosks = list(Kiosk.objects.filter(community=community).order_by("code"))
    context = {"community": community, "own": own, "groups": _groups(community), "kiosks": kiosks}
    return render(request, "remote_acts/groups.html", context)


def _groups(community: Community) -> list[dict[str, Any]]:
    found = []
    for group in KioskGroup.objects.filter(community=community):
        members = set(group.members.filter(ended_at=None).values_list("kiosk", flat=True))
        found.append({"group": group, "members": members})
    return found


def _set(request: HttpRequest, community: Community) -> None:
    """A new group, or other kiosks in one. Raises NotPossible and ReasonMissing."""
    reason, now = audit.reason_of(request.POST.get("reason", "")), timezone.now()
    wanted = {text for text in request.POST.getlist("kiosk") if _is_uuid(text)}
    kiosks = list(Kiosk.objects.filter(community=community, pk__in=wanted).order_by("code"))
    with transaction.atomic():
        group = _group(request, community)
        held = group.members.select_related("kiosk").filter(ended_at=None)
        before = {member.kiosk_id: member for member in held}
        for kiosk in kiosks:
            if kiosk.pk not in before:
                GroupMember.objects.create(community=community, group=group, kiosk=kiosk)
        keep = {kiosk.pk for kiosk in kiosks}
        gone = [member.pk for key, member in before.items() if key not in keep]
        GroupMember.objects.filter(pk__in=gone).update(ended_at=now)
        audit.record(
            community.pk,
            people.of(request.user),
            "kiosk_group_changed",
            ("kioskgroup", group.name),
            reason,
            now,
            before={"kiosks": sorted(member.kiosk.code for member in before.values())},
            after={"kiosks": [kiosk.code for kiosk in kiosks]},
        )


def _group(request: HttpRequest, community: Community) -> KioskGroup:
    """The one that was named by its key, held; else a new one of that name. Raises NotPossible."""
    key = whole_number(request.POST.get("group", ""))
    if key is not None:
        rows = KioskGroup.objects.select_for_update(no_key=True)
        found = rows.filter(community=community, pk=key).first()
        if found is not None:
            return found
    name = clean_name(request.POST.get("name", ""))[:NAME_MAX]
    if not name:
        raise NotPossible(_("A group needs a name"))
    try:
        with transaction.atomic():
            return KioskGroup.objects.create(community=community, name=name)
    except IntegrityError as error:
        raise NotPossible(_("There is a group of this name already")) from error


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
