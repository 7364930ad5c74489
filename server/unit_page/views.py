"""The page of one unit. What is shown there goes by the person's roles; nothing is changed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from contract.business_day import business_day
from server.estate.models import Unit
from server.fleet.views import staff_only
from server.staff import scope
from server.unit_page.facts import facts_of


@staff_only
@never_cache
@require_GET
def unit_page(request: HttpRequest, unit: int) -> HttpResponse:
    """Not found, for a unit of a community in which the person has nothing to do."""
    rows = Unit.objects.select_related("community", "building", "merged_into", "split_from")
    found = scope.visible(request.user, rows).filter(pk=unit).first()
    if found is None:
        raise Http404
    today = business_day(timezone.now(), found.community.time_zone)
    return render(request, "unit_page/unit.html", {"facts": facts_of(found, request.user, today)})
