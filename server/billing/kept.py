"""Which parking spaces and vehicles units had in a period, and on which days. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from server.billing.rules.facts import KeptFacts, PeriodFacts
from server.estate.models import FormerHolding, ParkingSpace, Vehicle

Kept = dict[int, tuple[KeptFacts, ...]]


def spaces(units: Sequence[int], period: str) -> Kept:
    """By the units' keys, in the order of the spaces' numbers: who holds them, and who held them."""
    now = _in(period, ParkingSpace.objects.filter(unit__in=units))
    before = _in(period, FormerHolding.objects.filter(unit__in=units))
    rows = [*now.values_list("unit_id", "code", "holding", "since", "until")]
    rows += before.values_list("unit_id", "space__code", "holding", "since", "until")
    return _by_unit(rows)


def vehicles(units: Sequence[int], period: str) -> Kept:
    """By the units' keys, in the order of the plates."""
    rows = _in(period, Vehicle.objects.filter(unit__in=units))
    return _by_unit(rows.values_list("unit_id", "plate", "kind", "since", "until"))


def _in(period: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those that were there on any day of the period."""
    facts = PeriodFacts(period, ())
    return rows.order_by().filter(
        Q(since__isnull=True) | Q(since__lte=facts.last),
        Q(until__isnull=True) | Q(until__gte=facts.first),
    )


def _by_unit(rows: Iterable[tuple[int, str, str, date | None, date | None]]) -> Kept:
    found: dict[int, list[KeptFacts]] = defaultdict(list)
    for unit, code, kind, since, until in rows:
        found[unit].append(KeptFacts(code, kind, since, until))
    return {
        unit: tuple(sorted(kept, key=lambda one: (one.code, one.begins or date.min)))
        for unit, kept in found.items()
    }
