"""A community's units in walking order, some at a time. Buildings come whole where they are not huge."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from server.billing.issuing import natural
from server.billing.rules.facts import PeriodFacts
from server.estate.lifetimes import there
from server.estate.models import Building, Community, Unit

UNITS, UNITS_MAX = 500, 2_000  # as many as fill a batch; above so many a building is cut

Key = tuple[list[tuple[int, str]], list[tuple[int, str]]]


class Walk:
    """Goes from one unit to the next: by building, entrance and code, figures by their value.

    It keeps the keys of one building at a time, however many units the community has. Only those come
    that there are in the period.
    """

    def __init__(self, community: Community, period: str, size: int = UNITS) -> None:
        self._community, self._there = community, of_period(period)
        rows = Building.objects.filter(community=community).values_list("pk", "code")
        self._buildings = sorted((natural(code), pk) for pk, code in rows)
        self._size, self._max = size, max(size, UNITS_MAX if size == UNITS else size)
        self._of: tuple[int, list[tuple[Key, int]]] | None = None

    def after(self, position: dict[str, Any]) -> list[Unit]:
        """The next ones after a position (see ``position_of``), all of them from the beginning when it is
        empty; none at the end."""
        chosen: list[int] = []
        for pk in self._from(position):
            chosen.append(pk)
            if len(chosen) >= self._max:
                break
        units = Unit.objects.select_related("building").in_bulk(chosen)
        for unit in units.values():
            unit.community = self._community
        return [units[pk] for pk in chosen if pk in units]

    def _from(self, position: dict[str, Any]) -> Iterator[int]:
        begin = natural(position["building"]) if position else []
        last = (natural(position["entrance"]), natural(position["unit"])) if position else None
        taken = 0
        for at in range(bisect_left(self._buildings, (begin,)), len(self._buildings)):
            here, pk = self._buildings[at]
            units = self._units(pk)
            if here == begin and last is not None:
                units = [row for row in units if row[0] > last]
            if taken and taken + len(units) > self._size:
                return
            for _, unit in units:
                yield unit
            taken += len(units)

    def _units(self, building: int) -> list[tuple[Key, int]]:
        if self._of is None or self._of[0] != building:
            units = Unit.objects.filter(self._there, building=building)
            rows = units.order_by().values_list("pk", "entrance", "code")
            keyed = [((natural(entrance), natural(code)), pk) for pk, entrance, code in rows]
            self._of = building, sorted(keyed)
        return self._of[1]


def of_period(period: str) -> Q:
    """The units that there are in a period, or in a part of it."""
    days = PeriodFacts(period, ())
    return there(days.first, days.last)


def position_of(unit: Unit) -> dict[str, Any]:
    """Where the walk stands when it has come to this unit."""
    return {"building": unit.building.code, "entrance": unit.entrance, "unit": unit.code}
