"""The page of one payment, and its receipt on paper. Nothing is changed here."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from server.fleet.views import staff_only
from server.payment_page import paper
from server.payment_page.facts import facts_of
from server.payments.models import PaymentOrder
from server.staff import scope


@staff_only
@never_cache
@require_GET
def payment_page(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Not found, for a payment of a community whose payments the person may not see."""
    order = _order(request, payment_id)
    facts = facts_of(order, request.user, timezone.now())
    return render(request, "payment_page/payment.html", {"facts": facts})


@staff_only
@never_cache
@require_GET
def receipt(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """As PDF; for a payment without money in it, the paper says so."""
    order = _order(request, payment_id)
    answer = HttpResponse(paper.render(order), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{order.reference}.pdf"'
    return answer


def _order(request: HttpRequest, payment_id: UUID) -> PaymentOrder:
    rows = PaymentOrder.objects.select_related("unit", "community")
    found = scope.visible(request.user, rows).filter(payment_id=str(payment_id)).first()
    if found is None:
        raise Http404
    return found
