"""Which payments this browser began."""

from django.http import HttpRequest

from server.estate.models import Unit
from server.payments.models import PaymentOrder, Place
from server.phone.kept_ids import MOST, KeptIds

OWN = KeptIds("lobbypay_payments")


def of_unit(request: HttpRequest, unit: Unit) -> list[PaymentOrder]:
    """Those of this browser for the unit, the newest first."""
    rows = PaymentOrder.objects.select_related("community", "unit")
    return list(rows.filter(payment_id__in=OWN.of(request), unit=unit, place=Place.PHONE)[:MOST])
