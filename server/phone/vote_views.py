"""How it was to pay on the phone: said by one touch on the payment's page, or not at all; whoever is not
satisfied may leave a number to be called back at."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.day_tally import Vote
from contract.plain_text import whole_number
from server.payments.models import PaymentOrder
from server.phone import limits, status_views
from server.phone.request_views import OWN
from server.phone.views import too_often
from server.satisfaction import phone_votes
from server.service_requests.coming_in import NotTaken
from server.service_requests.models import ServiceRequest
from server.staff.sign_in import address_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Sent: takes the vote or the number. Who leaves the number is led to the request that becomes of it,
    and nobody else who has the payment's address. Raises Http404."""
    rows = PaymentOrder.objects.select_related("community", "unit")
    order, now = rows.filter(payment_id=str(payment_id)).first(), timezone.now()
    if order is None or not order.by_phone:
        raise Http404
    made = None
    if request.method == "POST":
        try:
            made = _take(request, order, now)
        except limits.TooOften:
            return too_often(request)
        except NotTaken as no:
            return status_views.page(request, order, now, str(no.said), status=409)
    given = phone_votes.of(order)
    known = given.request if given is not None else None
    if made is None and (known is None or str(known.page) not in OWN.of(request)):
        return redirect("payment_status", payment_id=payment_id)
    called = made or known
    assert called is not None
    answer = redirect("phone_request", key=called.page)
    OWN.remember(request, answer, str(called.page))
    return answer


def _take(request: HttpRequest, order: PaymentOrder, now: datetime) -> ServiceRequest | None:
    """The request to be called back, where this has made it. Raises NotTaken and limits.TooOften."""
    if request.POST.get("do") == "call_back":
        limits.sent(address_of(request), now)
        return phone_votes.call_back(order, request.POST.get("phone", ""), now)
    limits.voted(address_of(request), now)
    value = whole_number(request.POST.get("vote", ""), 1)
    if value in set(Vote):
        phone_votes.take(order, Vote(value), now)
    return None
