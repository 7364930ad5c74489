"""What a technician's phone opens by the QR code on an unpaired machine: which kiosk it is to be."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.plain_text import clean_name
from server.estate.models import Community
from server.fleet.models import Kiosk, PairingWish
from server.fleet.pairing_wishes import NotPaired, check, confirm
from server.staff import audit, people, scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Deed

NEW = "new:"


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Raises PermissionDenied and Http404."""
    own = scope.communities(request.user, Deed.PAIR_KIOSK).order_by("code")
    if not own.exists():
        raise PermissionDenied
    wish = PairingWish.objects.select_related("kiosk").filter(pk=wish_id).first()
    if wish is None:
        raise Http404
    wrong = ""
    if request.method == "POST":
        try:
            kiosk = _pair(request, wish, own)
        except (NotPaired, ReasonMissing) as refused:
            missing = isinstance(refused, ReasonMissing)
            wrong = _("Please give a reason") if missing else str(refused.text)
        else:
            said = _("The machine is %(kiosk)s now; it begins within a few seconds")
            messages.success(request, said % {"kiosk": kiosk.code})
            return redirect("fleet_kiosk", kiosk.pk)
    context = {
        "over": wish.expires_at <= timezone.now() or wish.kiosk_id is not None,
        "kiosks": Kiosk.objects.filter(community__in=own, active=True)
        .select_related("community")
        .order_by("community__code", "code"),
        "own": [one for one in own if _may_make(request.user, one)],
        "given": request.POST,
        "new": NEW,
        "wish": wish,
        "wrong": wrong,
    }
    return render(request, "fleet/pair.html", context, status=422 if wrong else 200)


def _may_make(user: Any, community: Community) -> bool:
    return scope.may_change(user, Kiosk, community.pk)


def _pair(request: HttpRequest, wish: PairingWish, own: Any) -> Kiosk:
    """Raises NotPaired and ReasonMissing; then no kiosk is made."""
    given, now = request.POST, timezone.now()
    reason, chosen = (
        audit.reason_of(given.get("reason", "")),
        given.get("kiosk", "").replace("\0", ""),
    )
    community = own.filter(code=chosen.removeprefix(NEW)).first()
    new = chosen.startswith(NEW) and community is not None and _may_make(request.user, community)
    known = None if new else _known(chosen, own)
    check(wish, given.get("code", ""), now)
    with transaction.atomic():
        kiosk = known or _made(request, community, reason)
        confirm(request.user, wish, kiosk, reason, now)
    return kiosk


def _known(chosen: str, own: Any) -> Kiosk:
    """Raises NotPaired."""
    try:
        key = UUID(chosen)
    except ValueError as error:
        raise NotPaired(_("Choose which kiosk it is")) from error
    kiosk = Kiosk.objects.filter(pk=key, community__in=own).first()
    if kiosk is None:
        raise NotPaired(_("Choose which kiosk it is"))
    return kiosk


def _made(request: HttpRequest, community: Community, reason: str) -> Kiosk:
    """Raises NotPaired."""
    given = request.POST
    kiosk = Kiosk(
        community=community,
        code=clean_name(given.get("new_code", "")).upper()[:8],
        location_zh=clean_name(given.get("location_zh", ""))[:60],
        location_en=clean_name(given.get("location_en", ""))[:80],
    )
    try:
        kiosk.full_clean()
        with transaction.atomic():
            kiosk.save()
    except (ValidationError, IntegrityError) as error:
        said = _(
            "A new kiosk needs a code that is not used there yet, and its place in both languages"
        )
        raise NotPaired(said) from error
    by, subject = people.of(request.user), ("kiosk", kiosk.code)
    audit.record(community.pk, by, "kiosk_made", subject, reason, timezone.now())
    return kiosk
