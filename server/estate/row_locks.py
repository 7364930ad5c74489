"""Rows that people and runs hold until their transaction ends, so that one at a time acts on them.

Nearly every new row names its community, many their unit. Such a row waits at its end for whoever holds
what it names, unless that holds everything but the key, which never changes: a payment would wait for a
clerk who waits for its bills.
"""

from collections.abc import Iterable

from server.estate.models import Community, Unit


def hold_community(pk: int) -> Community:
    """As it stands now. Others may go on naming it."""
    return Community.objects.select_for_update(no_key=True).get(pk=pk)


def hold_unit(pk: int) -> Unit:
    """As ``hold_community``; with its community, which is not held."""
    rows = Unit.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("community").get(pk=pk)


def hold_heirs(keys: Iterable[int]) -> dict[int, int]:
    """By unit, the one that has its credit: itself, or the one into which it was merged, at once and not
    only from the day on which it ends. All of them are held, as ``hold_unit`` does."""
    into: dict[int, int | None] = {}
    asked = waiting = set(keys)
    while waiting:
        rows = Unit.objects.select_for_update(no_key=True).filter(pk__in=waiting).order_by("pk")
        into |= dict(rows.values_list("pk", "merged_into_id"))
        waiting = {heir for heir in into.values() if heir is not None} - into.keys()
    return {pk: _end_of(pk, into) for pk in asked}


def _end_of(pk: int, into: dict[int, int | None]) -> int:
    heir = into[pk]
    return pk if heir is None else _end_of(heir, into)
