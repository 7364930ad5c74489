"""A payment's receipt to keep: on paper (PDF) and as a picture. The payment's id is the secret."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from server.billing.sample_paper import pictures
from server.payment_page import paper as receipt_paper
from server.payments.models import PaymentOrder
from server.phone import limits
from server.phone.views import too_often
from server.staff.sign_in import address_of


@never_cache
@require_GET
def paper(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    return _answer(request, payment_id, "application/pdf", "pdf")


@never_cache
@require_GET
def picture(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    return _answer(request, payment_id, "image/png", "png")


def _answer(request: HttpRequest, payment_id: UUID, kind: str, ending: str) -> HttpResponse:
    """Not found where no money came: there is nothing to be receipted."""
    order = (
        PaymentOrder.objects.select_related("community", "unit")
        .filter(payment_id=str(payment_id), captured_minor__gt=0)
        .first()
    )
    if order is None:
        raise Http404
    try:
        limits.begun(address_of(request), timezone.now())  # typesetting takes a while
    except limits.TooOften:
        return too_often(request)
    made = receipt_paper.render(order)
    answer = HttpResponse(made if ending == "pdf" else pictures(made)[0], content_type=kind)
    answer["Content-Disposition"] = f'inline; filename="{order.reference}.{ending}"'
    return answer
