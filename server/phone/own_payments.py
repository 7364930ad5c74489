"""Which payments this browser began: a signed cookie of their ids, so that whoever closes it and scans
the bill again finds them. Nothing else is kept of a phone."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from server.estate.models import Unit
from server.payments.models import PaymentOrder, Place

COOKIE = "lobbypay_payments"
KEPT_S = 90 * 24 * 3600
MOST = 20


def ids(request: HttpRequest) -> list[str]:
    """The newest first."""
    told = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=KEPT_S) or ""
    return [one for one in told.split(" ") if _is_id(one)][:MOST]


def remember(request: HttpRequest, answer: HttpResponse, payment_id: str) -> None:
    kept = [payment_id, *(one for one in ids(request) if one != payment_id)][:MOST]
    answer.set_signed_cookie(
        COOKIE,
        " ".join(kept),
        salt=COOKIE,
        max_age=KEPT_S,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def of_unit(request: HttpRequest, unit: Unit) -> list[PaymentOrder]:
    """Those of this browser for the unit, the newest first."""
    rows = PaymentOrder.objects.select_related("community", "unit")
    return list(rows.filter(payment_id__in=ids(request), unit=unit, place=Place.PHONE)[:MOST])


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
