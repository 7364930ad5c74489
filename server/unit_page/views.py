"""The page of one unit. What is shown there goes by the person's roles; nothing is changed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from contract.business_day import business_day
from server.billing.models import BillLine
from server.estate.models import Unit
from server.fleet.views import staff_only
from server.staff import scope
from server.standard_answers.models import StandardAnswer
from server.standard_answers.reading import beside_bill
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
    facts = facts_of(found, request.user, today)
    context = {"facts": facts, "answers": []}
    answers = StandardAnswer(community_id=found.community_id)
    if facts.bills is not None and scope.may_see(request.user, answers):
        lines = BillLine.objects.filter(bill__in=[row.bill for row in facts.bills])
        items = set(lines.values_list("fee_item", flat=True))
        context["answers"] = beside_bill(found.community_id, items)
    return render(request, "unit_page/unit.html", context)
