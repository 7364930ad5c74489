"""The page of a unit's people and messages: who agreed to what, and what staff write down about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import business_day, local_time
from contract.plain_text import whole_number
from server.estate.models import Resident, Unit
from server.estate.occupancy import occupants
from server.outbox.models import Consent, Language, MessageWish, ResidentMessage, Way
from server.resident_messages import consent
from server.resident_messages.log_views import row_of
from server.resident_messages.spreading import masked
from server.staff import people, scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Area

STEPS_SHOWN, MESSAGES_SHOWN = 12, 10
HOW = [(how.value, how.label) for how in Consent.How if how is not Consent.How.PAGE]


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def household_page(request: HttpRequest, unit: int) -> HttpResponse:
    """Raises Http404 for a unit of a community whose residents the person does not see."""
    where = scope.communities(request.user, Area.RESIDENTS)
    found = Unit.objects.select_related("community").filter(pk=unit, community__in=where).first()
    if found is None:
        raise Http404
    may = scope.may_change(request.user, Consent, found.community_id)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        try:
            _do(request, found)
        except consent.NotSo as refused:
            messages.error(request, str(refused.said))
        except ReasonMissing:
            messages.error(request, _("Please give a reason"))
        else:
            messages.success(request, _("It is written down"))
        return redirect("message_household", unit=found.pk)
    rows = scope.visible(request.user, ResidentMessage).filter(unit=found)
    shown = rows.select_related("community", "unit", "resident").order_by("-made_at", "-pk")
    context = {
        "unit": found,
        "people": [_person(one) for one in _here(found)],
        "rows": [row_of(one) for one in shown[:MESSAGES_SHOWN]],
        "may": may,
        "states": Consent.State.choices,
        "hows": HOW,
        "ways": Way.choices,
        "languages": Language.choices,
    }
    return render(request, "resident_messages/household.html", context)


def _here(unit: Unit) -> list[Resident]:
    """Each person once."""
    today = business_day(timezone.now(), unit.community.time_zone)
    return list({one.resident_id: one.resident for one in occupants(unit, today)}.values())


def _person(resident: Resident) -> dict[str, Any]:
    zone = resident.community.time_zone
    standing = consent.standing([resident.pk])
    ways = []
    for way in Way:
        address = consent.address_of(resident, way)
        step = standing.get((resident.pk, way.value))
        at = f"{local_time(step.at, zone):%Y-%m-%d}" if step else ""
        ways.append((way, masked(way, address) if address else "", step, at))
    steps = resident.message_consents.all()[:STEPS_SHOWN]
    return {
        "resident": resident,
        "ways": ways,
        "wish": MessageWish.objects.filter(resident=resident).first(),
        "steps": [(one, f"{local_time(one.at, zone):%Y-%m-%d %H:%M}") for one in steps],
    }


def _do(request: HttpRequest, unit: Unit) -> None:
    """Raises NotSo and ReasonMissing."""
    given, now, by = request.POST, timezone.now(), people.of(request.user)
    key = whole_number(given.get("person", ""), 18)
    resident = next((one for one in _here(unit) if one.pk == key), None)
    if resident is None:
        raise consent.NotSo(_("This person does not live here today"))
    reason, way = given.get("reason", ""), given.get("way", "")
    if given.get("do") == "wish":
        consent.wish(resident, given.get("language", ""), way, now, by=by, reason=reason)
        return
    how = given.get("how", "")
    if how not in dict(HOW):
        raise consent.NotSo(_("Please choose what was said, and how"))
    consent.write_down(resident, way, given.get("state", ""), how, now, by=by, reason=reason)
