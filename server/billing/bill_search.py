"""Finds bills by what staff type: the beginning of a number, or a part of a unit's code."""

from django.db.models import Q, QuerySet

from contract import unit_code
from server.billing.models import Bill
from server.estate.models import Unit

_NAMED_MAX = 500  # units that are few enough to be named in a question


def fitting(bills: QuerySet[Bill], term: str) -> QuerySet[Bill]:
    """Those of the bills. Units are looked up first, and numbers by how they begin: both have an index
    then, which a comparison across two tables, or with the middle of a text, has not."""
    if _is_in_no_code(term):
        return bills.filter(number__startswith=term.upper())
    codes = Q(code__icontains=term)
    if (spelled := unit_code.spelled(term)) not in ("", term):
        codes |= Q(code__icontains=spelled)
    return _by(bills, term, Unit.objects.filter(codes))


def fitting_exactly(bills: QuerySet[Bill], term: str) -> QuerySet[Bill]:
    """As ``fitting``, by the whole code of a unit."""
    return _by(bills, term, Unit.objects.filter(code__iexact=term))


def _is_in_no_code(term: str) -> bool:
    """Whether a part of it is longer than any part of a code."""
    return any(len(part) > unit_code.PART_LENGTH_MAX for part in term.split("-"))


def _by(bills: QuerySet[Bill], term: str, units: QuerySet[Unit]) -> QuerySet[Bill]:
    keys = units.order_by().values_list("pk", flat=True)
    named = list(keys[: _NAMED_MAX + 1])
    of_units = Q(unit__in=named if len(named) <= _NAMED_MAX else keys)
    return bills.filter(Q(number__startswith=term.upper()) | of_units)
