"""Who gets a bill by e-mail: whose debt it is, at each address for which there is a consent today."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from server.billing.debtors import debtors
from server.billing.models import Bill
from server.estate.models import Contact


def addresses_of(bills: Sequence[Bill], today: date) -> dict[int, list[str]]:
    """By the key of the bill, each address once; bills without one are left out. Whoever moved in later
    gets nothing of it."""
    owing = {bill: resident.pk for bill, resident in debtors(bills).items()}
    rows = Contact.objects.filter(
        Q(withdrawn_on=None) | Q(withdrawn_on__gt=today),
        resident__in=set(owing.values()),
        kind=Contact.Kind.EMAIL,
        consent_on__lte=today,
    )
    by_resident: dict[int, list[str]] = {}
    for resident, value in rows.order_by("pk").values_list("resident", "value"):
        address = value.strip()
        known = by_resident.setdefault(resident, [])
        if _is_address(address) and address.casefold() not in map(str.casefold, known):
            known.append(address)
    found = {bill: by_resident.get(resident, []) for bill, resident in owing.items()}
    return {bill: addresses for bill, addresses in found.items() if addresses}


def _is_address(text: str) -> bool:
    """Also no line breaks: nothing in it becomes another header of the message."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
